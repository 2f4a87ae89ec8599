package plotting_test

import (
	"math"
	"testing"

	"github.com/easy-gomlx/tutorials/plotting"
)

func TestScaling(t *testing.T) {
	figure, err := plotting.Scaling("Training step by time steps", "time steps", "ms/step", []plotting.Growth{
		{Label: "ours", X: []float64{28, 112, 784}, Y: []float64{24, 71.5, 512}, Strong: true},
		{Label: "about the same", X: []float64{28, 112, 784}, Y: []float64{25, 80, 520}},
		{Label: "a name that is much too long for the room on the right", X: []float64{28, 112, 784}, Y: []float64{48, 190, 1300}},
		{Label: "ends early", X: []float64{28, 112}, Y: []float64{600, 2000}},
	})
	golden(t, "scaling", figure, err)
	want := "Training step by time steps. ms/step by time steps, both axes logarithmic. ours: 24.0 at 28, 71.5 at 112, 512 at 784; " +
		"about the same: 25.0 at 28, 80.0 at 112, 520 at 784; " +
		"a name that is much too long for the room on the right: 48.0 at 28, 190 at 112, 1300 at 784; ends early: 600 at 28, 2000 at 112."
	if figure.Alt != want {
		t.Errorf("the text alternative is %q, want %q", figure.Alt, want)
	}
}

func TestScalingRefuses(t *testing.T) {
	for _, test := range []struct {
		why   string
		lines []plotting.Growth
		word  string
	}{
		{"no lines", nil, "no lines"},
		{"no points", []plotting.Growth{{}}, "lines[0]"},
		{"lengths", []plotting.Growth{{X: []float64{1}, Y: []float64{1, 2}}}, "1 X and 2 Y"},
		{"zero has no logarithm", []plotting.Growth{{X: []float64{0}, Y: []float64{1}}}, "positive"},
		{"NaN", []plotting.Growth{{X: []float64{1}, Y: []float64{math.NaN()}}}, "positive"},
		{"out of order", []plotting.Growth{{X: []float64{2, 1}, Y: []float64{1, 1}}}, "X[1]"},
	} {
		t.Run(test.why, func(t *testing.T) {
			_, err := plotting.Scaling("", "", "", test.lines)
			wantError(t, err, "plotting", test.word)
		})
	}
}
