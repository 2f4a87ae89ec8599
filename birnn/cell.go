package birnn

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
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
// state before the step. With tanh' = 1-tanh²:
//
//	dc += dh*o*(1-tanh(c)²)
//	dz_i = dc*j * ½(1-u_i²)       dz_j = dc*i * (1-j²)
//	dz_f = dc*c' * ½(1-u_f²)      dz_o = dh*tanh(c) * ½(1-u_o²)
//	dc' = dc*f
//
// where c' is the cell state before the step. It need not be stored: c'*f is
// c - i*j. And since g = ½(1+u) for a gate, 1-u² is twice g times 1-u, so that
// all four are of one form, which takes one pass over [batch, 4*hidden]:
//
//	dz = (dc*i*j, dc*(i + i*j), dc*(c - i*j), dh*o*tanh(c)) * (1-u)
func cellStepGradient(u, c, dh, dc *Node) (dz, dcBefore *Node) {
	g := gatesOf(u)
	one := Const(u.Graph(), float32(1))
	tanhC := Tanh(c)
	dc, dh = fence(Add(dc, Mul(Mul(dh, g.o), Sub(one, Mul(tanhC, tanhC)))), dh)
	added := Mul(g.i, g.j)
	gates := sideBySide(Mul(dc, added), Mul(dc, Add(g.i, added)), Mul(dc, Sub(c, added)), Mul(dh, Mul(g.o, tanhC)))
	dz, dcBefore = fence(Mul(gates, Sub(one, Reshape(u, gates.Shape().Dimensions...))), Mul(dc, g.f))
	return Reshape(dz, u.Shape().Dimensions...), dcBefore
}

// sideBySide is Stack(parts, 1): from parts [batch, hidden] it makes
// [batch, len(parts), hidden]. It chooses among the parts instead of copying
// them, and so becomes one with the computation that follows.
func sideBySide(parts ...*Node) *Node {
	batch, n, hidden := parts[0].Shape().Dim(0), len(parts), parts[0].Shape().Dim(1)
	spread := func(x *Node, axes ...int) *Node {
		return BroadcastToShape(ExpandAxes(x, axes...), shapes.Make(x.DType(), batch, n, hidden))
	}
	all := spread(parts[n-1], 1)
	for k, part := range parts[:n-1] {
		isPart := make([]bool, n)
		isPart[k] = true
		all = Where(spread(Const(part.Graph(), isPart), 0, -1), spread(part, 1), all)
	}
	return all
}

// fence returns x and y, and keeps the compiler from computing them again
// inside each of the operations that read them. On the CPU that also lets what
// follows run in vector instructions, which a fusion that begins with a dynamic
// slice does not. It takes two because go-xla ignores a fence around one.
func fence(x, y *Node) (fencedX, fencedY *Node) {
	if !supports(x.Graph().Backend(), compute.OpTypeOptimizationBarrier) {
		return x, y
	}
	fenced := OptimizationBarriers(x, y)
	return fenced[0], fenced[1]
}

// supports tells whether the graph's backend has all the operations.
func supports(b compute.Backend, operations ...compute.OpType) bool {
	capable := b.Capabilities().Operations
	for _, op := range operations {
		if !capable[op] {
			return false
		}
	}
	return true
}
