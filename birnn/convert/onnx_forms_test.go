package convert

import (
	"math"
	"slices"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/convert/internal/onnx"
)

// TestReadONNXForms reads graphs that compute the same network in another way.
func TestReadONNXForms(t *testing.T) {
	for _, readout := range []birnn.Readout{birnn.LastOutput, birnn.FinalStates} {
		cfg := onnxConfig(3, 5, 4, 6, readout)
		w := randomWeights(cfg)
		for name, edit := range onnxForms(w) {
			t.Run(readout.String()+"/"+name, func(t *testing.T) {
				m := modelOf(cfg, w)
				edit(onnxEdits{&m})
				wantONNX(t, m, cfg, w)
			})
		}
	}
	for name, edit := range onnxFinalForms {
		t.Run("FinalStates/"+name, func(t *testing.T) {
			cfg := onnxConfig(3, 5, 4, 6, birnn.FinalStates)
			w := randomWeights(cfg)
			m := modelOf(cfg, w)
			edit(onnxEdits{&m})
			wantONNX(t, m, cfg, w)
		})
	}
}

// onnxForms are for both readouts.
func onnxForms(w birnn.Weights) map[string]func(m onnxEdits) {
	return map[string]func(m onnxEdits){
		"scores": func(m onnxEdits) {
			m.Graph.Nodes = m.Graph.Nodes[:len(m.Graph.Nodes)-1]
			m.Graph.Outputs[0].Name = "logits"
		},
		"a fixed batch": func(m onnxEdits) { m.Graph.Inputs[0].Dims[0] = onnx.Dim{Size: 2} },
		"opset 28":      func(m onnxEdits) { m.Opsets[0].Version = 28 },
		"MatMul and Add": func(m onnxEdits) {
			*m.node("logits") = onnx.Node{Name: "product", Op: "MatMul", Inputs: []string{"read", "W"}, Outputs: []string{"product"}}
			m.insert("probabilities", onnx.Node{Op: "Add", Inputs: []string{"B", "product"}, Outputs: []string{"logits"}})
		},
		"a transposed matrix": func(m onnxEdits) {
			m.constant("W").Name = "transposed"
			*m.constant("transposed") = onnx.FloatTensor("transposed", transpose(w.W, 6), 6, 8)
			m.node("logits").Inputs[1] = "transposed"
			m.node("logits").Attributes = []onnx.Attribute{intAttribute("transB", 1), {Name: "alpha", Type: onnx.AttributeFloat, Float: 1}}
		},
		"a Transpose of the matrix": func(m onnxEdits) {
			*m.constant("W") = onnx.FloatTensor("W", transpose(w.W, 6), 6, 8)
			m.between("Transpose", "logits", 1)
		},
		"a Constant node": func(m onnxEdits) {
			value := *m.constant("B")
			m.constant("B").Name = "unused"
			m.insert("logits", onnx.Node{Op: "Constant", Outputs: []string{"B"},
				Attributes: []onnx.Attribute{{Name: "value", Type: onnx.AttributeTensor, Tensor: value}}})
		},
		"a flat input": func(m onnxEdits) {
			m.Graph.Inputs[0].Dims = []onnx.Dim{{}, {Size: 15}}
			m.between("Reshape", "steps", 0, m.add(onnx.IntTensor("dims", 0, 5, 3)))
		},
		"an unused node": func(m onnxEdits) { m.insert("steps", onnx.Node{Op: "Frobnicate", Outputs: []string{"nothing"}}) },
		"states that are swapped": func(m onnxEdits) {
			m.between("Gather", "logits", 0, m.add(onnx.IntTensor("order", 4, 5, 6, 7, 0, 1, 2, 3))).Attributes = []onnx.Attribute{intAttribute("axis", -1)}
			h := len(w.W) / 2
			*m.constant("W") = onnx.FloatTensor("W", slices.Concat(w.W[h:], w.W[:h]), 8, 6)
		},
		"reversed twice, from beyond the end": func(m onnxEdits) {
			bounds := []string{m.add(onnx.IntTensor("100", 100)), m.add(onnx.IntTensor("-100", -100)), m.add(onnx.IntTensor("axis", 1)), m.add(onnx.IntTensor("-1", -1))}
			for _, in := range []string{"x", "once"} {
				out := map[string]string{"x": "once", "once": "twice"}[in]
				m.insert("steps", onnx.Node{Op: "Slice", Inputs: append([]string{in}, bounds...), Outputs: []string{out}})
			}
			m.node("steps").Inputs[0] = "twice"
		},
		"split and joined": func(m onnxEdits) {
			split := m.between("Split", "read", 0)
			split.Attributes, split.Outputs = []onnx.Attribute{intAttribute("axis", -1)}, []string{"left", "right"}
			m.insert("read", onnx.Node{Op: "Concat", Inputs: []string{"left", "right"}, Outputs: []string{"inserted"},
				Attributes: []onnx.Attribute{intAttribute("axis", 2)}})
		},
	}
}

