package plotting_test

import (
	"math"
	"testing"

	"github.com/easy-gomlx/tutorials/plotting"
)

func TestBars(t *testing.T) {
	figure, err := plotting.Bars("One training step", "ms", []plotting.Bar{
		{Label: "ours", Value: 24.13, Low: 22, High: 27, Note: "1.00×", Strong: true},
		{Label: "another one whose name is much too long for the room on the left", Value: 48, Low: 46, High: 60, Note: "1.99×"},
		{Label: "no spread", Value: 7.125, Low: 7.125, High: 7.125},
	})
	golden(t, "bars", figure, err)
	want := "One training step. Bars: ours 24.1 ms (1.00×); another one whose name is much too long for the room on the left 48.0 ms (1.99×); " +
		"no spread 7.12 ms."
	if figure.Alt != want {
		t.Errorf("the text alternative is %q, want %q", figure.Alt, want)
	}
}

func TestBarsOne(t *testing.T) {
	figure, err := plotting.Bars("One", "s", []plotting.Bar{{Label: "alone", Value: 1234, Low: 1200, High: 1300}})
	golden(t, "bars_one", figure, err)
}

func TestBarsRefuses(t *testing.T) {
	for _, test := range []struct {
		why  string
		bars []plotting.Bar
		word string
	}{
		{"no bars", nil, "no bars"},
		{"zero", []plotting.Bar{{}}, "bars[0]"},
		{"NaN", []plotting.Bar{{Value: 1, Low: 1, High: 1}, {Value: math.NaN()}}, "bars[1]"},
		{"infinite", []plotting.Bar{{Value: 1, Low: 1, High: math.Inf(1)}}, "bars[0]"},
		{"outside its spread", []plotting.Bar{{Value: 3, Low: 1, High: 2}}, "Low"},
	} {
		t.Run(test.why, func(t *testing.T) {
			_, err := plotting.Bars("", "", test.bars)
			wantError(t, err, "plotting", test.word)
		})
	}
}
