package plotting_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/plotting"
)

// run makes n steps of a run shaped like the tutorial's, with ten evaluations.
func run(n int) (training, validation plotting.Series) {
	random := rand.New(rand.NewPCG(1, 2))
	for step := 1; step <= n; step++ {
		x := float64(step) / float64(n)
		mean := 2*math.Exp(-60*x) + 0.5*math.Exp(-11*x) + 0.03*math.Exp(-x)
		loss := mean * math.Exp(0.8*random.NormFloat64()*min(1, 30*x))
		accuracy := math.Round(100*max(0.1, 1-loss/3)) / 100
		record(&training, step, loss, accuracy)
		if step%(n/10) == 0 {
			record(&validation, step, mean+0.03, 1-mean/3-0.01)
		}
	}
	return training, validation
}

func record(s *plotting.Series, step int, loss, accuracy float64) {
	s.Steps, s.Loss, s.Accuracy = append(s.Steps, step), append(s.Loss, loss), append(s.Accuracy, accuracy)
}

func constant(n int, loss, accuracy float64) plotting.Series {
	var s plotting.Series
	for step := 1; step <= n; step++ {
		record(&s, step, loss, accuracy)
	}
	return s
}

func TestCurvesGolden(t *testing.T) {
	short, shortValidation := run(60)
	long, longValidation := run(5500)
	gaps, _ := run(60)
	for i := range 12 {
		gaps.Loss[20+i] = math.NaN()
	}
	gaps.Loss[40], gaps.Accuracy[40] = math.Inf(1), math.NaN()
	gaps.Loss[42] = math.Inf(-1)
	for _, test := range []struct {
		name                 string
		training, validation plotting.Series
	}{
		{"curves", short, shortValidation},
		{"curves_long", long, longValidation},
		{"curves_gaps", gaps, plotting.Series{}},
		{"curves_constant", constant(3, 2.3, 0.1), plotting.Series{}},
		{"curves_one_point", constant(1, 2.3, 0.1), constant(1, 2.2, 0.2)},
	} {
		t.Run(test.name, func(t *testing.T) {
			figure, err := plotting.Curves(test.training, test.validation)
			golden(t, test.name, figure, err)
		})
	}
}

func TestCurvesRejects(t *testing.T) {
	good := constant(3, 1, 0.5)
	changed := func(change func(*plotting.Series)) plotting.Series {
		s := constant(3, 1, 0.5)
		change(&s)
		return s
	}
	for _, test := range []struct {
		why                  string
		training, validation plotting.Series
		words                []string
	}{
		{"nothing to draw", plotting.Series{}, plotting.Series{}, []string{"both empty"}},
		{"lengths differ", changed(func(s *plotting.Series) { s.Loss = s.Loss[:2] }), good, []string{"training has 3 Steps, 2 Loss and 3 Accuracy"}},
		{"lengths differ", good, changed(func(s *plotting.Series) { s.Accuracy = nil }), []string{"validation has", "0 Accuracy"}},
		{"a step twice", changed(func(s *plotting.Series) { s.Steps[2] = 2 }), good, []string{"training.Steps[2] is 2 after 2"}},
		{"a step back", good, changed(func(s *plotting.Series) { s.Steps[1] = 0 }), []string{"validation.Steps[1] is 0 after 1"}},
		{"before the start", changed(func(s *plotting.Series) { s.Steps[0] = -1 }), good, []string{"training.Steps[0] is -1"}},
		{"percent for a fraction", good, changed(func(s *plotting.Series) { s.Accuracy[1] = 97 }), []string{"validation.Accuracy[1] is 97", "between 0 and 1"}},
	} {
		t.Run(test.why, func(t *testing.T) {
			_, err := plotting.Curves(test.training, test.validation)
			wantError(t, err, test.words...)
		})
	}
}

// Whatever the losses of a run that goes wrong, there is a picture of it.
func TestCurvesDrawsOddLosses(t *testing.T) {
	for _, odd := range [][]float64{
		{0, 0, 0}, {-1, 2, -3}, {1, 0, 1e-9}, {5e-324, 1, 2}, {1e308, -1e308, 1}, {1e29, 1e-300, 1},
		{math.NaN(), math.NaN(), math.NaN()}, {math.Inf(1), 1, math.Inf(-1)}, {1e-20, 1e-20, 1e-20},
	} {
		s := plotting.Series{Steps: []int{5, 6, math.MaxInt32}, Loss: odd, Accuracy: []float64{0, 1, math.NaN()}}
		if _, err := plotting.Curves(s, s); err != nil {
			t.Errorf("losses %v: %v", odd, err)
		}
	}
}

func TestCurvesAlt(t *testing.T) {
	gaps := constant(3, 1, 0.5)
	gaps.Loss[1] = math.NaN()
	empty := plotting.Series{}
	long, _ := run(5500)
	for _, test := range []struct {
		why                  string
		training, validation plotting.Series
		want                 string
	}{
		{"gaps are told", gaps, empty, "Not finite and left out: 1 value."},
		{"one point has no course", constant(1, 2.3, 0.1), empty, "Training loss is 2.30; training accuracy is 10.0%."},
		{"no training", empty, constant(1, 2.3, 0.1), "steps. Validation loss is 2.30"},
		{"nothing finite", constant(2, math.NaN(), 0.1), empty, "Training loss has no finite value"},
		{"the end of a long run is its mean", long, empty, "to 0.014; training accuracy"},
	} {
		t.Run(test.why, func(t *testing.T) {
			figure, err := plotting.Curves(test.training, test.validation)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(figure.Alt, test.want) {
				t.Errorf("Alt is %q, want it to say %q", figure.Alt, test.want)
			}
		})
	}
}

// A type with the fields of Series converts to it.
func TestSeriesConverts(t *testing.T) {
	type history struct {
		Steps          []int
		Loss, Accuracy []float64
	}
	h := history{[]int{1}, []float64{2.3}, []float64{0.1}}
	if _, err := plotting.Curves(plotting.Series(h), plotting.Series{}); err != nil {
		t.Error(err)
	}
}

func BenchmarkCurves(b *testing.B) {
	training, validation := run(55000)
	for b.Loop() {
		if _, err := plotting.Curves(training, validation); err != nil {
			b.Fatal(err)
		}
	}
}
