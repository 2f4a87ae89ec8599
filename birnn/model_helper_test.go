package birnn

import (
	"github.com/gomlx/gomlx/core/tensors"
	"testing"

	"github.com/gomlx/compute"

	"github.com/easy-gomlx/tutorials/birnn/mnist"
)

// newModel makes a model that is closed when the test ends.
func newModel(t testing.TB, b compute.Backend, cfg Config) *Model {
	t.Helper()
	return newModelWith(t, b, cfg, Network{})
}

func newModelWith(t testing.TB, b compute.Backend, cfg Config, network Network) *Model {
	t.Helper()
	m, err := network.New(b, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// newOnDevices makes a model that divides its batches among the given number of
// devices.
func newOnDevices(t testing.TB, b compute.Backend, cfg Config, devices int) *Model {
	t.Helper()
	m, err := newOn(devices, b, cfg, Network{}, (*Model).drawValues)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// tinyConfig is a network for sequences of tinyExamples.
func tinyConfig() Config {
	cfg := DefaultConfig()
	cfg.NumInput, cfg.Timesteps, cfg.NumHidden, cfg.NumClasses = 3, 4, 2, 3
	cfg.BatchSize, cfg.Epochs, cfg.DisplayFreq, cfg.LearningRate = 4, 3, 2, 0.01
	return cfg
}

// tinyExamples are n sequences of tinyConfig: thirds of synthetic digits.
func tinyExamples(n int) Examples {
	e := Examples{X: make([]float32, n*12), Y: make([]int32, n)}
	digits := mnist.Synthetic(n, 1)
	for k := range n {
		for i := range 12 {
			e.X[k*12+i] = digits.Image(k)[60*i+50]
		}
		e.Y[k] = digits.Labels[k] % 3
	}
	return e
}

// digitsConfig is a small network for smallDigits.
func digitsConfig() Config {
	cfg := DefaultConfig()
	cfg.NumInput, cfg.Timesteps, cfg.NumHidden = 14, 14, 16
	cfg.BatchSize, cfg.Epochs, cfg.LearningRate = 40, 4, 0.03
	return cfg
}

// smallDigits are n synthetic digits at half the size, 14 by 14 pixels.
func smallDigits(n int, seed int64) Examples {
	digits := mnist.Synthetic(n, seed)
	e := Examples{X: make([]float32, n*14*14), Y: digits.Labels}
	for k, v := range digits.Images {
		image, row, column := k/784, k/28%28, k%28
		e.X[image*196+row/2*14+column/2] += v / 4
	}
	return e
}

func mustWeights(t testing.TB, m *Model) Weights {
	t.Helper()
	w, err := m.Weights()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// trainSteps takes n training steps with the same examples and returns the losses.
func trainSteps(t testing.TB, m *Model, n int, e Examples) []float32 {
	t.Helper()
	var losses []float32
	for range n {
		loss, _, err := m.TrainStep(e.X, e.Y)
		if err != nil {
			t.Fatal(err)
		}
		losses = append(losses, float32(loss))
	}
	return losses
}

// sameWeights fails the test unless all weights are the same, to the last bit.
func sameWeights(t testing.TB, got, want Weights) {
	t.Helper()
	wantFields := want.fields()
	for k, f := range got.fields() {
		for i, v := range *f.values {
			if w := (*wantFields[k].values)[i]; v != w {
				t.Errorf("%s[%d] is %v, want %v", f.name, i, v, w)
				break
			}
		}
	}
}

// sequences returns x, [n, Timesteps, NumInput], as a tensor.
func sequences(m *Model, x []float32, n int) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(x, n, m.cfg.Timesteps, m.cfg.NumInput)
}
