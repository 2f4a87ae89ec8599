package rnn

import (
	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"
)

// recurrence runs a cell along the time axis.
type recurrence struct {
	cell      Cell
	x         *Node // [batch, time, input]
	mask      *Node // bool [batch, time], false where the state does not change; nil if it always does
	initial   State // no nil fields, unless the cell has no C
	atZero    bool  // the initial state is zero
	backwards bool  // from the last time step to the first
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
	batch := x.Shape().Dim(0)
	checkState(cell, initial, batch)
	return &recurrence{
		cell: cell, x: x, mask: mask, backwards: backwards,
		initial: filled(cell, initial, x, batch), atZero: initial.H == nil && initial.C == nil,
	}
}

// singleStep is one time step of a cell from x, [batch, input].
func singleStep(cell Cell, x *Node, before State) State {
	if x.Rank() != 2 {
		exceptions.Panicf("rnn: Step: x is %s; want [batch, input]", x.Shape())
	}
	return newRecurrence(cell, ExpandAxes(x, 1), nil, before, false).unrolled().final()
}

// run runs the recurrence. On XLA it is a loop, forwards and backwards, so that
// compiling takes the same time for 28 time steps and for 784. The pure-Go
// backend cannot slice at a computed index; there the steps are unrolled.
func (r *recurrence) run() states {
	if !canLoop(r.x.Graph().Backend()) {
		return r.unrolled()
	}
	return r.looped()
}

func (r *recurrence) steps() int { return r.x.Shape().Dim(1) }

// sequence is what a recurrence reads, in the order of reading, with the weights
// for it.
type sequence struct {
	x       *Node // [time, batch, input+1]; the last input is 1
	mask    *Node // bool [time, batch], or nil
	weights *Node // of the cell, [input+1+hidden, 4*hidden]
}

func (r *recurrence) sequence() sequence {
	ones := fill(r.x, 1, r.steps(), r.x.Shape().Dim(0), 1)
	s := sequence{x: Concatenate([]*Node{swapTimeAndBatch(r.x), ones}, 2), weights: r.cell.weights()}
	if r.mask != nil {
		s.mask = TransposeAllDims(r.mask, 1, 0)
	}
	if r.backwards {
		s.x = reverse(s.x)
		if s.mask != nil {
			s.mask = Reverse(s.mask, 0)
		}
	}
	return s
}

// split returns the weights of the inputs, [input+1, 4*hidden], and those of the
// hidden state, [hidden, 4*hidden].
func (s sequence) split() (fromInput, fromHidden *Node) {
	numInput := s.x.Shape().Dim(2)
	return Slice(s.weights, AxisRange(0, numInput)), Slice(s.weights, AxisRangeToEnd(numInput))
}

// project returns what the inputs contribute to the pre-activations of all time
// steps, [time, batch, 4*hidden]: one matrix product.
func (s sequence) project() *Node {
	fromInput, _ := s.split()
	return DotGeneral(s.x, []int{2}, nil, fromInput, []int{0}, nil)
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
	if r.steps() > maxUnrolled {
		exceptions.Panicf("rnn: %d time steps; the backend %q, which unrolls them, takes at most %d: use XLA",
			r.steps(), r.x.Graph().Backend().Name(), maxUnrolled)
	}
	read := r.sequence()
	_, fromHidden := read.split()
	projected := read.project()
	w := &unrolledStates{state: r.initial}
	for t := range r.steps() {
		z := Squeeze(Slice(projected, AxisElem(t)), 0)
		if t > 0 || !r.atZero {
			z = Add(z, MatMul(w.state.H, fromHidden))
		}
		_, after := r.cell.step(z, w.state)
		if read.mask != nil {
			after = after.where(Squeeze(Slice(read.mask, AxisElem(t)), 0), w.state)
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
