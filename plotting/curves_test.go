package plotting_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/history"
	"github.com/easy-gomlx/tutorials/plotting"
)

// trained returns n steps of a run shaped like the tutorial's, with ten evaluations.
func trained(n int) (r history.Record) {
	random := rand.New(rand.NewPCG(1, 2))
	for step := 1; step <= n; step++ {
		x := float64(step) / float64(n)
		mean := 2*math.Exp(-60*x) + 0.5*math.Exp(-11*x) + 0.03*math.Exp(-x)
		loss := mean * math.Exp(0.8*random.NormFloat64()*min(1, 30*x))
		accuracy := math.Round(100*max(0.1, 1-loss/3)) / 100
		r.Training.Add(step, loss, accuracy)
		if step%(n/10) == 0 {
			r.Validation.Add(step, mean+0.03, 1-mean/3-0.01)
		}
	}
	return r
}

func constant(n int, loss, accuracy float64) history.Series {
	var s history.Series
	for step := 1; step <= n; step++ {
		s.Add(step, loss, accuracy)
	}
	return s
}

func TestCurvesGolden(t *testing.T) {
	gaps := history.Record{Training: trained(60).Training}
	for i := range 12 {
		gaps.Training.Loss[20+i] = math.NaN()
	}
	gaps.Training.Loss[40], gaps.Training.Accuracy[40] = math.Inf(1), math.NaN()
	gaps.Training.Loss[42] = math.Inf(-1)
	for name, record := range map[string]history.Record{
		"curves":           trained(60),
		"curves_long":      trained(5500),
		"curves_gaps":      gaps,
		"curves_constant":  {Training: constant(3, 2.3, 0.1)},
		"curves_one_point": {Training: constant(1, 2.3, 0.1), Validation: constant(1, 2.2, 0.2)},
	} {
		t.Run(name, func(t *testing.T) {
			figure, err := plotting.Curves(record)
			golden(t, name, figure, err)
		})
	}
}

func TestCurvesRejects(t *testing.T) {
	good := constant(3, 1, 0.5)
	changed := func(change func(*history.Series)) history.Series {
		s := constant(3, 1, 0.5)
		change(&s)
		return s
	}
	for _, test := range []struct {
		why                  string
		training, validation history.Series
		words                []string
	}{
		{"nothing to draw", history.Series{}, history.Series{}, []string{"both empty"}},
		{"lengths differ", changed(func(s *history.Series) { s.Loss = s.Loss[:2] }), good, []string{"Training has 3 Steps, 2 Loss and 3 Accuracy"}},
		{"lengths differ", good, changed(func(s *history.Series) { s.Accuracy = nil }), []string{"Validation has", "0 Accuracy"}},
		{"a repeated step", changed(func(s *history.Series) { s.Steps[2] = 2 }), good, []string{"Training.Steps[2] is 2 after 2"}},
		{"a step back", good, changed(func(s *history.Series) { s.Steps[1] = 0 }), []string{"Validation.Steps[1] is 0 after 1"}},
		{"before the start", changed(func(s *history.Series) { s.Steps[0] = -1 }), good, []string{"Training.Steps[0] is -1"}},
		{"a percentage for a fraction", good, changed(func(s *history.Series) { s.Accuracy[1] = 97 }), []string{"Validation.Accuracy[1] is 97", "between 0 and 1"}},
	} {
		t.Run(test.why, func(t *testing.T) {
			_, err := plotting.Curves(history.Record{Training: test.training, Validation: test.validation})
			wantError(t, err, test.words...)
		})
	}
}

// TestCurvesDrawsOddLosses verifies that a diverging run can be drawn.
func TestCurvesDrawsOddLosses(t *testing.T) {
	for _, odd := range [][]float64{
		{0, 0, 0}, {-1, 2, -3}, {1, 0, 1e-9}, {5e-324, 1, 2}, {1e308, -1e308, 1}, {1e29, 1e-300, 1},
		{math.NaN(), math.NaN(), math.NaN()}, {math.Inf(1), 1, math.Inf(-1)}, {1e-20, 1e-20, 1e-20},
	} {
		s := history.Series{Steps: []int{5, 6, math.MaxInt32}, Loss: odd, Accuracy: []float64{0, 1, math.NaN()}}
		if _, err := plotting.Curves(history.Record{Training: s, Validation: s}); err != nil {
			t.Errorf("losses %v: %v", odd, err)
		}
	}
}

func TestCurvesAlt(t *testing.T) {
	gaps := constant(3, 1, 0.5)
	gaps.Loss[1] = math.NaN()
	empty := history.Series{}
	for _, test := range []struct {
		why                  string
		training, validation history.Series
		want                 string
	}{
		{"gaps are reported", gaps, empty, "Not finite and left out: 1 value."},
		{"one point does not rise or fall", constant(1, 2.3, 0.1), empty, "Training loss is 2.30; training accuracy is 10.0%."},
		{"no training", empty, constant(1, 2.3, 0.1), "steps. Validation loss is 2.30"},
		{"nothing finite", constant(2, math.NaN(), 0.1), empty, "Training loss has no finite value"},
		{"the end of a long run is its mean", trained(5500).Training, empty, "to 0.014; training accuracy"},
	} {
		t.Run(test.why, func(t *testing.T) {
			figure, err := plotting.Curves(history.Record{Training: test.training, Validation: test.validation})
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(figure.Alt, test.want) {
				t.Errorf("Alt is %q, want it to say %q", figure.Alt, test.want)
			}
		})
	}
}

func BenchmarkCurves(b *testing.B) {
	record := trained(55000)
	for b.Loop() {
		if _, err := plotting.Curves(record); err != nil {
			b.Fatal(err)
		}
	}
}
