package birnn

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"
)

var (
	nan = math.NaN()
	inf = math.Inf(1)
)

func TestConfigErrorsNameTheField(t *testing.T) {
	for _, tt := range []struct {
		field, reason string
		change        func(*Config)
	}{
		{"NumInput", "zero", func(c *Config) { c.NumInput = 0 }},
		{"NumInput", "negative", func(c *Config) { c.NumInput = -28 }},
		{"NumInput", "huge", func(c *Config) { c.NumInput = math.MaxInt }},
		{"Timesteps", "zero", func(c *Config) { c.Timesteps = 0 }},
		{"Timesteps", "huge", func(c *Config) { c.Timesteps = math.MaxInt }},
		{"NumHidden", "negative", func(c *Config) { c.NumHidden = math.MinInt }},
		{"NumHidden", "one number too large for the machine", func(c *Config) { c.NumHidden = math.MaxInt/8 + 2 }},
		{"NumHidden", "each field is valid, but their product is too large", func(c *Config) { c.NumHidden = 1 << 20 }},
		{"NumClasses", "zero", func(c *Config) { c.NumClasses = 0 }},
		{"NumClasses", "huge", func(c *Config) { c.NumClasses = 1 << 40 }},
		{"LearningRate", "zero", func(c *Config) { c.LearningRate = 0 }},
		{"LearningRate", "negative", func(c *Config) { c.LearningRate = -0.001 }},
		{"LearningRate", "not a number", func(c *Config) { c.LearningRate = nan }},
		{"LearningRate", "infinite", func(c *Config) { c.LearningRate = inf }},
		{"Epochs", "zero", func(c *Config) { c.Epochs = 0 }},
		{"Epochs", "negative", func(c *Config) { c.Epochs = -1 }},
		{"BatchSize", "zero", func(c *Config) { c.BatchSize = 0 }},
		{"BatchSize", "huge", func(c *Config) { c.BatchSize = math.MaxInt }},
		{"DisplayFreq", "zero: the remainder of a division by it", func(c *Config) { c.DisplayFreq = 0 }},
		{"ForgetBias", "not a number", func(c *Config) { c.ForgetBias = nan }},
		{"ForgetBias", "infinite", func(c *Config) { c.ForgetBias = -inf }},
		{"Readout", "unknown", func(c *Config) { c.Readout = 2 }},
		{"Readout", "negative", func(c *Config) { c.Readout = -1 }},
	} {
		t.Run(tt.field+" "+tt.reason, func(t *testing.T) {
			cfg := DefaultConfig()
			tt.change(&cfg)
			if _, err := New(backendtest.Go(t), cfg); err == nil || !strings.Contains(err.Error(), tt.field+" ") {
				t.Errorf("the error is %v; want one that names Config.%s", err, tt.field)
			}
		})
	}
	if err := DefaultConfig().Validate(); err != nil {
		t.Errorf("the default configuration: %v", err)
	}
}

// TestTooLongWithoutLoops: the pure-Go backend unrolls the time steps.
func TestTooLongWithoutLoops(t *testing.T) {
	cfg := tinyConfig()
	cfg.Timesteps = 5000
	m := newModel(t, backendtest.Go(t), cfg)
	if _, err := m.Predict(make([]float32, 5000*3)); err == nil || !strings.Contains(err.Error(), "5000 time steps") {
		t.Errorf("the error is %v; want one that names the time steps", err)
	}
}

func TestNilBackend(t *testing.T) {
	if _, err := New(nil, DefaultConfig()); err == nil || !strings.Contains(err.Error(), "backend") {
		t.Errorf("the error is %v; want one that names the backend", err)
	}
}

