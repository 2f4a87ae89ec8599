package convert

import (
	"fmt"
	"io"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/convert/internal/onnx"
)

// WriteONNX writes a network as a graph of ONNX's standard operators (opset
// 17), LSTM, Gemm and Softmax. Its input "x" is [batch, Timesteps, NumInput],
// its output "probabilities" [batch, NumClasses]; both are float32, and the
// batch is of any size.
//
// With [birnn.LastOutput], the graph computes only the one step of the backward
// cell that the output layer reads. The forget bias is added to the biases,
// since ONNX's operator has none. How the network was trained is not written.
func WriteONNX(w io.Writer, cfg birnn.Config, weights birnn.Weights) error {
	if err := check(cfg, weights); err != nil {
		return err
	}
	if _, err := w.Write(modelOf(cfg, weights).Encode()); err != nil {
		return fmt.Errorf("convert: writing ONNX: %w", err)
	}
	return nil
}

// modelOf returns a network as an ONNX model.
func modelOf(cfg birnn.Config, w birnn.Weights) onnx.Model {
	dims := func(cfgDims ...int) []onnx.Dim {
		list := []onnx.Dim{{Name: "batch"}}
		for _, d := range cfgDims {
			list = append(list, onnx.Dim{Size: int64(d)})
		}
		return list
	}
	g := onnx.Graph{
		Name:    "birnn",
		Inputs:  []onnx.Value{{Name: "x", Type: onnx.Float32, Dims: dims(cfg.Timesteps, cfg.NumInput)}},
		Outputs: []onnx.Value{{Name: "probabilities", Type: onnx.Float32, Dims: dims(cfg.NumClasses)}},
	}
	b := graphBuilder{&g}
	b.node("Transpose", []string{"x"}, "steps", intsAttribute("perm", 1, 0, 2)) // [Timesteps, batch, NumInput]
	switch cfg.Readout {
	case birnn.LastOutput:
		b.lastOutput(cfg, w)
	case birnn.FinalStates:
		b.lstm("lstm", "steps", "bidirectional", cfg, w.Forward, w.Backward) // [2, batch, NumHidden]
		b.node("Transpose", []string{"lstm"}, "states", intsAttribute("perm", 1, 0, 2))
	}
	b.node("Flatten", []string{"states"}, "read") // [batch, 2*NumHidden]
	b.constant(onnx.FloatTensor("W", w.W, int64(2*cfg.NumHidden), int64(cfg.NumClasses)))
	b.constant(onnx.FloatTensor("B", w.B, int64(cfg.NumClasses)))
	b.node("Gemm", []string{"read", "W", "B"}, "logits")
	b.node("Softmax", []string{"logits"}, "probabilities", onnx.Attribute{Name: "axis", Type: onnx.AttributeInt, Int: 1})
	return onnx.Model{
		IRVersion: 8,
		Producer:  "github.com/easy-gomlx/tutorials/birnn/convert",
		Doc: fmt.Sprintf("Bidirectional LSTM, readout %v: x [batch, %d time steps, %d inputs] to the probabilities of %d classes",
			cfg.Readout, cfg.Timesteps, cfg.NumInput, cfg.NumClasses),
		Opsets: []onnx.Opset{{Version: 17}},
		Metadata: []onnx.Entry{
			{Key: "Readout", Value: cfg.Readout.String()},
			{Key: "NumInput", Value: fmt.Sprint(cfg.NumInput)},
			{Key: "Timesteps", Value: fmt.Sprint(cfg.Timesteps)},
			{Key: "NumHidden", Value: fmt.Sprint(cfg.NumHidden)},
			{Key: "NumClasses", Value: fmt.Sprint(cfg.NumClasses)},
		},
		Graph: g,
	}
}

// lastOutput adds the two states that outputs[-1] consists of: the backward
// cell, which starts at the end, has read the last time step only.
func (b graphBuilder) lastOutput(cfg birnn.Config, w birnn.Weights) {
	b.constant(onnx.IntTensor("last", int64(cfg.Timesteps-1)))
	b.constant(onnx.IntTensor("end", int64(cfg.Timesteps)))
	b.node("Slice", []string{"steps", "last", "end"}, "last_step")
	b.lstm("forward", "steps", "forward", cfg, w.Forward) // [1, batch, NumHidden]
	b.lstm("backward", "last_step", "reverse", cfg, w.Backward)
	b.node("Concat", []string{"forward", "backward"}, "both", onnx.Attribute{Name: "axis", Type: onnx.AttributeInt, Int: 2})
	b.node("Transpose", []string{"both"}, "states", intsAttribute("perm", 1, 0, 2))
}

// graphBuilder adds nodes and constants to a graph.
type graphBuilder struct{ *onnx.Graph }

func (b graphBuilder) constant(t onnx.Tensor) { b.Initializers = append(b.Initializers, t) }

// node adds a node with the name of its last output.
func (b graphBuilder) node(op string, inputs []string, output string, attributes ...onnx.Attribute) {
	b.Nodes = append(b.Nodes, onnx.Node{Name: output, Op: op, Inputs: inputs, Outputs: []string{output}, Attributes: attributes})
}

func intsAttribute(name string, values ...int64) onnx.Attribute {
	return onnx.Attribute{Name: name, Type: onnx.AttributeInts, Ints: values}
}

// lstm adds an LSTM node with a cell for each direction. The output is the
// last hidden states, [directions, batch, NumHidden].
func (b graphBuilder) lstm(name, x, direction string, cfg birnn.Config, cells ...birnn.CellWeights) {
	input, hidden := cfg.NumInput, cfg.NumHidden
	var kernel, recurrent, biases []float32
	for _, c := range cells {
		gates := regate(c.Kernel, hidden, ourGates, onnxGates)
		kernel = append(kernel, transpose(gates[:input*4*hidden], 4*hidden)...)
		recurrent = append(recurrent, transpose(gates[input*4*hidden:], 4*hidden)...)
		biases = append(biases, regate(foldForgetBias(cfg, c.Bias), hidden, ourGates, onnxGates)...)
		biases = append(biases, make([]float32, 4*hidden)...) // the second bias, of the recurrence
	}
	d, h := int64(len(cells)), int64(hidden)
	b.constant(onnx.FloatTensor(name+"_W", kernel, d, 4*h, int64(input)))
	b.constant(onnx.FloatTensor(name+"_R", recurrent, d, 4*h, h))
	b.constant(onnx.FloatTensor(name+"_B", biases, d, 8*h))
	b.Nodes = append(b.Nodes, onnx.Node{
		Name: name, Op: "LSTM",
		Inputs:  []string{x, name + "_W", name + "_R", name + "_B"},
		Outputs: []string{"", name}, // without the states after each step
		Attributes: []onnx.Attribute{
			{Name: "direction", Type: onnx.AttributeString, String: direction},
			{Name: "hidden_size", Type: onnx.AttributeInt, Int: h},
		},
	})
}
