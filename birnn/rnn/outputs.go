package rnn

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"
)

// Outputs are the outputs of a recurrent layer for a batch of sequences.
// Settings ([Outputs.Lengths], [Outputs.InitialState], [Outputs.Reverse],
// [Outputs.Merge]) are chained and come first. Nothing is computed until an
// output is requested, and then only what that output needs.
type Outputs struct {
	x          *Node // [batch, time, input], zero in the padding
	lengths    *Node // int32 [batch], or nil
	directions []*direction
	merge      Merge
}

// direction is one direction of a layer.
type direction struct {
	cell      Cell
	backwards bool
	initial   State
	whole     states // over the whole sequence, once they were requested
}

// Unidirectional reads the sequences x, [batch, time, input], with the cell from
// the first time step to the last.
func Unidirectional(cell Cell, x *Node) *Outputs {
	return newOutputs(x, &direction{cell: cell})
}

// Bidirectional reads the sequences x, [batch, time, input], with one cell from
// the first time step to the last and with the other from the last to the first.
// At time step t the forward half of the output has read x[0..t], the backward
// half x[t..].
func Bidirectional(forward, backward Cell, x *Node) *Outputs {
	return newOutputs(x, &direction{cell: forward}, &direction{cell: backward, backwards: true})
}

func newOutputs(x *Node, directions ...*direction) *Outputs {
	if x.Rank() != 3 || x.Shape().Dim(0) < 1 || x.Shape().Dim(1) < 1 {
		exceptions.Panicf("rnn: x is %s; want [batch, time, input] of fixed size, with at least one sequence and one time step", x.Shape())
	}
	for _, d := range directions {
		checkInput(d.cell, x)
	}
	return &Outputs{x: x, directions: directions}
}

// Reverse makes a layer of one direction read from the last time step to the
// first. The outputs stay in the order of x.
func (o *Outputs) Reverse() *Outputs {
	if len(o.directions) != 1 {
		exceptions.Panicf("rnn: Reverse of a bidirectional layer; only Unidirectional can be reversed")
	}
	o.directions[0].backwards = true
	return o.changed()
}

// Lengths sets the number of time steps of each sequence, int32 [batch].
// Whatever lies beyond is padding, which changes nothing, even if it is NaN:
// neither outputs nor states nor gradients. A length above the number of time
// steps counts as that number, one below 0 as 0.
func (o *Outputs) Lengths(lengths *Node) *Outputs {
	if lengths.DType() != dtypes.Int32 || lengths.Rank() != 1 || lengths.Shape().Dim(0) != o.x.Shape().Dim(0) {
		exceptions.Panicf("rnn: lengths are %s; want (Int32)[%d], one for each sequence", lengths.Shape(), o.x.Shape().Dim(0))
	}
	if o.lengths != nil {
		exceptions.Panicf("rnn: Lengths was called twice")
	}
	o.lengths = lengths
	// Without this, a NaN would reach the gradient of the weights as 0*NaN.
	o.x = Where(before(o.timeSteps(), o.lengths), o.x, constant(o.x, 0.0))
	return o.changed()
}

// InitialState sets the state before the first time step that is read, one for
// each direction; by default it is zero. A nil field of a state is zero.
func (o *Outputs) InitialState(states ...State) *Outputs {
	if len(states) != len(o.directions) {
		exceptions.Panicf("rnn: InitialState has %d states; want %d, one for each direction", len(states), len(o.directions))
	}
	for k, d := range o.directions {
		checkState(d.cell, states[k], o.x.Shape().Dim(0))
		d.initial = states[k]
	}
	return o.changed()
}

// Merge says how the outputs of two directions are combined.
type Merge int

const (
	Concat  Merge = iota // side by side, the forward one first: [..., 2*hidden]
	Sum                  // element by element: [..., hidden]
	Mean                 // half the sum
	Product              // element by element
)

// Merge sets how At, Final and All combine the outputs of both directions. The
// default is [Concat]; the others need the same number of hidden units in both
// directions.
func (o *Outputs) Merge(m Merge) *Outputs {
	if m < Concat || m > Product {
		exceptions.Panicf("rnn: Merge(%d) is unknown; want Concat, Sum, Mean or Product", int(m))
	}
	if n := len(o.directions); n == 2 && m != Concat && o.directions[0].cell.NumHidden() != o.directions[1].cell.NumHidden() {
		exceptions.Panicf("rnn: Merge of %d and %d hidden units; only Concat can join different sizes", o.directions[0].cell.NumHidden(), o.directions[1].cell.NumHidden())
	}
	o.merge = m
	return o
}

// changed discards what was computed with other settings.
func (o *Outputs) changed() *Outputs {
	for _, d := range o.directions {
		d.whole = nil
	}
	return o
}

// joined returns the combined outputs of all directions.
func (o *Outputs) joined(output func(d *direction) *Node) *Node {
	first := output(o.directions[0])
	if len(o.directions) == 1 {
		return first
	}
	second := output(o.directions[1])
	switch o.merge {
	case Sum:
		return Add(first, second)
	case Mean:
		return Mul(Add(first, second), constant(first, 0.5))
	case Product:
		return Mul(first, second)
	}
	return Concatenate([]*Node{first, second}, -1)
}
