package birnn

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// The tolerated differences between TensorFlow's numbers and ours. Both compute
// in float32 and add in a different order; after five steps of Adam, which
// divides by the root of small numbers, a weight may be off by a little more.
const (
	toleranceProbability = 2e-6
	toleranceGradient    = 2e-6
	toleranceLoss        = 5e-6
	toleranceWeight      = 2e-5
)

// tfWeights are the six arrays of the fixture.
type tfWeights struct {
	ForwardKernel  []float32 `json:"forward_kernel"`
	ForwardBias    []float32 `json:"forward_bias"`
	BackwardKernel []float32 `json:"backward_kernel"`
	BackwardBias   []float32 `json:"backward_bias"`
	W              []float32 `json:"W"`
	B              []float32 `json:"b"`
}

func (w tfWeights) weights() Weights {
	return Weights{
		Forward:  CellWeights{w.ForwardKernel, w.ForwardBias},
		Backward: CellWeights{w.BackwardKernel, w.BackwardBias},
		W:        w.W, B: w.B,
	}
}

// tfCase is one network that TensorFlow ran; see testdata/tensorflow.py.
type tfCase struct {
	Name               string
	NumInput           int     `json:"num_input"`
	Timesteps          int     `json:"timesteps"`
	NumHidden          int     `json:"num_hidden"`
	NumClasses         int     `json:"num_classes"`
	Batch              int     `json:"batch"`
	LearningRate       float64 `json:"learning_rate"`
	ForgetBias         float64 `json:"forget_bias"`
	Readout            string  `json:"readout"`
	X                  []float32
	Y                  []int32
	Initial            tfWeights
	Probabilities      []float32
	Loss, Accuracy     float64
	Gradients          tfWeights
	Losses, Accuracies []float64
	Final              tfWeights
	FinalProbabilities []float32 `json:"final_probabilities"`
}

func (c tfCase) config() Config {
	cfg := DefaultConfig()
	cfg.NumInput, cfg.Timesteps, cfg.NumHidden, cfg.NumClasses = c.NumInput, c.Timesteps, c.NumHidden, c.NumClasses
	cfg.LearningRate, cfg.ForgetBias, cfg.BatchSize = c.LearningRate, c.ForgetBias, c.Batch
	if c.Readout == "final_states" {
		cfg.Readout = FinalStates
	}
	return cfg
}

// TestTensorFlow compares everything that can be seen from outside with what
// TensorFlow 2 computed for the tutorial's graph: probabilities, loss, accuracy,
// gradients, the losses of five steps of Adam, and the weights after them.
func TestTensorFlow(t *testing.T) {
	data, err := os.ReadFile("testdata/tensorflow.json")
	if err != nil {
		t.Fatal(err)
	}
	var fixture struct{ Cases []tfCase }
	if err := json.Unmarshal(data, &fixture); err != nil {
		t.Fatal(err)
	}
	if len(fixture.Cases) < 8 {
		t.Fatalf("the fixture has %d cases, want at least 8", len(fixture.Cases))
	}
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		for _, c := range fixture.Cases {
			t.Run(c.Name, func(t *testing.T) { compareWithTensorFlow(t, b, c) })
		}
	})
}

func compareWithTensorFlow(t *testing.T, b compute.Backend, c tfCase) {
	m, err := New(b, c.config())
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if err := m.SetWeights(c.Initial.weights()); err != nil {
		t.Fatal(err)
	}

	probabilities, err := m.Predict(c.X)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "probabilities", flatten(probabilities), c.Probabilities, toleranceProbability)
	loss, accuracy, err := m.Evaluate(c.X, c.Y)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "loss", []float32{float32(loss)}, []float32{float32(c.Loss)}, toleranceLoss)
	near(t, "accuracy", []float32{float32(accuracy)}, []float32{float32(c.Accuracy)}, 1e-6)
	nearWeights(t, "gradient of", gradients(t, m, c.X, c.Y), c.Gradients.weights(), toleranceGradient)

	for step, want := range c.Losses {
		loss, accuracy, err := m.TrainStep(c.X, c.Y)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(loss-want) > toleranceLoss || math.Abs(accuracy-c.Accuracies[step]) > 1e-6 {
			t.Errorf("step %d: loss %.7f, accuracy %.4f; TensorFlow has %.7f and %.4f", step, loss, accuracy, want, c.Accuracies[step])
		}
	}
	w, err := m.Weights()
	if err != nil {
		t.Fatal(err)
	}
	nearWeights(t, "after five steps", w, c.Final.weights(), toleranceWeight)
	if probabilities, err = m.Predict(c.X); err != nil {
		t.Fatal(err)
	}
	near(t, "final probabilities", flatten(probabilities), c.FinalProbabilities, toleranceWeight)
}

// gradients returns the gradient of the loss with respect to each weight.
func gradients(t *testing.T, m *Model, x []float32, y []int32) Weights {
	t.Helper()
	var w Weights
	var paths []string
	for v := range m.store.RootScope().IterVariables() {
		if v.Trainable {
			paths = append(paths, v.Path())
		}
	}
	outputs, err := model.CallOnceN(m.backend, m.store, func(scope *model.Scope, x, y *graph.Node) []*graph.Node {
		score, _ := m.scoringGraph(scope, x, y)
		return scope.BuildTrainableVariablesGradientsGraph(graph.Reshape(graph.Slice(score, graph.AxisElem(0))))
	}, sequences(m, x, len(y)), tensors.FromFlatDataAndDimensions(y, len(y)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range w.fields() {
		for k, path := range paths {
			if path == f.path {
				*f.values = tensors.MustCopyFlatData[float32](outputs[k])
			}
		}
	}
	return w
}

func nearWeights(t *testing.T, what string, got, want Weights, tolerance float64) {
	t.Helper()
	wantFields := want.fields()
	for k, f := range got.fields() {
		near(t, what+" "+f.name, *f.values, *wantFields[k].values, tolerance)
	}
}

// near fails the test if got and want differ in length or, at any index, by
// more than the tolerance.
func near(t *testing.T, what string, got, want []float32, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d values, want %d", what, len(got), len(want))
		return
	}
	worst, at := 0.0, 0
	for k := range got {
		d := math.Abs(float64(got[k]) - float64(want[k]))
		if d > worst || math.IsNaN(d) {
			worst, at = d, k
		}
	}
	if !(worst <= tolerance) {
		t.Errorf("%s: [%d] is %v, want %v: off by %.2g, tolerance %.2g", what, at, got[at], want[at], worst, tolerance)
	}
}

func flatten(rows [][]float32) []float32 {
	var flat []float32
	for _, row := range rows {
		flat = append(flat, row...)
	}
	return flat
}
