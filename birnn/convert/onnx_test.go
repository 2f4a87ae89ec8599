package convert

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/convert/internal/onnx"
)

// onnxConfig returns a configuration of a small network.
func onnxConfig(input, timesteps, hidden, classes int, readout birnn.Readout) birnn.Config {
	cfg := birnn.DefaultConfig()
	cfg.NumInput, cfg.Timesteps, cfg.NumHidden, cfg.NumClasses, cfg.Readout = input, timesteps, hidden, classes, readout
	return cfg
}

// folded returns what a network is after a round trip.
func folded(cfg birnn.Config, w birnn.Weights) (birnn.Config, birnn.Weights) {
	w.Forward.Bias, w.Backward.Bias = foldForgetBias(cfg, w.Forward.Bias), foldForgetBias(cfg, w.Backward.Bias)
	cfg.ForgetBias = 0
	return cfg, w
}

// wantONNX reads a model and compares it with a network.
func wantONNX(t *testing.T, m onnx.Model, cfg birnn.Config, w birnn.Weights) {
	t.Helper()
	gotCfg, got, err := ReadONNX(bytes.NewReader(m.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	cfg, w = folded(cfg, w)
	if diff := cmp.Diff(cfg, gotCfg); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(w, got); diff != "" {
		t.Errorf("weights (-want +got):\n%.1000s", diff)
	}
}

func TestONNXRoundTrip(t *testing.T) {
	for _, cfg := range []birnn.Config{
		birnn.DefaultConfig(),
		onnxConfig(3, 5, 4, 6, birnn.LastOutput),
		onnxConfig(3, 5, 4, 6, birnn.FinalStates),
		onnxConfig(7, 2, 3, 1, birnn.FinalStates),
		onnxConfig(1, 2, 1, 2, birnn.LastOutput),
		onnxConfig(2, 1, 3, 2, birnn.LastOutput),
		onnxConfig(3, 1<<16, 2, 2, birnn.FinalStates),
	} {
		w := randomWeights(cfg)
		cfg.Seed = 0
		wantONNX(t, modelOf(cfg, w), cfg, w)
	}
}

// TestONNXOneTimeStep: the two readouts of sequences of one time step are the
// same network, and the file does not tell them apart.
func TestONNXOneTimeStep(t *testing.T) {
	cfg := onnxConfig(2, 1, 3, 2, birnn.FinalStates)
	w := randomWeights(cfg)
	m := modelOf(cfg, w)
	cfg.Readout = birnn.LastOutput
	wantONNX(t, m, cfg, w)
}

// onnxEdits change a model.
type onnxEdits struct{ *onnx.Model }

func (m onnxEdits) node(name string) *onnx.Node {
	k := slices.IndexFunc(m.Graph.Nodes, func(n onnx.Node) bool { return n.Name == name })
	return &m.Graph.Nodes[k]
}

// insert adds a node before another.
func (m onnxEdits) insert(before string, n onnx.Node) {
	k := slices.IndexFunc(m.Graph.Nodes, func(n onnx.Node) bool { return n.Name == before })
	m.Graph.Nodes = slices.Insert(m.Graph.Nodes, k, n)
}

// between inserts an operation between a node and its input k.
func (m onnxEdits) between(op, before string, k int, more ...string) *onnx.Node {
	in := &m.node(before).Inputs[k]
	from := *in
	*in = "inserted"
	m.insert(before, onnx.Node{Name: "inserted", Op: op, Inputs: append([]string{from}, more...), Outputs: []string{"inserted"}})
	return m.node("inserted")
}

func (m onnxEdits) constant(name string) *onnx.Tensor {
	k := slices.IndexFunc(m.Graph.Initializers, func(t onnx.Tensor) bool { return t.Name == name })
	return &m.Graph.Initializers[k]
}

func (m onnxEdits) add(t onnx.Tensor) string {
	m.Graph.Initializers = append(m.Graph.Initializers, t)
	return t.Name
}

func intAttribute(name string, v int64) onnx.Attribute {
	return onnx.Attribute{Name: name, Type: onnx.AttributeInt, Int: v}
}

func stringsAttribute(name string, v ...string) onnx.Attribute {
	return onnx.Attribute{Name: name, Type: onnx.AttributeStrings, Strings: v}
}
