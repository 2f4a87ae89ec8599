package birnn

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
)

// Outputs are those of a bidirectional layer: at each time step the hidden
// states of both directions side by side. Nothing is computed until a method
// asks for it, and then only what it takes to answer.
type Outputs struct {
	forward, backward *LSTM
	x                 *Node
}

// Bidirectional reads the sequences x, [batch, time, input], with one layer
// from the first time step to the last and with another from the last to the
// first. At time step t the forward half of the output has seen x[0..t], the
// backward half x[t..].
func Bidirectional(forward, backward *LSTM, x *Node) *Outputs {
	x.AssertRank(3)
	return &Outputs{forward: forward, backward: backward, x: x}
}

// At returns the output at time step t, [batch, 2*hidden]: TensorFlow's
// outputs[t]. A negative t counts from the end, as it does there, and At(-1) is
// what the original tutorial reads: the forward half has seen every time step,
// the backward half only the last.
func (o *Outputs) At(t int) *Node {
	steps := o.x.Shape().Dim(1)
	if t < -steps || t >= steps {
		panic(fmt.Errorf("birnn: no time step %d in a sequence of %d", t, steps))
	}
	if t < 0 {
		t += steps
	}
	return Concatenate([]*Node{
		o.forward.Last(Slice(o.x, AxisRange(), AxisRange(0, t+1))),
		o.backward.LastBackwards(Slice(o.x, AxisRange(), AxisRangeToEnd(t))),
	}, -1)
}

// Final returns both hidden states after reading the whole sequence,
// [batch, 2*hidden]: the forward one after the last time step, the backward
// one after the first.
func (o *Outputs) Final() *Node {
	return Concatenate([]*Node{o.forward.Last(o.x), o.backward.LastBackwards(o.x)}, -1)
}

// All returns the outputs of all time steps, [batch, time, 2*hidden]: what
// another layer on top of this one reads.
func (o *Outputs) All() *Node {
	return Concatenate([]*Node{o.forward.All(o.x), o.backward.AllBackwards(o.x)}, -1)
}
