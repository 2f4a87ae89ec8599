package plotting_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/easy-gomlx/tutorials/plotting"
)

// scattered returns n values about a middle.
func scattered(seed uint64, n int, middle, deviation float64) []float64 {
	random := rand.New(rand.NewPCG(seed, 3))
	values := make([]float64, n)
	for i := range values {
		values[i] = middle + deviation*random.NormFloat64()
	}
	return values
}

func TestSpreadGolden(t *testing.T) {
	accuracy := plotting.Axes{Title: "Test accuracy over ten seeds", Y: "test accuracy", X: "network", Percent: true}
	groups := []plotting.Group{
		{Name: "LastOutput", Values: scattered(1, 10, 0.972, 0.002)},
		{Name: "FinalStates", Values: scattered(2, 10, 0.978, 0.0015)},
		{Name: "forward only", Values: scattered(3, 10, 0.973, 0.003)},
	}
	figure, err := plotting.Spread(accuracy, groups...)
	golden(t, "spread", figure, err)

	for i := range 4 {
		groups = append(groups, plotting.Group{Name: "a long name of a network", Values: scattered(uint64(i+4), 3, 0.975, 0.004)})
	}
	figure, err = plotting.Spread(accuracy, groups...)
	golden(t, "spread_seven", figure, err)

	figure, err = plotting.Spread(plotting.Axes{Y: "loss", Log: true}, plotting.Group{Name: "one run", Values: []float64{0.3}})
	golden(t, "spread_one_value", figure, err)
}

func TestSpreadRejects(t *testing.T) {
	good := plotting.Group{Name: "good", Values: []float64{1, 2}}
	bad := func(values ...float64) []plotting.Group {
		return []plotting.Group{good, {Name: "bad", Values: values}}
	}
	for _, test := range []struct {
		why    string
		axes   plotting.Axes
		groups []plotting.Group
		want   string
	}{
		{"no groups", plotting.Axes{}, nil, "no groups"},
		{"too many", plotting.Axes{}, make([]plotting.Group, 8), "8 groups; at most 7"},
		{"no name", plotting.Axes{}, []plotting.Group{good, {Values: []float64{1}}}, "groups[1].Name is blank"},
		{"no values", plotting.Axes{}, bad(), "groups[1].Values is empty"},
		{"NaN", plotting.Axes{}, bad(1, math.NaN()), "groups[1].Values[1] is NaN"},
		{"infinity", plotting.Axes{}, bad(math.Inf(1)), "groups[1].Values[0] is +Inf"},
		{"no logarithm", plotting.Axes{Log: true}, bad(1, 0), "groups[1].Values[1] is 0; with Log"},
	} {
		t.Run(test.why, func(t *testing.T) {
			_, err := plotting.Spread(test.axes, test.groups...)
			wantError(t, err, test.want)
		})
	}
}
