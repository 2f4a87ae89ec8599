package plotting

import (
	"math"
	"strings"
	"testing"
)

func labels(a axis) string {
	var all []string
	for _, t := range a.ticks {
		all = append(all, t.label)
	}
	return strings.Join(all, " ")
}

func TestStepAxis(t *testing.T) {
	for _, test := range []struct {
		first, last int
		lo, hi      float64
		labels      string
	}{
		{0, 0, 0, 1, "0 1"},
		{1, 1, 0, 1, "0 1"},
		{1, 60, 0, 60, "0 20 40 60"},
		{1, 5500, 0, 5500, "0 2,000 4,000"},
		{5501, 6000, 5501, 6000, "5,600 5,800 6,000"}, // resumed from a checkpoint
		{1, 55000, 0, 55000, "0 20,000 40,000"},
	} {
		a := stepAxis(test.first, test.last)
		if a.lo != test.lo || a.hi != test.hi || labels(a) != test.labels {
			t.Errorf("steps %d to %d: axis %v to %v with %q, want %v to %v with %q",
				test.first, test.last, a.lo, a.hi, labels(a), test.lo, test.hi, test.labels)
		}
	}
}

func TestLossAxis(t *testing.T) {
	for _, test := range []struct {
		why    string
		lo, hi float64
		log    bool
		labels string
	}{
		{"a run that converges", 0.02, 2.3, true, "0.02 0.05 0.1 0.2 0.5 1 2"},
		{"many powers of ten", 0.001, 2.3, true, "0.001 0.01 0.1 1"},
		{"far too many", 1e-20, 1, true, "1e-18 1e-15 1e-12 1e-09 1e-06 0.001 1"},
		{"a run that does not", 2.2, 2.3, false, "0 0.5 1 1.5 2 2.5"},
		{"constant", 1, 1, false, "0 0.2 0.4 0.6 0.8 1 1.2"},
		{"all zero", 0, 0, false, "0 0.2 0.4 0.6 0.8 1 1.2"},
		{"with zero", 0, 2.3, false, "0 0.5 1 1.5 2 2.5"},
		{"negative", -3, 1, false, "-3 -2 -1 0 1 2"},
	} {
		t.Run(test.why, func(t *testing.T) {
			a := lossAxis(test.lo, test.hi)
			if a.log != test.log || labels(a) != test.labels {
				t.Errorf("log %v with %q, want %v with %q", a.log, labels(a), test.log, test.labels)
			}
			for _, v := range []float64{test.lo, test.hi} {
				if at := a.place(v); !(at >= 0 && at <= 1) {
					t.Errorf("%v lies at %v, outside the axis", v, at)
				}
			}
		})
	}
}

func TestAxisPlace(t *testing.T) {
	linear, logarithmic := axis{lo: 1, hi: 5}, axis{lo: 0.01, hi: 1, log: true}
	if got := linear.place(2); got != 0.25 {
		t.Errorf("linear: 2 of 1..5 lies at %v, want 0.25", got)
	}
	if got := logarithmic.place(0.1); math.Abs(got-0.5) > 1e-12 {
		t.Errorf("logarithmic: 0.1 of 0.01..1 lies at %v, want 0.5", got)
	}
}
