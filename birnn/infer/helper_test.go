package infer_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/fstest"

	"github.com/gomlx/compute"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/infer"
	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"
	"github.com/easy-gomlx/tutorials/birnn/internal/safetensors"
)

// fileName is the name of a checkpoint in its directory.
const fileName = "model.safetensors"

// config returns a configuration with the given sizes.
func config(input, timesteps, hidden, classes int, readout birnn.Readout) birnn.Config {
	cfg := birnn.DefaultConfig()
	cfg.NumInput, cfg.Timesteps, cfg.NumHidden, cfg.NumClasses, cfg.Readout = input, timesteps, hidden, classes, readout
	return cfg
}

// newModel returns a model whose weights differ in every entry. Larger layers
// have smaller ones, as trained networks do.
func newModel(t testing.TB, b compute.Backend, cfg birnn.Config) *birnn.Model {
	t.Helper()
	m, err := birnn.New(b, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	w, err := m.Weights()
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, uint64(cfg.NumInput*cfg.NumHidden)))
	for _, values := range [][]float32{w.Forward.Kernel, w.Forward.Bias, w.Backward.Kernel, w.Backward.Bias, w.W, w.B} {
		fill(values, rng, min(1, 3/float32(math.Sqrt(float64(cfg.NumInput+cfg.NumHidden)))))
	}
	if err := m.SetWeights(w); err != nil {
		t.Fatal(err)
	}
	return m
}

// network returns the network that the model saves.
func network(t testing.TB, m *birnn.Model) *infer.Network {
	t.Helper()
	n, err := loadBytes(savedBy(t, m))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// loadBytes loads a network from a file with the given content.
func loadBytes(content []byte) (*infer.Network, error) {
	return infer.Load(fstest.MapFS{fileName: {Data: content}}, ".")
}

// savedBy returns the file that Model.Save writes.
func savedBy(t testing.TB, m *birnn.Model) []byte {
	t.Helper()
	if runtime.GOOS == "js" {
		return likeSaved(t, m) // js has no locks, without which Save refuses to write
	}
	dir := t.TempDir()
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// likeSaved returns what package infer reads of the file that Model.Save writes.
func likeSaved(t testing.TB, m *birnn.Model) []byte {
	t.Helper()
	c := m.Config()
	header, err := json.Marshal(map[string]any{"Version": 3, "Config": c})
	if err != nil {
		t.Fatal(err)
	}
	w, err := m.Weights()
	if err != nil {
		t.Fatal(err)
	}
	return encode(t, string(header), []safetensors.Array{
		safetensors.NewArray("other", w.W, len(w.W)),
		safetensors.NewArray("fw/kernel", w.Forward.Kernel, c.NumInput+c.NumHidden, 4*c.NumHidden),
		safetensors.NewArray("fw/bias", w.Forward.Bias, 4*c.NumHidden),
		safetensors.NewArray("bw/kernel", w.Backward.Kernel, c.NumInput+c.NumHidden, 4*c.NumHidden),
		safetensors.NewArray("bw/bias", w.Backward.Bias, 4*c.NumHidden),
		safetensors.NewArray("W", w.W, 2*c.NumHidden, c.NumClasses),
		safetensors.NewArray("b", w.B, c.NumClasses),
	})
}

// smallFile is the file of a small network, as Model.Save writes it.
func smallFile(t testing.TB) []byte {
	t.Helper()
	return savedBy(t, newModel(t, backendtest.Go(t), config(3, 4, 2, 3, birnn.FinalStates)))
}

// random returns n numbers from -1 to 1.
func random(n int) []float32 {
	values := make([]float32, n)
	fill(values, rand.New(rand.NewPCG(2, uint64(n))), 1)
	return values
}

func fill(values []float32, rng *rand.Rand, scale float32) {
	for k := range values {
		values[k] = scale * (2*rng.Float32() - 1)
	}
}

// wantClose fails the test unless the probabilities agree within 2e-6.
func wantClose(t *testing.T, what string, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d probabilities, want %d", what, len(got), len(want))
		return
	}
	for k, w := range want {
		if !(math.Abs(float64(got[k]-w)) <= 2e-6) {
			t.Errorf("%s: class %d has probability %v, want %v", what, k, got[k], w)
			return
		}
	}
}