// onnxFinalForms are for FinalStates, whose graph has one LSTM node.
var onnxFinalForms = map[string]func(m onnxEdits){
	"an initial state of zeros": func(m onnxEdits) {
		m.insert("lstm", onnx.Node{Op: "Shape", Inputs: []string{"x"}, Outputs: []string{"batch"},
			Attributes: []onnx.Attribute{intAttribute("end", 1)}})
		m.insert("lstm", onnx.Node{Op: "Concat", Inputs: []string{m.add(onnx.IntTensor("two", 2)), "batch", m.add(onnx.IntTensor("hidden", 4))},
			Outputs: []string{"dims"}, Attributes: []onnx.Attribute{intAttribute("axis", 0)}})
		m.insert("lstm", onnx.Node{Op: "ConstantOfShape", Inputs: []string{"dims"}, Outputs: []string{"zeros"}})
		m.node("lstm").Inputs = append(m.node("lstm").Inputs, "", "zeros", "zeros")
	},
	"the default activations": func(m onnxEdits) {
		m.node("lstm").Attributes = append(m.node("lstm").Attributes,
			stringsAttribute("activations", "Sigmoid", "Tanh", "Tanh", "Sigmoid", "Tanh", "Tanh"))
	},
	"states of all time steps": func(m onnxEdits) { // Y is [5, 2, batch, 4]
		m.node("lstm").Outputs = []string{"all", ""}
		m.insert("states", onnx.Node{Op: "Split", Inputs: []string{"all"}, Outputs: []string{"fw", "bw"},
			Attributes: []onnx.Attribute{intAttribute("axis", 1)}})
		for name, index := range map[string]int64{"fw": -1, "bw": 0} {
			m.insert("states", onnx.Node{Op: "Gather", Inputs: []string{name, m.add(onnx.IntTensor("index_"+name, index))}, Outputs: []string{name + "_1"}})
			m.insert("states", onnx.Node{Op: "Squeeze", Inputs: []string{name + "_1", m.add(onnx.IntTensor("axis_"+name, 0))}, Outputs: []string{name + "_2"}})
		}
		m.insert("states", onnx.Node{Op: "Concat", Inputs: []string{"fw_2", "bw_2"}, Outputs: []string{"lstm"},
			Attributes: []onnx.Attribute{intAttribute("axis", 0)}})
	},
	"reversed input": func(m onnxEdits) { // two forward cells, one on the time steps from the last to the first
		m.insert("lstm", onnx.Node{Op: "Slice", Inputs: []string{"steps", m.add(onnx.IntTensor("start", -1)),
			m.add(onnx.IntTensor("end", math.MinInt64)), m.add(onnx.IntTensor("axis", 0)), m.add(onnx.IntTensor("step", -1))}, Outputs: []string{"reversed"}})
		for k, x := range []string{"steps", "reversed"} {
			cell := []string{x, "forward", "backward"}[1+k]
			n := onnx.Node{Op: "LSTM", Inputs: []string{x}, Outputs: []string{"", cell}}
			for _, part := range []string{"lstm_W", "lstm_R", "lstm_B"} {
				index := m.add(onnx.IntTensor(cell+part, int64(k)))
				m.insert("lstm", onnx.Node{Op: "Gather", Inputs: []string{part, index}, Outputs: []string{cell + part + "1"}})
				n.Inputs = append(n.Inputs, cell+part+"1")
			}
			m.insert("lstm", n)
		}
		*m.node("lstm") = onnx.Node{Op: "Concat", Inputs: []string{"forward", "backward"}, Outputs: []string{"lstm"},
			Attributes: []onnx.Attribute{intAttribute("axis", 0)}}
	},
}
