package rnn

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// LSTM is the long short-term memory cell as TensorFlow's BasicLSTMCell and
// PyTorch's LSTM compute it. One time step, with the pre-activations of all
// gates z = x·Wx + h·Wh + b, [batch, 4*hidden]:
//
//	i = σ(z_i)                 input gate: how much of the candidate to add
//	j = tanh(z_j)              candidate
//	f = σ(z_f + forget bias)   forget gate: how much of the cell state to keep
//	o = σ(z_o)                 output gate: how much of the cell state to output
//	c = f*c + i*j              cell state
//	h = o*tanh(c)              hidden state
//
// Source: Hochreiter and Schmidhuber, Long Short-Term Memory (1997); the forget
// gate is that of Gers, Schmidhuber and Cummins, Learning to Forget (2000).
type LSTM struct {
	// Kernel is Wx above Wh, [input+hidden, 4*hidden], with the columns of the
	// gates in the order i, j, f, o.
	Kernel *Node
	// Bias is b, [4*hidden], in the same order.
	Bias *Node
	// ForgetBias is added to the forget gate before its sigmoid. It is usually
	// 1, so that an untrained cell keeps most of its state.
	ForgetBias float64
}

// NewLSTM returns an LSTM cell with numHidden hidden units. Its weights are the
// variables "kernel" (Glorot uniform) and "bias" (zero) of the scope. The last
// axis of x, [..., input], gives the number of inputs, and its dtype that of
// the weights: Float32 or Float64.
func NewLSTM(scope *model.Scope, x *Node, numHidden int, forgetBias float64) *LSTM {
	kernel, bias := newWeights("NewLSTM", scope, x, numHidden, 4*numHidden, 4*numHidden)
	return &LSTM{Kernel: kernel, Bias: bias, ForgetBias: forgetBias}
}

// NumHidden returns the number of hidden units.
func (l *LSTM) NumHidden() int { return l.Bias.Shape().Dim(0) / 4 }

// Step takes one time step: from x, [batch, input], and the state before it to
// the state after it. A nil field of s is zero.
func (l *LSTM) Step(x *Node, s State) State { return singleStep(l, x, s) }

func (l *LSTM) kernel() *Node { return checkedKernel(l.Kernel, l.Bias, 4) }

func (l *LSTM) bias() *Node { return l.Bias }

// biasWithForget returns the bias with the forget bias added.
func (l *LSTM) biasWithForget() *Node {
	n := l.NumHidden()
	forget := make([]float64, 4*n)
	for k := range n {
		forget[2*n+k] = l.ForgetBias
	}
	return Add(l.Bias, constant(l.Bias, forget))
}

func (l *LSTM) hasCellState() bool { return true }

// The package computes the same with one tanh for all gates, because σ(z) =
// ½·tanh(z/2) + ½: weights scales the columns of i, f and o by ½, so that u =
// tanh(z) holds j and, for each gate g, 2g-1. That is one pass over [batch,
// 4*hidden] instead of four.

// weights implements [Cell].
func (l *LSTM) weights() *Node {
	return Mul(joinWeights(l.Kernel, l.biasWithForget(), l.NumHidden()), l.scale())
}

// weightsGradient implements [Cell].
func (l *LSTM) weightsGradient(d *Node) (dKernel, dBias *Node) {
	return splitWeights(Mul(d, l.scale()), l.NumHidden())
}

// scale returns the factor of each column of the weights, [1, 4*hidden].
func (l *LSTM) scale() *Node {
	n := l.NumHidden()
	scale := make([]float64, 4*n)
	for k := range scale {
		scale[k] = 0.5
		if k/n == 1 { // j
			scale[k] = 1
		}
	}
	return ExpandAxes(constant(l.Kernel, scale), 0)
}

// lstmGates are the gates of one time step, each [batch, hidden].
type lstmGates struct{ i, j, f, o *Node }

// gatesOf splits u = tanh(z), [batch, 4*hidden], into the gates.
func gatesOf(u *Node) lstmGates {
	part := quarters(u)
	half := constant(u, 0.5)
	gate := func(u *Node) *Node { return Add(Mul(u, half), half) }
	return lstmGates{i: gate(part[0]), j: part[1], f: gate(part[2]), o: gate(part[3])}
}

// step implements [Cell].
func (l *LSTM) step(z *Node, before State) (u *Node, after State) {
	u, c := fence(Tanh(z), before.C)
	g := gatesOf(u)
	c, u = fence(Add(Mul(g.f, c), Mul(g.i, g.j)), u)
	return u, State{H: Mul(gatesOf(u).o, Tanh(c)), C: c}
}

// stepGradient implements [Cell]. With tanh' = 1-tanh² and the halved z:
//
//	dc += dh*o*(1-tanh(c)²)
//	dz_i = dc*j * ½(1-u_i²)       dz_j = dc*i * (1-j²)
//	dz_f = dc*c' * ½(1-u_f²)      dz_o = dh*tanh(c) * ½(1-u_o²)
//	dc' = dc*f
//
// where c' is the cell state before the step. It need not be kept: c'*f is
// c - i*j. And since g = ½(1+u) for a gate, 1-u² is twice g times 1-u, so that
// all four have one form, which takes one pass over [batch, 4*hidden]:
//
//	dz = (dc*i*j, dc*(i + i*j), dc*(c - i*j), dh*o*tanh(c)) * (1-u)
func (l *LSTM) stepGradient(u, c *Node, d State) (dz *Node, dBefore State) {
	g := gatesOf(u)
	one := constant(u, 1.0)
	tanhC := Tanh(c)
	dc, dh := fence(Add(d.C, Mul(Mul(d.H, g.o), Sub(one, Mul(tanhC, tanhC)))), d.H)
	added := Mul(g.i, g.j)
	gates := sideBySide(Mul(dc, added), Mul(dc, Add(g.i, added)), Mul(dc, Sub(c, added)), Mul(dh, Mul(g.o, tanhC)))
	dz, dcBefore := fence(Mul(gates, Sub(one, Reshape(u, gates.Shape().Dimensions...))), Mul(dc, g.f))
	return Reshape(dz, u.Shape().Dimensions...), State{C: dcBefore}
}