// TestBadExamplesChangeNothing verifies that the error names the argument and that the model is unchanged.
func TestBadExamplesChangeNothing(t *testing.T) {
	m := newModel(t, backendtest.Go(t), tinyConfig())
	before := mustWeights(t, m)
	good := tinyExamples(3)
	with := func(k int, v float64) []float32 {
		x := tinyExamples(3).X
		x[k] = float32(v)
		return x
	}
	for _, tt := range []struct {
		reason string
		e      Examples
		want   string // in the error
	}{
		{"nothing", Examples{}, "no sequences"},
		{"no classes", Examples{good.X, nil}, "no sequences"},
		{"no numbers", Examples{nil, good.Y}, "x has 0 values"},
		{"one number short", Examples{good.X[1:], good.Y}, "x has 35 values"},
		{"one sequence too many", Examples{good.X, good.Y[:2]}, "x has 36 values"},
		{"a class too large", Examples{good.X, []int32{0, 1, 3}}, "y[2] is 3"},
		{"a negative class", Examples{good.X, []int32{0, -1, 2}}, "y[1] is -1"},
		{"not a number", Examples{with(35, nan), good.Y}, "x[35] is NaN"},
		{"infinite", Examples{with(0, inf), good.Y}, "x[0] is +Inf"},
		{"minus infinite", Examples{with(7, -inf), good.Y}, "x[7] is -Inf"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			_, _, trainErr := m.TrainStep(tt.e.X, tt.e.Y)
			_, _, evaluateErr := m.Evaluate(tt.e.X, tt.e.Y)
			for method, err := range map[string]error{
				"TrainStep": trainErr, "Evaluate": evaluateErr, "Train": m.Train(t.Context(), tt.e, Examples{}, nil),
			} {
				if err == nil || !strings.Contains(err.Error(), method+": ") || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("%s: the error is %v; want one with %q", method, err, tt.want)
				}
			}
		})
	}
	for want, x := range map[string][]float32{
		"x has 13 values": good.X[:13], "x[3] is NaN": with(3, nan), "x[4] is +Inf": with(4, inf),
	} {
		if _, err := m.Predict(x); err == nil || !strings.Contains(err.Error(), "Predict: "+want) {
			t.Errorf("Predict: the error is %v; want one with %q", err, want)
		}
	}
	if rows, err := m.Predict(nil); err != nil || len(rows) != 0 {
		t.Errorf("Predict of no sequences returns %v, %v; want none", rows, err)
	}
	if classes, err := m.Classify(nil); err != nil || len(classes) != 0 {
		t.Errorf("Classify of no sequences returns %v, %v; want none", classes, err)
	}
	if m.Step() != 0 || len(m.History().Training.Steps) != 0 {
		t.Error("a step was counted")
	}
	sameWeights(t, mustWeights(t, m), before)
}

func TestBadWeightsChangeNothing(t *testing.T) {
	m := newModel(t, backendtest.Go(t), tinyConfig())
	before := mustWeights(t, m)
	for _, tt := range []struct {
		field, reason string
		change        func(*Weights)
	}{
		{"Forward.Kernel", "none", func(w *Weights) { w.Forward.Kernel = nil }},
		{"Forward.Bias", "one short", func(w *Weights) { w.Forward.Bias = w.Forward.Bias[1:] }},
		{"Backward.Kernel", "one too many", func(w *Weights) { w.Backward.Kernel = append(w.Backward.Kernel, 0) }},
		{"Backward.Bias", "not a number", func(w *Weights) { w.Backward.Bias[3] = float32(nan) }},
		{"W", "infinite", func(w *Weights) { w.W[0] = float32(inf) }},
		{"B", "the last of all is not a number", func(w *Weights) { w.B[2] = float32(nan) }},
	} {
		t.Run(tt.field+" "+tt.reason, func(t *testing.T) {
			w := mustWeights(t, m)
			w.Forward.Kernel[0]++
			tt.change(&w)
			if err := m.SetWeights(w); err == nil || !strings.Contains(err.Error(), "Weights."+tt.field) {
				t.Errorf("the error is %v; want one that names Weights.%s", err, tt.field)
			}
			sameWeights(t, mustWeights(t, m), before)
		})
	}
}

// TestClassesThatNeverOccur verifies that losses and probabilities stay finite.
func TestClassesThatNeverOccur(t *testing.T) {
	m, e := newModel(t, backendtest.Go(t), tinyConfig()), tinyExamples(8)
	for k := range e.Y {
		e.Y[k] = 2
	}
	if err := m.Train(t.Context(), e, e, nil); err != nil {
		t.Fatal(err)
	}
	loss, accuracy, err := m.Evaluate(e.X, e.Y)
	if err != nil || !isFinite(loss) || accuracy != 1 {
		t.Errorf("loss %v, accuracy %v, %v; want finite numbers", loss, accuracy, err)
	}
	if p := predict(t, m, e.X); indexNotFinite(p) >= 0 {
		t.Errorf("the probabilities are %v", p)
	}
}

// TestDivergence verifies that a loss that is not finite ends the training and does not get into the history.
func TestDivergence(t *testing.T) {
	cfg := tinyConfig()
	cfg.LearningRate = 1e38
	m := newModel(t, backendtest.Go(t), cfg)
	err := m.Train(t.Context(), tinyExamples(12), Examples{}, nil)
	var diverged *DivergedError
	if !errors.As(err, &diverged) {
		t.Fatalf("the error is %v, want a *DivergedError", err)
	}
	if diverged.Step != m.Step() || diverged.Step < 2 || !(math.IsNaN(diverged.Loss) || math.IsInf(diverged.Loss, 0)) {
		t.Errorf("it says step %d, loss %v; the model is at step %d", diverged.Step, diverged.Loss, m.Step())
	}
	for _, loss := range m.History().Training.Loss {
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			t.Errorf("the history holds the loss %v", loss)
		}
	}
	dir := t.TempDir()
	if err := m.Save(dir); !errors.As(err, &diverged) {
		t.Errorf("saving NaN weights: the error is %v, want the *DivergedError", err)
	}
	if err := m.SetWeights(mustWeights(t, newModel(t, backendtest.Go(t), cfg))); err != nil {
		t.Fatal(err)
	}
	if err := m.Save(dir); err != nil {
		t.Errorf("saving good weights again: %v", err)
	}
}
