package plotting_test

import (
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/plotting"
)

func TestUnfolded(t *testing.T) {
	figure, err := plotting.Unfolded()
	golden(t, "unfolded", figure, err)
	if !strings.Contains(figure.Alt, "all outputs are used") {
		t.Errorf("Alt is %q", figure.Alt)
	}
}

func TestUnfoldedAt(t *testing.T) {
	for _, test := range []struct {
		forward, backward int
		name              string
		alt               []string
	}{
		{-1, -1, "unfolded_last_output", []string{"outputs[-1], the output at row 28", "the forward cells of rows 1 to 28, the last of which has read all 28 rows", "the backward cell of row 28, which has read one row"}},
		{-1, 0, "unfolded_final_states", []string{"forward half of the output at row 28 and the backward half of the output at row 1", "the backward cells of rows 28 to 1, the last of which has read all 28 rows"}},
		{1, -2, "unfolded_middle", []string{"rows 1 to 2, the last of which has read 2 rows", "rows 28 to 27, the last of which has read 2 rows"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			figure, err := plotting.UnfoldedAt(test.forward, test.backward)
			golden(t, test.name, figure, err)
			for _, words := range test.alt {
				if !strings.Contains(figure.Alt, words) {
					t.Errorf("Alt is %q, want it to say %q", figure.Alt, words)
				}
			}
		})
	}
}

func TestUnfoldedAtCountsFromTheEnd(t *testing.T) {
	for _, pair := range [][2]int{{27, -1}, {26, -2}, {0, -28}} {
		from, err := plotting.UnfoldedAt(pair[0], pair[0])
		if err != nil {
			t.Fatal(err)
		}
		if back, err := plotting.UnfoldedAt(pair[1], pair[1]); err != nil || back.Alt != from.Alt {
			t.Errorf("time step %d is not the same as %d: %v", pair[1], pair[0], err)
		}
	}
}

func TestUnfoldedAtRejects(t *testing.T) {
	for _, step := range []int{3, 25, 28, -3, -29} {
		_, err := plotting.UnfoldedAt(step, 0)
		wantError(t, err, "forward time step")
		_, err = plotting.UnfoldedAt(0, step)
		wantError(t, err, "backward time step")
	}
}
