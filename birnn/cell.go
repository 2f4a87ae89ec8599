package birnn

import (
	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
)

// The LSTM cell, in one place. TensorFlow's BasicLSTMCell keeps the four gates
// side by side, in the order i, j, f, o, and computes for one time step
//
//	z = [x, h]·kernel + bias         all four gates at once, [batch, 4*hidden]
//	i = σ(z_i)                       input gate: how much of the new is let in
//	j = tanh(z_j)                    the new: the candidate cell state
//	f = σ(z_f + forget bias)         forget gate: how much of the old is kept
//	o = σ(z_o)                       output gate: how much of the cell is shown
//	c = f*c + i*j                    cell state
//	h = o*tanh(c)                    hidden state
//
// Here the same is computed with one tanh for all four gates, because
// σ(z) = ½·tanh(z/2) + ½: the columns of i, f and o are halved beforehand, in
// the weights (see LSTM.halved), so that u = tanh(z) holds j and, for each
// gate g, 2g-1. That costs one pass over [batch, 4*hidden] in place of four.

// gateValues are the activations of one time step, each [batch, hidden].
type gateValues struct{ i, j, f, o *Node }

// gatesOf takes u = tanh(z), [batch, 4*hidden], apart into the four gates.
func gatesOf(u *Node) gateValues {
	hidden := u.Shape().Dim(-1) / 4
	part := func(k int) *Node { return Slice(u, AxisRange(), AxisRange(k*hidden, (k+1)*hidden)) }
	half := Const(u.Graph(), float32(0.5))
	gate := func(u *Node) *Node { return Add(Mul(u, half), half) }
	return gateValues{i: gate(part(0)), j: part(1), f: gate(part(2)), o: gate(part(3))}
}

// cellStep is one time step: from the halved pre-activations z,
// [batch, 4*hidden], and the cell state c before it, [batch, hidden], it
// returns u = tanh(z), the new cell state and the new hidden state.
func cellStep(z, c *Node) (u, cell, hidden *Node) {
	u, c = fence(Tanh(z), c)
	g := gatesOf(u)
	cell, u = fence(Add(Mul(g.f, c), Mul(g.i, g.j)), u)
	hidden = Mul(gatesOf(u).o, Tanh(cell))
	return u, cell, hidden
}

// cellStepGradient goes back through one time step. It takes the step's u and
// its new cell state, and the gradients of the loss with respect to the new
// hidden and cell state; it returns those with respect to z and to the cell
// state before the step. With tanh' = 1-tanh², and dg/dz = ½(1-u²) = 2g(1-g)
// for a gate g = ½u+½ of a halved z:
//
//	dc += dh*o*(1-tanh(c)²)
//	dz_i = dc*j*2i(1-i)      dz_j = dc*i*(1-j²)
//	dz_f = dc*c'*2f(1-f)     dz_o = dh*tanh(c)*2o(1-o)
//	dc' = dc*f
//
// where c' is the cell state before the step. It need not be stored: only
// c'*f is wanted, and that is c - i*j.
func cellStepGradient(u, c, dh, dc *Node) (dz, dcBefore *Node) {
	g := gatesOf(u)
	one, two := Const(u.Graph(), float32(1)), Const(u.Graph(), float32(2))
	notOf := func(x *Node) *Node { return Sub(one, x) }

	tanhC := Tanh(c)
	dc, dh = fence(Add(dc, Mul(Mul(dh, g.o), notOf(Mul(tanhC, tanhC)))), dh)
	dz = Concatenate([]*Node{
		Mul(two, Mul(Mul(dc, g.j), Mul(g.i, notOf(g.i)))),
		Mul(Mul(dc, g.i), notOf(Mul(g.j, g.j))),
		Mul(two, Mul(Mul(dc, Sub(c, Mul(g.i, g.j))), notOf(g.f))),
		Mul(two, Mul(Mul(dh, tanhC), Mul(g.o, notOf(g.o)))),
	}, -1)
	return dz, Mul(dc, g.f)
}

// fence returns x and y, and keeps the compiler from computing them again
// inside each of the operations that read them. On the CPU that also lets what
// follows run in vector instructions, which a fusion that begins with a dynamic
// slice does not. It takes two because go-xla ignores a fence around one.
func fence(x, y *Node) (fencedX, fencedY *Node) {
	if !supports(x.Graph(), compute.OpTypeOptimizationBarrier) {
		return x, y
	}
	fenced := OptimizationBarriers(x, y)
	return fenced[0], fenced[1]
}

// supports tells whether the graph's backend has all the operations.
func supports(g *Graph, operations ...compute.OpType) bool {
	capable := g.Backend().Capabilities().Operations
	for _, op := range operations {
		if !capable[op] {
			return false
		}
	}
	return true
}
