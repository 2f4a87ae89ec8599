package plotting_test

import (
	"math"
	"testing"

	"github.com/easy-gomlx/tutorials/plotting"
)

func TestHeatMapsGolden(t *testing.T) {
	figure, err := plotting.HeatMaps("Two utterances, padded to 26 time steps", "coefficient", "time step",
		plotting.Map{Name: "speaker 1", Values: drifting(1, 26, 12, double)},
		plotting.Map{Name: "speaker 2", Values: drifting(2, 26, 12, math.Tanh)},
		plotting.Map{Name: "which steps count", Values: drifting(3, 26, 1, func(x float64) float64 { return math.Round(sigmoid(x)) })},
		plotting.Map{Name: "hidden state of 64 units", Values: drifting(4, 26, 64, math.Tanh)})
	golden(t, "heatmaps", figure, err)

	figure, err = plotting.HeatMaps("", "", "", plotting.Map{Values: [][]float32{{0.25}}})
	golden(t, "heatmaps_one_value", figure, err)
	if want := "Heat maps of 1 row: map 1, 1 column, from 0.25 to 0.25, mean 0.25."; figure.Alt != want {
		t.Errorf("Alt is %q, want %q", figure.Alt, want)
	}
	figure, err = plotting.HeatMaps("Five hundred rows", "column", "row", plotting.Map{Name: "a large matrix", Values: drifting(1, 500, 500, double)})
	golden(t, "heatmaps_large", figure, err)
}

func TestHeatMapsRejects(t *testing.T) {
	good := plotting.Map{Values: drifting(1, 4, 3, sigmoid)}
	for _, test := range []struct {
		why   string
		maps  []plotting.Map
		words []string
	}{
		{"no maps", nil, []string{"no maps"}},
		{"no rows", []plotting.Map{{}}, []string{"maps[0].Values has 0 rows"}},
		{"too many rows", []plotting.Map{{Values: drifting(1, 501, 1, sigmoid)}}, []string{"maps[0].Values has 501 rows"}},
		{"different rows", []plotting.Map{good, {Values: good.Values[:1]}}, []string{"maps[1].Values has 1 row; want 4"}},
		{"too large", []plotting.Map{{Values: [][]float32{{1, 1e31}}}}, []string{"maps[0].Values[0][1] is 1e+31"}},
	} {
		t.Run(test.why, func(t *testing.T) {
			_, err := plotting.HeatMaps("", "", "", test.maps...)
			wantError(t, err, test.words...)
		})
	}
}
