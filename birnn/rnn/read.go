package rnn

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"
)

// All returns the outputs of all time steps, [batch, time, hidden], or [batch,
// time, 2*hidden] for two directions: the input of another layer on top of this
// one. Beyond a sequence's length they are zero.
func (o *Outputs) All() *Node {
	return o.joined(func(d *direction) *Node {
		all := o.whole(d).all()
		if d.backwards {
			all = reverse(all)
		}
		all = swapTimeAndBatch(all)
		if o.lengths == nil {
			return all
		}
		return Where(before(o.timeSteps(), o.lengths), all, constant(all, 0.0))
	})
}

// Final returns the hidden state of each direction after the last time step that
// it reads, [batch, hidden] or [batch, 2*hidden]: of the forward direction after
// a sequence's last, of the backward direction after its first.
func (o *Outputs) Final() *Node {
	return o.joined(func(d *direction) *Node { return o.whole(d).last() })
}

// FinalStates returns the state of each direction after the last time step that
// it reads. For a sequence of length 0 it is the initial state.
func (o *Outputs) FinalStates() []State {
	var finals []State
	for _, d := range o.directions {
		finals = append(finals, o.whole(d).final())
	}
	return finals
}

// At returns the output at time step t, [batch, hidden] or [batch, 2*hidden]. A
// negative t counts from the end of each sequence, -1 is its last time step. At
// a time step that a sequence does not have the output is zero. Only the time
// steps that the output depends on are computed: the backward half of At(-1)
// takes a single one. To read many time steps, use All.
func (o *Outputs) At(t int) *Node {
	steps := o.x.Shape().Dim(1)
	if t < -steps || t >= steps {
		exceptions.Panicf("rnn: At(%d) of sequences with %d time steps", t, steps)
	}
	if t < 0 && o.lengths == nil {
		t += steps
	}
	return o.joined(func(d *direction) *Node {
		if o.lengths == nil {
			return d.over(o.upTo(d, t), nil).last()
		}
		if t < 0 {
			return o.fromEnd(d, t)
		}
		x, lengths := o.upTo(d, t), o.lengths
		if d.backwards {
			lengths = plus(lengths, -t)
		}
		output := d.over(x, before(stepsOf(x), lengths)).last()
		return Where(LessThan(constant(o.lengths, t), o.lengths), output, constant(output, 0.0))
	})
}

// upTo returns what the direction reads up to time step t, in the order of x.
func (o *Outputs) upTo(d *direction, t int) *Node {
	if d.backwards {
		return Slice(o.x, AxisRange(), AxisRangeToEnd(t))
	}
	return Slice(o.x, AxisRange(), AxisRange(0, t+1))
}

// fromEnd is the direction's output at the time step t, counted from the end of
// each sequence.
func (o *Outputs) fromEnd(d *direction, t int) *Node {
	lengths := Clip(o.lengths, constant(o.lengths, 0), constant(o.lengths, o.x.Shape().Dim(1)))
	place := plus(lengths, t) // of the output, [batch]
	zero := constant(place, 0)
	x, mask := o.x, before(o.timeSteps(), plus(place, 1))
	if d.backwards { // the last -t time steps of each sequence
		window := Add(ExpandAxes(place, 1), Iota(place.Graph(), shapes.Make(place.DType(), x.Shape().Dim(0), -t), 1))
		x, mask = rowsAt(x, Max(window, zero)), GreaterOrEqual(window, zero)
	}
	output := d.over(x, mask).last()
	return Where(GreaterOrEqual(place, zero), output, constant(output, 0.0))
}

// whole returns the states of the direction over the whole sequences.
func (o *Outputs) whole(d *direction) states {
	if d.whole == nil {
		var mask *Node
		if o.lengths != nil {
			mask = before(o.timeSteps(), o.lengths)
		}
		d.whole = d.over(o.x, mask)
	}
	return d.whole
}

// over returns the states of the direction over x, [batch, time, input].
func (d *direction) over(x, mask *Node) states {
	return newRecurrence(d.cell, x, mask, d.initial, d.backwards).run()
}

// timeSteps returns the number of each time step of x, int32 [batch, time].
func (o *Outputs) timeSteps() *Node { return stepsOf(o.x) }

func stepsOf(x *Node) *Node {
	return Iota(x.Graph(), shapes.Make(dtypes.Int32, x.Shape().Dim(0), x.Shape().Dim(1)), 1)
}

// before reports which time steps, [batch, time], come before the bound, [batch].
func before(timeSteps, bound *Node) *Node {
	return LessThan(timeSteps, ExpandAxes(bound, 1))
}

// rowsAt returns the rows of x, [batch, time, ...], at the places, [batch, n]:
// [batch, n, ...].
func rowsAt(x, places *Node) *Node {
	sequence := Iota(places.Graph(), places.Shape(), 0)
	return Gather(x, Stack([]*Node{sequence, places}, -1))
}

// plus returns x+n.
func plus(x *Node, n int) *Node { return Add(x, constant(x, n)) }
