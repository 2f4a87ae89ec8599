package birnn

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// withGradient returns the value of forward(inputs), with a gradient of our
// own: backward receives the gradient of the loss with respect to that value,
// and returns the gradients with respect to each of the inputs.
//
// GoMLX can replace the gradient of a node with one input only, so three kinds
// of identities work together: one on the value, which calls backward; one on
// each input, which hands over what backward returned for it; and a selection
// between them that always takes the value, and that the compiler removes. It
// exists to let the automatic differentiation see that the value depends on
// the inputs, and since that walks from the loss towards the inputs, backward
// has always been called by the time that its results are asked for.
func withGradient(forward func(inputs []*Node) *Node, backward func(dValue *Node) []*Node, inputs ...*Node) *Node {
	var gradients []*Node
	watched := make([]*Node, len(inputs))
	for k, input := range inputs {
		watched[k] = IdentityWithCustomGradient(input, func(_, _ *Node) *Node { return gradients[k] })
	}

	value := StopGradient(forward(inputs))
	never := Const(value.Graph(), false)
	for _, w := range watched {
		corner := Reshape(Slice(w, firstOfEachAxis(w.Rank())...))
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
