package convert

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/convert/internal/onnx"
)

// TestReadONNXRefuses reads graphs that compute something else than a network
// of package birnn. The error must name the part of the file, and what is not
// understood.
func TestReadONNXRefuses(t *testing.T) {
	attribute := func(a onnx.Attribute) func(onnxEdits) {
		return func(m onnxEdits) { m.node("lstm").Attributes = append(m.node("lstm").Attributes, a) }
	}
	input := func(k int, t onnx.Tensor) func(onnxEdits) {
		return func(m onnxEdits) {
			n := m.node("lstm")
			for len(n.Inputs) <= k {
				n.Inputs = append(n.Inputs, "")
			}
			n.Inputs[k] = m.add(t)
		}
	}
	zeros := make([]float32, 64)
	for _, tt := range []struct {
		name        string
		edit        func(m onnxEdits)
		where, want string
	}{
		{"activation", attribute(stringsAttribute("activations", "Relu", "Tanh", "Tanh", "Sigmoid", "Tanh", "Tanh")), "lstm", "activations"},
		{"too few activations", attribute(stringsAttribute("activations", "Sigmoid", "Tanh", "Tanh")), "lstm", "activations"},
		{"clip", attribute(onnx.Attribute{Name: "clip", Type: onnx.AttributeFloat, Float: 3}), "lstm", "clip"},
		{"input_forget", attribute(intAttribute("input_forget", 1)), "lstm", "input_forget"},
		{"layout", attribute(intAttribute("layout", 1)), "lstm", "layout"},
		{"another hidden_size", func(m onnxEdits) {
			m.node("lstm").Attributes = []onnx.Attribute{
				{Name: "direction", Type: onnx.AttributeString, String: "bidirectional"}, intAttribute("hidden_size", 5),
			}
		}, "lstm", "hidden_size"},
		{"unknown attribute", attribute(intAttribute("new", 1)), "lstm", "new"},
		{"attribute of another type", func(m onnxEdits) {
			m.node("lstm").Attributes = []onnx.Attribute{intAttribute("direction", 1)}
		}, "lstm", "direction"},
		{"sequence lengths", input(4, onnx.IntTensor("lengths", 5, 5, 5)), "lstm", "lengths"},
		{"peepholes", input(7, onnx.FloatTensor("P", zeros[:24], 2, 12)), "lstm", "peephole"},
		{"initial state", func(m onnxEdits) {
			m.Graph.Inputs[0].Dims[0].Size = 1
			state := make([]float32, 8)
			state[7] = 1
			input(5, onnx.FloatTensor("h0", state, 2, 1, 4))(m)
		}, "lstm", "initial state is not zero"},
		{"forward only", func(m onnxEdits) {
			m.between("Gather", "read", 0, m.add(onnx.IntTensor("first", 0))).Attributes = []onnx.Attribute{intAttribute("axis", 1)}
			*m.constant("W") = onnx.FloatTensor("W", zeros[:24], 4, 6)
		}, "probabilities", "1 states"},
		{"one direction twice", func(m onnxEdits) {
			m.between("Gather", "read", 0, m.add(onnx.IntTensor("twice", 0, 0))).Attributes = []onnx.Attribute{intAttribute("axis", 1)}
		}, "probabilities", "1 states"},
		{"cell state", func(m onnxEdits) { m.node("lstm").Outputs = []string{"", "", "lstm"} }, "probabilities", "cell state"},
		{"another time step", func(m onnxEdits) {
			m.between("Slice", "lstm", 0, m.add(onnx.IntTensor("1", 1)), m.add(onnx.IntTensor("end", 5)))
		}, "probabilities", "steps 1 to 4"},
		{"another order of time", func(m onnxEdits) {
			m.between("Gather", "lstm", 0, m.add(onnx.IntTensor("order", 0, 2, 1, 3, 4)))
		}, "probabilities", "steps 0 to 4"},
		{"features in another order", func(m onnxEdits) {
			m.between("Gather", "lstm", 0, m.add(onnx.IntTensor("order", 0, 2, 1))).Attributes = []onnx.Attribute{intAttribute("axis", 2)}
		}, "lstm", "input is not"},
		{"batch and time swapped", func(m onnxEdits) { m.node("lstm").Inputs[0] = "x" }, "lstm", "batch_first=True"},
		{"batch and time swapped, of one size", func(m onnxEdits) {
			m.Graph.Inputs[0].Dims[0].Size = 5
			m.node("lstm").Inputs[0] = "x"
		}, "lstm", "batch_first=True"},
		{"sequences of a batch mixed", func(m onnxEdits) {
			m.between("Gather", "states", 0, m.add(onnx.IntTensor("order", 0, 2, 1))).Attributes = []onnx.Attribute{intAttribute("axis", 1)}
		}, "probabilities", "mixes"},
		{"two layers", func(m onnxEdits) {
			n := *m.node("lstm")
			n.Name, n.Outputs = "first", []string{"", "below"} // [2, batch, 4], as if two time steps
			m.insert("lstm", n)
			m.node("lstm").Inputs = []string{"below", m.add(onnx.FloatTensor("W2", make([]float32, 128), 2, 16, 4)), "lstm_R"}
		}, "lstm", "one LSTM layer"},
		{"GRU", func(m onnxEdits) { m.node("lstm").Op = "GRU" }, "lstm", "cannot be read"},
		{"another domain", func(m onnxEdits) { m.node("lstm").Domain = "com.microsoft" }, "lstm", "com.microsoft"},
		{"Relu", func(m onnxEdits) { m.between("Relu", "logits", 0) }, "inserted", "cannot be read"},
		{"mean over time", func(m onnxEdits) { m.between("ReduceMean", "logits", 0) }, "inserted", "cannot be read"},
		{"sum of states", func(m onnxEdits) { m.between("Add", "logits", 0, "read") }, "probabilities", "inserted"},
		{"scaled", func(m onnxEdits) { m.between("Mul", "logits", 0, m.add(onnx.FloatTensor("half", []float32{0.5}))) }, "inserted", "floating-point"},
		{"alpha", func(m onnxEdits) {
			m.node("logits").Attributes = []onnx.Attribute{{Name: "alpha", Type: onnx.AttributeFloat, Float: 2}}
		}, "logits", "alpha"},
		{"beta", func(m onnxEdits) {
			m.node("logits").Attributes = []onnx.Attribute{{Name: "beta", Type: onnx.AttributeFloat, Float: 2}}
		}, "logits", "beta"},
		{"transA", func(m onnxEdits) { m.node("logits").Attributes = []onnx.Attribute{intAttribute("transA", 1)} }, "logits", "transA"},
		{"numbers of a sequence that are not read", func(m onnxEdits) {
			m.Graph.Inputs[0].Dims = []onnx.Dim{{Size: 1}, {Size: 16}}
			m.between("Slice", "steps", 0, m.add(onnx.IntTensor("0", 0)), m.add(onnx.IntTensor("15", 15)), m.add(onnx.IntTensor("axis", 1)))
			m.insert("steps", onnx.Node{Op: "Reshape", Inputs: []string{"inserted", m.add(onnx.IntTensor("dims", 1, 5, 3))}, Outputs: []string{"three"}})
			m.node("steps").Inputs[0] = "three"
		}, "lstm", "of sequences of 16 numbers"},
		{"another matrix for each sequence", func(m onnxEdits) { m.otherMatrix(2, 1, 0, 1) }, "probabilities", "same for each sequence"},
		{"another matrix for some classes", func(m onnxEdits) { m.otherMatrix(1, 6, 0, 0, 0, 1, 1, 1) }, "probabilities", "both"},
		{"integers in the place of weights", func(m onnxEdits) {
			m.between("Where", "logits", 1).Inputs = []string{m.add(onnx.IntTensor("which", 1)), "W", m.add(onnx.IntTensor("integer", 1))}
		}, "inserted", "two types"},
		{"a hidden unit twice", func(m onnxEdits) {
			m.between("Gather", "logits", 0, m.add(onnx.IntTensor("order", 0, 1, 2, 3, 4, 5, 6, 7, 0))).Attributes = []onnx.Attribute{intAttribute("axis", 1)}
			*m.constant("W") = onnx.FloatTensor("W", zeros[:54], 9, 6)
		}, "probabilities", "9 hidden units"},
		{"softmax over the batch", func(m onnxEdits) { m.node("probabilities").Attributes = []onnx.Attribute{intAttribute("axis", 0)} }, "probabilities", "axis"},
		{"softmax of more classes", func(m onnxEdits) {
			m.Graph.Nodes[len(m.Graph.Nodes)-1].Outputs[0] = "six"
			m.Graph.Nodes = append(m.Graph.Nodes, onnx.Node{Op: "Split", Name: "half", Inputs: []string{"six"}, Outputs: []string{"probabilities", ""},
				Attributes: []onnx.Attribute{intAttribute("axis", 1)}})
		}, "probabilities", "whole row"},
		{"two softmaxes", func(m onnxEdits) { m.between("Softmax", "probabilities", 0) }, "probabilities", "inserted"},
		{"classes in another order", func(m onnxEdits) {
			m.between("Gather", "probabilities", 0, m.add(onnx.IntTensor("order", 1, 0, 2, 3, 4, 5))).Attributes = []onnx.Attribute{intAttribute("axis", 1)}
		}, "probabilities", "row"},
		{"a bias for each sequence", func(m onnxEdits) {
			m.Graph.Inputs[0].Dims[0].Size = 2
			*m.constant("B") = onnx.FloatTensor("B", []float32{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 2, 6)
		}, "probabilities", "same for each sequence"},
		{"NaN", func(m onnxEdits) { m.constant("lstm_R").Raw[3], m.constant("lstm_R").Raw[2] = 0x7f, 0xff }, "probabilities", "NaN"},
		{"infinite bias", func(m onnxEdits) { copy(m.constant("B").Raw, "\x00\x00\x80\x7f") }, "probabilities", "finite"},
		{"an infinite sum of biases", func(m onnxEdits) {
			biases := make([]float32, 64)
			biases[0], biases[16] = math.MaxFloat32, math.MaxFloat32
			*m.constant("lstm_B") = onnx.FloatTensor("lstm_B", biases, 2, 32)
		}, "probabilities", "+Inf"},
		{"float16", func(m onnxEdits) { m.constant("W").Type = 10 }, `"W"`, "float16"},
		{"float64", func(m onnxEdits) { m.constant("lstm_W").Type = 11 }, `"lstm_W"`, "float64"},
		{"float16 input", func(m onnxEdits) { m.Graph.Inputs[0].Type = 10 }, `"x"`, "float16"},
		{"cast", func(m onnxEdits) {
			m.between("Cast", "logits", 0).Attributes = []onnx.Attribute{intAttribute("to", 10)}
		}, "inserted", "float16"},
		{"int8", func(m onnxEdits) { m.between("DynamicQuantizeLinear", "logits", 0) }, "inserted", "cannot be read"},
		{"any sequence length", func(m onnxEdits) { m.Graph.Inputs[0].Dims[1] = onnx.Dim{Name: "time"} }, `"x"`, "dynamic_axes"},
		{"empty file", func(m onnxEdits) { *m.Model = onnx.Model{} }, "", "no nodes"},
		{"old opset", func(m onnxEdits) { m.Opsets[0].Version = 11 }, "", "opset_version=17"},
		{"future opset", func(m onnxEdits) { m.Opsets[0].Version = 99 }, "", "opset"},
		{"functions", func(m onnxEdits) { m.Functions = 1 }, "", "functions"},
		{"two outputs", func(m onnxEdits) { m.Graph.Outputs = append(m.Graph.Outputs, m.Graph.Outputs[0]) }, "", "2 outputs"},
		{"a name that nothing computes", func(m onnxEdits) { m.node("logits").Inputs[2] = "nothing" }, "logits", `"nothing"`},
		{"cycle", func(m onnxEdits) { m.node("read").Inputs[0] = "probabilities" }, "", "0 inputs"},
		{"nodes out of order", func(m onnxEdits) { slices.Reverse(m.Graph.Nodes) }, "", "0 inputs"},
		{"cycle beside the network", func(m onnxEdits) { m.node("logits").Inputs[2] = "probabilities" }, "logits", `"probabilities"`},
		{"a name twice", func(m onnxEdits) { m.add(onnx.FloatTensor("logits", zeros[:6], 6)) }, "logits", "twice"},
		{"an initializer twice", func(m onnxEdits) { m.add(onnx.FloatTensor("B", zeros[:6], 6)) }, `"B"`, "twice"},
		{"an initializer that is the output", func(m onnxEdits) { m.add(onnx.FloatTensor("probabilities", zeros[:6], 6)) }, "probabilities", "twice"},
		{"another file", func(m onnxEdits) { m.constant("W").External = true }, `"W"`, "external_data=False"},
		{"two inputs", func(m onnxEdits) {
			m.Graph.Inputs = append(m.Graph.Inputs, onnx.Value{Name: "mask"})
			m.between("Add", "logits", 0, "mask")
		}, "", "2 inputs"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := onnxConfig(3, 5, 4, 6, birnn.FinalStates)
			m := modelOf(cfg, randomWeights(cfg))
			tt.edit(onnxEdits{&m})
			wantONNXError(t, m, tt.where, tt.want)
		})
	}
}

