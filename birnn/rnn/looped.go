package rnn

import (
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// forwardPass is a recurrence as a While loop, with what it leaves for the
// backward pass, which is another loop.
type forwardPass struct {
	*recurrence

	read  sequence
	u     *Node // values of the gates, [time, batch, 4*hidden]
	c     *Node // cell states after each time step, [time, batch, hidden]; nil if the cell has none
	h     *Node // hidden states, the initial one first, [time+1, batch, hidden]
	state State // after the last time step
}

// looped runs the cell over all time steps.
func (r *recurrence) looped() states {
	p := r.forward()
	if cell, ok := r.offered(); ok {
		p.offerForward(cell)
	}
	return p
}

// forward runs the loop of the forward pass. Pre-activations and gates share a
// stack: each step reads the pre-activations from its row and writes the gates
// there.
func (r *recurrence) forward() *forwardPass {
	read := r.sequence()
	_, fromHidden := read.split()
	steps, batch, hidden := r.steps(), r.x.Shape().Dim(0), r.cell.NumHidden()
	zeros := func(dims ...int) *Node { return Zeros(r.x.Graph(), shapes.Make(r.x.DType(), dims...)) }

	state, mask, weights := r.initial, read.mask, fromHidden
	u, h := read.project(), zeros(steps+1, batch, hidden)
	if !r.atZero {
		h = put(h, state.H, Const(h.Graph(), int32(0)))
	}
	var c *Node
	if r.cell.hasCellState() {
		c = zeros(steps, batch, hidden)
	}
	loop(steps, func(t *Node) {
		z := Add(at(u, t), MatMul(state.H, weights))
		gates, after := r.cell.step(z, state)
		if mask != nil {
			after = after.where(at(mask, t), state)
		}
		state = after
		u = put(u, gates, t)
		if c != nil {
			c = put(c, state.C, t)
		}
		h = put(h, state.H, increment(t))
	}, &state.H, &state.C, &u, &c, &h, &mask, &weights)
	return &forwardPass{recurrence: r, read: read, u: u, c: c, h: h, state: state}
}

// before returns the hidden states before each time step.
func (p *forwardPass) before() *Node { return Slice(p.h, AxisRange(0, -1)) }

// all implements [states].
func (p *forwardPass) all() *Node {
	return withGradient(Slice(p.h, AxisRangeToEnd(1)), p.inputs(), func(d *Node) []*Node {
		return p.gradient(d, State{})
	})
}

// last implements [states].
func (p *forwardPass) last() *Node {
	return withGradient(p.state.H, p.inputs(), func(d *Node) []*Node {
		return p.gradient(nil, State{H: d})
	})
}

// final implements [states]. Hidden and cell state are stacked, because a
// gradient of our own belongs to one node.
func (p *forwardPass) final() State {
	if p.state.C == nil {
		return State{H: p.last()}
	}
	part := func(both *Node, k int) *Node { return Squeeze(Slice(both, AxisElem(k)), 0) }
	both := withGradient(Stack(p.state.nodes(), 0), p.inputs(), func(d *Node) []*Node {
		return p.gradient(nil, State{H: part(d, 0), C: part(d, 1)})
	})
	return State{H: part(both, 0), C: part(both, 1)}
}

// inputs are what the states depend on.
func (p *forwardPass) inputs() []*Node {
	inputs := []*Node{p.cell.kernel(), p.cell.bias(), p.x}
	if p.atZero {
		return inputs
	}
	return append(inputs, p.initial.nodes()...)
}

// gradient takes the gradient of the loss with respect to all hidden states, in
// the order of reading (nil: none), and to the last state (nil fields: none). It
// returns those with respect to the inputs, and to the initial state even if it
// is zero.
func (p *forwardPass) gradient(all *Node, last State) []*Node {
	last = filled(p.cell, last, p.x, p.x.Shape().Dim(0))
	gradients := p.backward(all, last)
	if cell, ok := p.offered(); ok {
		return p.offerBackward(cell, gradients, all, last)
	}
	return gradients
}

// backward runs the loop of the backward pass. The gradients of x and the weights
// are computed for all time steps at once, after the loop. Gates and the gradients
// of the pre-activations share a stack.
func (p *forwardPass) backward(all *Node, d State) []*Node {
	_, fromHidden := p.read.split()
	steps := p.steps()
	dz, kept, mask, weights := p.u, p.c, p.read.mask, Transpose(fromHidden, 0, 1)
	if kept == nil {
		kept = p.before()
	}
	loop(steps, func(k *Node) {
		t := Sub(Const(k.Graph(), int32(steps-1)), k)
		if all != nil {
			d.H = Add(d.H, at(all, t))
		}
		u, rows := fence(at(dz, t), at(kept, t))
		dzRow, before := p.cell.stepGradient(u, rows, d)
		if mask != nil {
			dzRow = Where(at(mask, t), dzRow, constant(dzRow, 0.0))
		}
		throughZ := MatMul(dzRow, weights)
		if before.H == nil {
			before.H = throughZ
		} else {
			before.H = Add(before.H, throughZ)
		}
		if mask != nil {
			before = before.where(at(mask, t), d)
		}
		d = before
		dz = put(dz, dzRow, t)
	}, &d.H, &d.C, &dz, &kept, &weights, &all, &mask)

	read := Concatenate([]*Node{p.read.x, p.before()}, 2) // [time, batch, input+1+hidden]
	dWeights := DotGeneral(read, []int{0, 1}, nil, dz, []int{0, 1}, nil)
	dKernel, dBias := p.cell.weightsGradient(dWeights)
	return append([]*Node{dKernel, dBias, p.inputGradient(dz)}, d.nodes()...)
}

// inputGradient returns the gradient with respect to x, [batch, time, input],
// from that with respect to the pre-activations, dz.
func (p *forwardPass) inputGradient(dz *Node) *Node {
	fromInput := Slice(p.read.weights, AxisRange(0, p.x.Shape().Dim(2))) // without the bias
	dx := DotGeneral(dz, []int{2}, nil, fromInput, []int{1}, nil)
	if p.backwards {
		dx = Reverse(dx, 0)
	}
	return swapTimeAndBatch(dx)
}
