package rnn

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// withGradient returns the value, which was computed from the inputs, with a
// gradient of our own: backward receives the gradient of the loss with respect
// to the value, and returns the gradients with respect to each of the inputs.
//
// GoMLX can replace the gradient of a node with one input only, so three kinds
// of nodes work together: an identity on the value, which calls backward; an
// identity on each input, which passes on what backward returned for it; and a
// selection between them that always takes the value, and that the compiler
// removes. It is there for the automatic differentiation to see that the value
// depends on the inputs. Since that walks from the loss towards the inputs,
// backward has always been called by the time that its results are needed.
func withGradient(value *Node, inputs []*Node, backward func(dValue *Node) []*Node) *Node {
	var gradients []*Node
	value = StopGradient(value)
	never := Const(value.Graph(), false)
	for k, input := range inputs {
		watched := IdentityWithCustomGradient(input, func(_, _ *Node) *Node { return gradients[k] })
		corner := Reshape(Slice(watched, firstOfEachAxis(watched.Rank())...))
		value = Where(never, BroadcastToShape(corner, value.Shape()), value)
	}
	return IdentityWithCustomGradient(value, func(_, dValue *Node) *Node {
		gradients = backward(dValue)
		return dValue
	})
}

// firstOfEachAxis selects a node's first element.
func firstOfEachAxis(rank int) []SliceAxisSpec {
	first := make([]SliceAxisSpec, rank)
	for axis := range first {
		first[axis] = AxisElem(0)
	}
	return first
}
