package rnn

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// GRU is the gated recurrent unit in the form of PyTorch, cuDNN and Keras, which
// applies the reset gate after the product with the hidden state. One time step,
// with the kernel Wx above Wh:
//
//	r = σ(x·Wx_r + h·Wh_r + b_r)                  reset gate
//	z = σ(x·Wx_z + h·Wh_z + b_z)                  update gate: how much of the hidden state to keep
//	n = tanh(x·Wx_n + b_n + r*(h·Wh_n + b_nh))    candidate
//	h = (1-z)*n + z*h                             hidden state
//
// Source: Cho et al., Learning Phrase Representations using RNN Encoder-Decoder
// (2014), version 1 of the preprint (arXiv:1406.1078v1), without the biases.
type GRU struct {
	// Kernel is Wx above Wh, [input+hidden, 3*hidden], with the columns of the
	// gates in the order r, z, n.
	Kernel *Node
	// Bias is b_r, b_z, b_n, b_nh, [4*hidden]. PyTorch and Keras have two biases
	// for r and z, of which only the sum matters.
	Bias *Node
}

// NewGRU returns a GRU cell with numHidden hidden units. Its weights are the
// variables "kernel" (Glorot uniform) and "bias" (zero) of the scope. The last
// axis of x, [..., input], gives the number of inputs, and its dtype that of
// the weights: Float32 or Float64.
func NewGRU(scope *model.Scope, x *Node, numHidden int) *GRU {
	kernel, bias := newWeights("NewGRU", scope, x, numHidden, 3*numHidden, 4*numHidden)
	return &GRU{Kernel: kernel, Bias: bias}
}

// NumHidden returns the number of hidden units.
func (c *GRU) NumHidden() int { return c.Bias.Shape().Dim(0) / 4 }

// Step takes one time step: from x, [batch, input], and the state before it to
// the state after it. A nil s.H is zero; the state has no C.
func (c *GRU) Step(x *Node, s State) State { return singleStep(c, x, s) }

func (c *GRU) kernel() *Node { return checkedKernel(c.Kernel, c.Bias, 3) }

func (c *GRU) bias() *Node { return c.Bias }

func (c *GRU) hasCellState() bool { return false }

// weights implements [Cell]. The candidate gets two columns, one for what comes
// from the inputs and one for what comes from the hidden state, which r scales.
func (c *GRU) weights() *Node {
	n := c.NumHidden()
	numInput := c.Kernel.Shape().Dim(0) - n
	gates, candidate := Slice(c.Kernel, AxisRange(), AxisRange(0, 2*n)), Slice(c.Kernel, AxisRange(), AxisRangeToEnd(2*n))
	fromInput, fromHidden := Slice(candidate, AxisRange(0, numInput)), Slice(candidate, AxisRangeToEnd(numInput))
	kernel := Concatenate([]*Node{
		gates,
		Concatenate([]*Node{fromInput, fill(fromHidden, 0, fromHidden.Shape().Dimensions...)}, 0),
		Concatenate([]*Node{fill(fromInput, 0, fromInput.Shape().Dimensions...), fromHidden}, 0),
	}, 1)
	return joinWeights(kernel, c.Bias, n)
}

// weightsGradient implements [Cell].
func (c *GRU) weightsGradient(d *Node) (dKernel, dBias *Node) {
	n := c.NumHidden()
	numInput := c.Kernel.Shape().Dim(0) - n
	d, dBias = splitWeights(d, n)
	candidate := Concatenate([]*Node{
		Slice(d, AxisRange(0, numInput), AxisRange(2*n, 3*n)),
		Slice(d, AxisRangeToEnd(numInput), AxisRangeToEnd(3*n)),
	}, 0)
	return Concatenate([]*Node{Slice(d, AxisRange(), AxisRange(0, 2*n)), candidate}, 1), dBias
}

// step implements [Cell]. The values u are r, z, n and q, what r scales.
func (c *GRU) step(z *Node, before State) (u *Node, after State) {
	part := quarters(z)
	reset, update, q := Sigmoid(part[0]), Sigmoid(part[1]), part[3]
	n := Tanh(Add(part[2], Mul(reset, q)))
	u = Reshape(sideBySide(reset, update, n, q), z.Shape().Dimensions...)
	return u, State{H: Add(n, Mul(update, Sub(before.H, n)))}
}

// stepGradient implements [Cell]. With σ' = σ(1-σ) and tanh' = 1-tanh², for the
// pre-activations of u and the hidden state h' before the step:
//
//	dn = dh*(1-z) * (1-n²)        dr = dn*q * r(1-r)
//	dz = dh*(h'-n) * z(1-z)       dq = dn*r
//	dh' = dh*z
func (c *GRU) stepGradient(u, before *Node, d State) (dz *Node, dBefore State) {
	part := quarters(u)
	reset, update, n, q := part[0], part[1], part[2], part[3]
	one := constant(u, 1.0)
	dn := Mul(Mul(d.H, Sub(one, update)), Sub(one, Mul(n, n)))
	dReset := Mul(Mul(dn, q), Mul(reset, Sub(one, reset)))
	dUpdate := Mul(Mul(d.H, Sub(before, n)), Mul(update, Sub(one, update)))
	gates := sideBySide(dReset, dUpdate, dn, Mul(dn, reset))
	return Reshape(gates, u.Shape().Dimensions...), State{H: Mul(d.H, update)}
}
