package plotting_test

import (
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/plotting"
)

func TestUnfolded(t *testing.T) {
	for _, test := range []struct {
		reading plotting.Reading
		name    string
		alt     []string
	}{
		{plotting.EveryOutput, "unfolded_every_output", []string{"all outputs are used"}},
		{plotting.LastOutput, "unfolded_last_output", []string{"outputs[-1], the output at row 28", "only the one at row 28, which has read one row", "dashed"}},
		{plotting.FinalStates, "unfolded_final_states", []string{"A readout joins the forward half of the output at row 28 and the backward half of the output at row 1", "dashed"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			figure, err := plotting.Unfolded(test.reading)
			golden(t, test.name, figure, err)
			for _, words := range test.alt {
				if !strings.Contains(figure.Alt, words) {
					t.Errorf("Alt is %q, want it to say %q", figure.Alt, words)
				}
			}
		})
	}
}

func TestUnfoldedRejects(t *testing.T) {
	for reading, want := range map[plotting.Reading]string{-1: "reading is -1", 3: "reading is 3; give EveryOutput"} {
		_, err := plotting.Unfolded(reading)
		wantError(t, err, want)
	}
}
