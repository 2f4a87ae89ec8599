package convert

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"
)

// format is a file format with both its functions.
type format struct {
	name  string
	write func(*bytes.Buffer, birnn.Config, birnn.Weights) error
	read  func([]byte) (birnn.Config, birnn.Weights, error)
}

var formats = []format{
	{"PyTorch",
		func(w *bytes.Buffer, c birnn.Config, ws birnn.Weights) error { return WritePyTorch(w, c, ws) },
		func(b []byte) (birnn.Config, birnn.Weights, error) { return ReadPyTorch(bytes.NewReader(b)) }},
	{"Keras",
		func(w *bytes.Buffer, c birnn.Config, ws birnn.Weights) error { return WriteKeras(w, c, ws) },
		func(b []byte) (birnn.Config, birnn.Weights, error) { return ReadKeras(bytes.NewReader(b)) }},
	{"ONNX",
		func(w *bytes.Buffer, c birnn.Config, ws birnn.Weights) error { return WriteONNX(w, c, ws) },
		func(b []byte) (birnn.Config, birnn.Weights, error) { return ReadONNX(bytes.NewReader(b)) }},
}

var readouts = []birnn.Readout{birnn.LastOutput, birnn.FinalStates}

// smallConfig has dimensions that all differ.
func smallConfig(readout birnn.Readout) birnn.Config {
	cfg := birnn.DefaultConfig()
	cfg.NumInput, cfg.Timesteps, cfg.NumHidden, cfg.NumClasses = 3, 5, 2, 4
	cfg.Readout = readout
	return cfg
}

// randomWeights returns weights that differ in every entry.
func randomWeights(cfg birnn.Config) birnn.Weights {
	random := rand.New(rand.NewPCG(1, 2))
	numbers := func(n int) []float32 {
		values := make([]float32, n)
		for k := range values {
			values[k] = float32(random.NormFloat64()) / float32(math.Sqrt(float64(cfg.NumHidden)))
		}
		return values
	}
	h := cfg.NumHidden
	cell := func() birnn.CellWeights {
		return birnn.CellWeights{Kernel: numbers((cfg.NumInput + h) * 4 * h), Bias: numbers(4 * h)}
	}
	return birnn.Weights{Forward: cell(), Backward: cell(), W: numbers(2 * h * cfg.NumClasses), B: numbers(cfg.NumClasses)}
}

// written returns a network as a file.
func written(t testing.TB, f format, cfg birnn.Config, w birnn.Weights) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := f.write(&file, cfg, w); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// predict returns what a network of package birnn gives for x.
func predict(t testing.TB, cfg birnn.Config, w birnn.Weights, x []float32) []float32 {
	t.Helper()
	m, err := birnn.New(backendtest.Go(t), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if err := m.SetWeights(w); err != nil {
		t.Fatal(err)
	}
	rows, err := m.Predict(x)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat(rows...)
}

// near fails the test if numbers are further apart than the tolerance.
func near(t testing.TB, what string, got, want []float32, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	largest, at := 0.0, 0
	for k := range want {
		if d := math.Abs(float64(got[k]) - float64(want[k])); !(d <= largest) { // also if it is not a number
			largest, at = d, k
		}
	}
	if !(largest <= tolerance) {
		t.Errorf("%s: number %d is %v, want %v", what, at, got[at], want[at])
	}
}
