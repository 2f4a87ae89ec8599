package rnn

import (
	"fmt"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
)

// recurrence runs a cell along the time axis, in the order of reading.
type recurrence struct {
	cell    Cell
	x       *Node // inputs, [time, batch, input+1]; the last input is 1
	weights *Node // of the cell, [input+1+hidden, 4*hidden]
	mask    *Node // bool [time, batch], false where the state does not change; nil if it always does
	initial State // no nil fields, unless the cell has no C
	atZero  bool  // the initial state is zero
}

// states are the states of a recurrence. Only what is requested is computed.
type states interface {
	all() *Node   // hidden state after each time step, [time, batch, hidden]
	last() *Node  // hidden state after the last, [batch, hidden]
	final() State // state after the last
}

// newRecurrence returns the recurrence of the cell over x, [batch, time, input].
// A nil field of the initial state is zero. The mask is [batch, time] or nil.
func newRecurrence(cell Cell, x, mask *Node, initial State, backwards bool) *recurrence {
	checkInput(cell, x)
	batch, steps := x.Shape().Dim(0), x.Shape().Dim(1)
	checkState(cell, initial, batch)
	ones := fill(x, 1, steps, batch, 1)
	r := &recurrence{
		cell: cell, weights: cell.weights(),
		x:       Concatenate([]*Node{swapTimeAndBatch(x), ones}, 2),
		initial: filled(cell, initial, x, batch), atZero: initial.H == nil && initial.C == nil,
	}
	if mask != nil {
		r.mask = TransposeAllDims(mask, 1, 0)
	}
	if backwards {
		r.x = reverse(r.x)
		if r.mask != nil {
			r.mask = Reverse(r.mask, 0)
		}
	}
	return r
}

// singleStep is one time step of a cell from x, [batch, input].
func singleStep(cell Cell, x *Node, before State) State {
	if x.Rank() != 2 {
		panic(fmt.Errorf("rnn: Step: x is %s; want [batch, input]", x.Shape()))
	}
	return newRecurrence(cell, ExpandAxes(x, 1), nil, before, false).unrolled().final()
}

// run runs the recurrence. On XLA it is a loop, forwards and backwards, so that
// compiling takes the same time for 28 time steps and for 784. The pure-Go
// backend cannot slice at a computed index; there the steps are unrolled.
func (r *recurrence) run() states {
	if r.steps() == 1 || !canLoop(r.x.Graph().Backend()) {
		return r.unrolled()
	}
	return r.looped()
}

func (r *recurrence) steps() int { return r.x.Shape().Dim(0) }

// split returns the weights of the inputs, [input+1, 4*hidden], and those of the
// hidden state, [hidden, 4*hidden].
func (r *recurrence) split() (fromInput, fromHidden *Node) {
	numInput := r.x.Shape().Dim(2)
	return Slice(r.weights, AxisRange(0, numInput)), Slice(r.weights, AxisRangeToEnd(numInput))
}

// project returns what the inputs contribute to the pre-activations of all time
// steps, [time, batch, 4*hidden]: one matrix product.
func (r *recurrence) project() *Node {
	fromInput, _ := r.split()
	return DotGeneral(r.x, []int{2}, nil, fromInput, []int{0}, nil)
}

// maxUnrolled is the greatest number of time steps on a backend that cannot loop,
// where they are unrolled: each takes some 85 kB of graph.
const maxUnrolled = 4096

// canLoop reports whether the backend can run a While loop over a stack of
// matrices. A loop's body is a function, and that is how XLA reports loops.
func canLoop(b compute.Backend) bool {
	return b.Capabilities().Functions &&
		supports(b, compute.OpTypeDynamicSlice, compute.OpTypeDynamicUpdateSlice)
}

// unrolledStates are the states of a recurrence whose steps are unrolled. Their
// gradient is GoMLX's own.
type unrolledStates struct {
	hidden []*Node // after each time step
	state  State   // after the last
}

func (r *recurrence) unrolled() states {
	b := r.x.Graph().Backend()
	if r.steps() > maxUnrolled && !canLoop(b) {
		panic(fmt.Errorf("rnn: %d time steps; the backend %q, which unrolls them, takes at most %d: use XLA", r.steps(), b.Name(), maxUnrolled))
	}
	_, fromHidden := r.split()
	projected := r.project()
	w := &unrolledStates{state: r.initial}
	for t := range r.steps() {
		z := Squeeze(Slice(projected, AxisElem(t)), 0)
		if t > 0 || !r.atZero {
			z = Add(z, MatMul(w.state.H, fromHidden))
		}
		_, after := r.cell.step(z, w.state)
		if r.mask != nil {
			after = after.where(Squeeze(Slice(r.mask, AxisElem(t)), 0), w.state)
		}
		w.state = after
		w.hidden = append(w.hidden, after.H)
	}
	return w
}

func (w *unrolledStates) all() *Node   { return Stack(w.hidden, 0) }
func (w *unrolledStates) last() *Node  { return w.state.H }
func (w *unrolledStates) final() State { return w.state }

func swapTimeAndBatch(x *Node) *Node { return TransposeAllDims(x, 1, 0, 2) }

// reverse reverses sequences, [time, ...]. GoMLX's Reverse has no gradient.
func reverse(x *Node) *Node {
	return withGradient(Reverse(x, 0), []*Node{x}, func(d *Node) []*Node {
		return []*Node{Reverse(d, 0)}
	})
}
