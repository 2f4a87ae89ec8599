package birnn

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// LSTM is a layer of TensorFlow's BasicLSTMCell over a sequence, in one
// direction. Its methods build graphs: like GoMLX's own layers they panic on a
// shape that cannot work, and are differentiable.
//
// Only what a method is asked for is computed. Sequences of any length do; the
// time it takes to compile does not depend on the length.
type LSTM struct {
	// Kernel holds the weights of the inputs, then those of the hidden state,
	// for the gates i, j, f, o: [input+hidden, 4*hidden].
	Kernel *Node
	// Bias of the gates i, j, f, o: [4*hidden].
	Bias *Node
	// ForgetBias is added to the forget gate before its sigmoid: 1 in
	// BasicLSTMCell, so that a cell begins by keeping what it has.
	ForgetBias float64
}

// NewLSTM makes a layer whose weights are the variables "kernel" and "bias" of
// the scope: Glorot-uniform and zero to begin with, as TensorFlow's are. The
// layer reads sequences like x, [batch, time, input]; forgetBias is usually 1.
func NewLSTM(scope *model.Scope, x *Node, numHidden int, forgetBias float64) *LSTM {
	x.AssertRank(3)
	if numHidden < 1 {
		panic(fmt.Errorf("birnn.NewLSTM: %d hidden units; it takes at least 1", numHidden))
	}
	g, numInput := x.Graph(), x.Shape().Dim(2)
	kernel := scope.WithInitializer(initializer.GlorotUniformFn(scope)).
		VariableWithShape("kernel", shapes.Make(dtypes.Float32, numInput+numHidden, 4*numHidden))
	bias := scope.WithInitializer(initializer.Zero).
		VariableWithShape("bias", shapes.Make(dtypes.Float32, 4*numHidden))
	return &LSTM{Kernel: kernel.NodeValue(g), Bias: bias.NodeValue(g), ForgetBias: forgetBias}
}

// NumHidden returns the number of hidden units.
func (l *LSTM) NumHidden() int { return l.Bias.Shape().Dim(0) / 4 }

// Last returns the hidden state after reading the sequences x,
// [batch, time, input], from the first time step to the last: [batch, hidden].
func (l *LSTM) Last(x *Node) *Node { return recurrence(l.inputs(x), l.halved(), false) }

// LastBackwards returns the hidden state after reading the sequences x,
// [batch, time, input], from the last time step to the first: [batch, hidden].
func (l *LSTM) LastBackwards(x *Node) *Node {
	return recurrence(reverse(l.inputs(x)), l.halved(), false)
}

// All returns the hidden state after each time step of the sequences x,
// [batch, time, input]: [batch, time, hidden].
func (l *LSTM) All(x *Node) *Node {
	return swapTimeAndBatch(recurrence(l.inputs(x), l.halved(), true))
}

// AllBackwards is All for reading x from its last time step to its first. The
// result is in the order of x: its first row is the state after reading everything.
func (l *LSTM) AllBackwards(x *Node) *Node {
	return swapTimeAndBatch(reverse(recurrence(reverse(l.inputs(x)), l.halved(), true)))
}

// inputs makes [time, batch, input+1] of the sequences x, [batch, time, input]:
// the last input is always 1, see halved.
func (l *LSTM) inputs(x *Node) *Node {
	x.AssertRank(3)
	l.Kernel.AssertDims(x.Shape().Dim(2)+l.NumHidden(), 4*l.NumHidden())
	x = swapTimeAndBatch(x)
	ones := Ones(x.Graph(), shapes.Make(x.DType(), x.Shape().Dim(0), x.Shape().Dim(1), 1))
	return Concatenate([]*Node{x, ones}, 2)
}

func swapTimeAndBatch(x *Node) *Node { return TransposeAllDims(x, 1, 0, 2) }

// reverse turns sequences, [time, ...], around. GoMLX's Reverse has no gradient.
func reverse(x *Node) *Node {
	return withGradient(
		func(inputs []*Node) *Node { return Reverse(inputs[0], 0) },
		func(dReversed *Node) []*Node { return []*Node{Reverse(dReversed, 0)} },
		x)
}

// halved returns kernel and bias as one, [input+1+hidden, 4*hidden]: the bias
// is the weight of an input that is always 1, the last one. The forget bias is
// added and the columns of the gates i, f and o are halved; see cellStep.
func (l *LSTM) halved() *Node {
	n := l.NumHidden()
	scale, forget := make([]float32, 4*n), make([]float32, 4*n)
	for k := range scale {
		scale[k] = 0.5
		switch k / n {
		case 1: // j
			scale[k] = 1
		case 2: // f
			forget[k] = float32(l.ForgetBias)
		}
	}
	g := l.Kernel.Graph()
	fromInput, fromHidden := split(l.Kernel)
	bias := ExpandAxes(Add(l.Bias, Const(g, forget)), 0)
	return Mul(Concatenate([]*Node{fromInput, bias, fromHidden}, 0), ExpandAxes(Const(g, scale), 0))
}