// otherMatrix computes the scores of a batch of two with another matrix where
// the condition, of these dimensions, is 1.
func (m onnxEdits) otherMatrix(sequences, classes int64, condition ...int64) {
	m.Graph.Inputs[0].Dims[0].Size = 2
	n := *m.node("logits")
	n.Name, n.Outputs = "others", []string{"others"}
	n.Inputs = []string{n.Inputs[0], m.add(onnx.FloatTensor("W2", make([]float32, 48), 8, 6)), n.Inputs[2]}
	m.insert("logits", n)
	m.between("Where", "probabilities", 0).Inputs = []string{m.add(onnx.IntTensor("which", condition...)), "others", "logits"}
	m.constant("which").Dims = []int64{sequences, classes}
}

// wantONNXError reads a model that must be refused.
func wantONNXError(t *testing.T, m onnx.Model, where, want string) {
	t.Helper()
	_, w, err := ReadONNX(bytes.NewReader(m.Encode()))
	var bad *Error
	if !errors.As(err, &bad) {
		t.Fatalf("the error is %v, want an *Error", err)
	}
	if bad.Format != "ONNX" || (bad.Where == "") != (where == "") || !strings.Contains(bad.Where, where) || !strings.Contains(err.Error(), want) {
		t.Errorf("the error is %q, want one that names %q and %q", err, where, want)
	}
	if w.W != nil || w.Forward.Kernel != nil {
		t.Error("there are weights beside the error")
	}
}
