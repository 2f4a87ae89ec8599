package rnn

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// loop runs body the given number of times. The variables are the state of the
// loop: in the body they have the values of the iteration k, an int32 scalar
// that counts from 0, and after the loop those of the last. Variables that are
// nil take no part.
func loop(iterations int, body func(k *Node), variables ...**Node) {
	initial := []*Node{nil}
	var used []**Node
	for _, v := range variables {
		if *v != nil {
			used, initial = append(used, v), append(initial, *v)
		}
	}
	g := initial[1].Graph()
	initial[0] = Const(g, int32(0))
	parameters := func(g *Graph) []*Node {
		values := make([]*Node, len(initial))
		for k, node := range initial {
			values[k] = Parameter(g, "", node.Shape())
		}
		return values
	}
	set := func(values []*Node) {
		for k, v := range used {
			*v = values[k+1]
		}
	}
	condition := NewClosure(g, func(g *Graph) []*Node {
		return []*Node{LessThan(parameters(g)[0], Const(g, int32(iterations)))}
	})
	step := NewClosure(g, func(g *Graph) []*Node {
		values := parameters(g)
		set(values)
		next := increment(values[0])
		body(values[0])
		after := []*Node{next}
		for _, v := range used {
			after = append(after, *v)
		}
		return after
	})
	set(While(condition, step, initial...))
}

// increment returns k+1.
func increment(k *Node) *Node { return Add(k, Const(k.Graph(), int32(1))) }

// at returns row t of a stack [time, ...].
func at(stack, t *Node) *Node {
	dims := append([]int{1}, stack.Shape().Dimensions[1:]...)
	return Squeeze(DynamicSlice(stack, startAt(t, stack.Rank()), dims), 0)
}

// put returns the stack [time, ...] with row t replaced.
func put(stack, row, t *Node) *Node {
	return DynamicUpdateSlice(stack, ExpandAxes(row, 0), startAt(t, stack.Rank()))
}

// startAt is the place of row t in a stack of the given rank.
func startAt(t *Node, rank int) []*Node {
	start := []*Node{t}
	for range rank - 1 {
		start = append(start, Const(t.Graph(), int32(0)))
	}
	return start
}
