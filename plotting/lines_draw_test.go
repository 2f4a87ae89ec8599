package plotting

import (
	"slices"
	"testing"
)

func TestApart(t *testing.T) {
	for _, test := range []struct {
		why          string
		places, want []float64
	}{
		{"far enough", []float64{10, 30}, []float64{10, 30}},
		{"too close", []float64{50, 50}, []float64{45, 55}},
		{"a block pushes none", []float64{50, 50, 80}, []float64{45, 55, 80}},
		{"a block meets another", []float64{40, 40, 49}, []float64{33, 43, 53}},
		{"at the top", []float64{1, 2}, []float64{0, 10}},
		{"at the bottom", []float64{99, 100}, []float64{90, 100}},
	} {
		t.Run(test.why, func(t *testing.T) {
			if got := apart(test.places, 10, 0, 100); !slices.Equal(got, test.want) {
				t.Errorf("%v became %v, want %v", test.places, got, test.want)
			}
		})
	}
}
