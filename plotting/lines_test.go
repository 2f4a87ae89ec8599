package plotting_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/plotting"
)

// decaying returns a line of runs that shrink by about the factor from point to point.
func decaying(name string, seed uint64, runs, points int, factor float64) plotting.Line {
	random := rand.New(rand.NewPCG(seed, 9))
	line := plotting.Line{Name: name}
	for i := range points {
		line.X = append(line.X, float64(i))
	}
	for range runs {
		v, run := 1.0, []float64(nil)
		for range points {
			run = append(run, v)
			v *= factor * math.Exp(0.2*random.NormFloat64())
		}
		line.Runs = append(line.Runs, run)
	}
	return line
}

func TestLinesGolden(t *testing.T) {
	gradient := plotting.Axes{Title: "How far the gradient reaches", X: "time steps back", Y: "norm of the gradient", Log: true}
	figure, err := plotting.Lines(gradient, decaying("forget bias 1", 1, 5, 28, 0.9), decaying("forget bias 0", 2, 5, 28, 0.6))
	golden(t, "lines_log", figure, err)

	accuracy := func(name string, seed uint64, factor float64) plotting.Line {
		line := decaying(name, seed, 3, 12, factor)
		for _, run := range line.Runs {
			for i, v := range run {
				run[i] = 1 - 0.1*min(1, v+0.1)
			}
		}
		return line
	}
	percent := plotting.Axes{Title: "Six networks", X: "epoch", Y: "validation accuracy", Percent: true}
	figure, err = plotting.Lines(percent,
		accuracy("LastOutput", 1, 0.7), accuracy("FinalStates", 2, 0.6), accuracy("forward only", 3, 0.8),
		accuracy("two layers", 4, 0.65), accuracy("GRU", 5, 0.7), accuracy("a name that is far too long to fit beside the panel", 6, 0.9))
	golden(t, "lines_six", figure, err)

	figure, err = plotting.Lines(plotting.Axes{}, plotting.Line{X: []float64{7}, Runs: [][]float64{{3}}})
	golden(t, "lines_one_point", figure, err)
	long := decaying("many points", 1, 3, 5000, 0)
	for i := range long.X {
		for r, run := range long.Runs {
			run[i] = 0.1 + math.Exp(-float64(i)/1000) + 0.05*math.Sin(float64(i*(r+1))/70)
		}
	}
	figure, err = plotting.Lines(plotting.Axes{Y: "loss", X: "batch"}, long)
	golden(t, "lines_many_points", figure, err)
}

func TestLinesRejects(t *testing.T) {
	line := func(x []float64, runs ...[]float64) []plotting.Line {
		good := plotting.Line{Name: "good", X: []float64{1}, Runs: [][]float64{{1}}}
		return []plotting.Line{good, {Name: "bad", X: x, Runs: runs}}
	}
	two := []float64{1, 2}
	for _, test := range []struct {
		why   string
		axes  plotting.Axes
		lines []plotting.Line
		want  string
	}{
		{"no lines", plotting.Axes{}, nil, "no lines"},
		{"too many", plotting.Axes{}, make([]plotting.Line, 7), "7 lines; at most 6"},
		{"no name", plotting.Axes{}, []plotting.Line{{Name: "a", X: two, Runs: [][]float64{two}}, {Name: " ", X: two, Runs: [][]float64{two}}}, "lines[1].Name is blank"},
		{"no points", plotting.Axes{}, line(nil, nil), "lines[1].X is empty"},
		{"no runs", plotting.Axes{}, line(two), "lines[1].Runs is empty"},
		{"a step back", plotting.Axes{}, line([]float64{1, 3, 2}, []float64{1, 2, 3}), "lines[1].X[2] is 2 after 3"},
		{"the same twice", plotting.Axes{}, line([]float64{1, 1}, two), "lines[1].X[1] is 1 after 1"},
		{"X is NaN", plotting.Axes{}, line([]float64{1, math.NaN()}, two), "lines[1].X[1] is NaN"},
		{"a short run", plotting.Axes{}, line(two, two, []float64{1}), "lines[1].Runs[1] has 1 value, but X has 2"},
		{"NaN", plotting.Axes{}, line(two, two, []float64{1, math.NaN()}), "lines[1].Runs[1][1] is NaN"},
		{"infinity", plotting.Axes{}, line(two, []float64{math.Inf(1), 1}), "lines[1].Runs[0][0] is +Inf"},
		{"no logarithm", plotting.Axes{Log: true}, line(two, []float64{1, 0}), "lines[1].Runs[0][1] is 0; with Log"},
	} {
		t.Run(test.why, func(t *testing.T) {
			_, err := plotting.Lines(test.axes, test.lines...)
			wantError(t, err, test.want)
		})
	}
}

// TestLinesDrawsOddValues verifies that no finite values are too close or too far apart to be drawn.
func TestLinesDrawsOddValues(t *testing.T) {
	even := []float64{1, 2, 3}
	for _, test := range []struct {
		log    bool
		x, run []float64
	}{
		{x: []float64{-1e30, 0, 1e30}, run: even},
		{x: []float64{1, 1 + 2e-16, 1 + 5e-16}, run: even},
		{x: []float64{1e16, 1e16 + 2, 1e16 + 4}, run: even},
		{x: even, run: []float64{0, 0, 0}},
		{x: even, run: []float64{5e-324, 1, 2}},
		{x: even, run: []float64{1e30, -1e30, 1}},
		{x: even, run: []float64{1e-20, 1e-20, 1e-20}},
		{x: even, run: []float64{0.1, 0.1 + 2e-17, 0.1}},
		{log: true, x: even, run: []float64{1e30, 1e-30, 1}},
		{log: true, x: even, run: []float64{1e-30, 1e-30, 1e-30}},
	} {
		figure, err := plotting.Lines(plotting.Axes{Log: test.log, Percent: true}, plotting.Line{X: test.x, Runs: [][]float64{test.run, test.run}})
		if err != nil {
			t.Errorf("%v: %v", test, err)
		} else if strings.Contains(figure.Alt, "NaN") {
			t.Errorf("%v: Alt is %q", test, figure.Alt)
		}
	}
}
