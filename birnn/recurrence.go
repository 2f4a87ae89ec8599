package birnn

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// recurrence runs the cell along the time axis.
//
//   - x: the inputs, [time, batch, input]
//   - kernel, bias: the cell's, halved, [input+hidden, 4*hidden] and [4*hidden]
//   - backwards: from the last time step to the first
//   - all: return the hidden states of every time step, [time, batch, hidden],
//     in the order of x; otherwise the one after the last step taken, [batch, hidden]
//
// Where the backend has loops it is a loop, forward and back, so that compiling
// takes the same time for 28 steps and for 784; elsewhere (the pure-Go backend)
// the steps are written out one after the other.
func recurrence(x, kernel, bias *Node, backwards, all bool) *Node {
	if x.Shape().Dim(0) == 1 || !hasLoops(x.Graph()) {
		return unrolled(x, kernel, bias, backwards, all)
	}
	return looped(x, kernel, bias, backwards, all)
}

// split takes a kernel apart into the weights of the inputs, [input, 4*hidden],
// and those of the hidden state, [hidden, 4*hidden].
func split(kernel *Node) (fromInput, fromHidden *Node) {
	numInput := kernel.Shape().Dim(0) - kernel.Shape().Dim(1)/4
	return Slice(kernel, AxisRange(0, numInput)), Slice(kernel, AxisRangeToEnd(numInput))
}

// project returns what the inputs and the bias contribute to the
// pre-activations of all time steps, [time, batch, 4*hidden]: one matrix product.
func project(x, fromInput, bias *Node) *Node {
	zx := DotGeneral(x, []int{2}, nil, fromInput, []int{0}, nil)
	return Add(zx, BroadcastToShape(ExpandAxes(bias, 0, 1), zx.Shape()))
}

// hasLoops tells whether the graph's backend can run a While loop over a stack
// of matrices. A loop's body is a function, and that is how XLA reports loops.
func hasLoops(g *Graph) bool {
	return g.Backend().Capabilities().Functions &&
		supports(g, compute.OpTypeDynamicSlice, compute.OpTypeDynamicUpdateSlice)
}

// unrolled writes the steps out. Its gradient is GoMLX's own.
func unrolled(x, kernel, bias *Node, backwards, all bool) *Node {
	fromInput, fromHidden := split(kernel)
	zx := project(x, fromInput, bias)
	steps, batch, hidden := zx.Shape().Dim(0), zx.Shape().Dim(1), fromHidden.Shape().Dim(0)
	var c, h *Node
	states := make([]*Node, steps)
	for k := range steps {
		t := timeOf(k, steps, backwards)
		z := Squeeze(Slice(zx, AxisElem(t)), 0)
		if k == 0 { // h is zero: nothing to add
			c = Zeros(zx.Graph(), shapes.Make(zx.DType(), batch, hidden))
		} else {
			z = Add(z, MatMul(h, fromHidden))
		}
		_, c, h = cellStep(z, c)
		states[t] = h
	}
	if !all {
		return h
	}
	return Stack(states, 0)
}

// timeOf returns the time step that the k-th iteration takes.
func timeOf(k, steps int, backwards bool) int {
	if backwards {
		return steps - 1 - k
	}
	return k
}

// looped is the recurrence as a While loop, and its gradient as another.
func looped(x, kernel, bias *Node, backwards, all bool) *Node {
	var run *forwardRun
	return withGradient(
		func(inputs []*Node) *Node {
			run = runForward(inputs[0], inputs[1], inputs[2], backwards)
			if all {
				return run.states(0)
			}
			return run.last
		},
		func(dHidden *Node) []*Node { return run.gradient(dHidden, all) },
		x, kernel, bias)
}

// forwardRun is what a pass over the sequence leaves behind for the way back.
// The hidden states have one row more than there are time steps: the zeros
// from which the pass starts, at the end where it starts.
type forwardRun struct {
	x, kernel *Node // [time, batch, input], [input+hidden, 4*hidden]
	backwards bool

	u      *Node // tanh of the pre-activations, [time, batch, 4*hidden]
	c      *Node // cell states, [time, batch, hidden]
	h      *Node // hidden states, [time+1, batch, hidden]
	last   *Node // hidden state after the last step taken, [batch, hidden]
	nsteps int
}

// states returns the hidden states after each time step (behind = 0) or before
// it (behind = 1), [time, batch, hidden].
func (r *forwardRun) states(behind int) *Node {
	first := 1 - behind
	if r.backwards {
		first = behind
	}
	return Slice(r.h, AxisRange(first, first+r.nsteps))
}

// runForward runs the cell over all time steps.
func runForward(x, kernel, bias *Node, backwards bool) *forwardRun {
	g, dtype := x.Graph(), x.DType()
	fromInput, fromHidden := split(kernel)
	steps, batch, hidden := x.Shape().Dim(0), x.Shape().Dim(1), fromHidden.Shape().Dim(0)
	zeros := func(dims ...int) *Node { return Zeros(g, shapes.Make(dtype, dims...)) }

	const ( // the loop's state
		iteration = iota
		hNow
		cNow
		uAll
		cAll
		hAll
		inputs
		weights
	)
	final := loop(steps, func(g *Graph, s []*Node) {
		k := s[iteration]
		t, row := k, increment(k)
		if backwards {
			t = Sub(Const(g, int32(steps-1)), k)
			row = t
		}
		fromInput, hBefore := fence(at(s[inputs], t), s[hNow])
		u, c, h := cellStep(Add(fromInput, MatMul(hBefore, s[weights])), s[cNow])
		s[hNow], s[cNow] = h, c
		s[uAll] = put(s[uAll], u, t)
		s[cAll] = put(s[cAll], c, t)
		s[hAll] = put(s[hAll], h, row)
	},
		zeros(batch, hidden), zeros(batch, hidden),
		zeros(steps, batch, 4*hidden), zeros(steps, batch, hidden), zeros(steps+1, batch, hidden),
		project(x, fromInput, bias), fromHidden)

	return &forwardRun{
		x: x, kernel: kernel, backwards: backwards,
		u: final[uAll], c: final[cAll], h: final[hAll], last: final[hNow], nsteps: steps,
	}
}

// gradient goes back over the sequence. dHidden is the gradient of the loss
// with respect to what the forward pass returned: all hidden states, or the
// last. It returns those with respect to x, kernel and bias. They are computed
// for all time steps at once, after the loop.
func (r *forwardRun) gradient(dHidden *Node, all bool) []*Node {
	g, dtype := r.u.Graph(), r.u.DType()
	batch, hidden := r.c.Shape().Dim(1), r.c.Shape().Dim(2)
	fromInput, fromHidden := split(r.kernel)
	zeros := func(dims ...int) *Node { return Zeros(g, shapes.Make(dtype, dims...)) }
	dLast := dHidden
	if all {
		dLast = zeros(batch, hidden)
	}

	const ( // the loop's state
		iteration = iota
		dhNow
		dcNow
		dzAll
		uAll
		cAll
		weights
		dhAll
	)
	state := []*Node{dLast, zeros(batch, hidden), zeros(r.u.Shape().Dimensions...), r.u, r.c, Transpose(fromHidden, 0, 1)}
	if all {
		state = append(state, dHidden)
	}
	final := loop(r.nsteps, func(g *Graph, s []*Node) {
		t := Sub(Const(g, int32(r.nsteps-1)), s[iteration])
		if r.backwards {
			t = s[iteration]
		}
		dh := s[dhNow]
		if all {
			dh = Add(dh, at(s[dhAll], t))
		}
		u, c := fence(at(s[uAll], t), at(s[cAll], t))
		dz, dc := cellStepGradient(u, c, dh, s[dcNow])
		s[dhNow], s[dcNow] = MatMul(dz, s[weights]), dc
		s[dzAll] = put(s[dzAll], dz, t)
	}, state...)

	dz := final[dzAll]
	read := Concatenate([]*Node{r.x, r.states(1)}, 2) // [time, batch, input+hidden]
	return []*Node{
		DotGeneral(dz, []int{2}, nil, fromInput, []int{1}, nil),
		DotGeneral(read, []int{0, 1}, nil, dz, []int{0, 1}, nil),
		ReduceSum(dz, 0, 1),
	}
}

// loop runs body the given number of times and returns the state after the
// last. The state's first element is the number of the iteration, an int32
// that starts at 0; the others start as given. The body changes the state in
// place; what it leaves alone stays the same.
func loop(iterations int, body func(g *Graph, state []*Node), initial ...*Node) []*Node {
	g := initial[0].Graph()
	initial = append([]*Node{Const(g, int32(0))}, initial...)
	parameters := func(g *Graph) []*Node {
		state := make([]*Node, len(initial))
		for k, node := range initial {
			state[k] = Parameter(g, "", node.Shape())
		}
		return state
	}
	condition := NewClosure(g, func(g *Graph) []*Node {
		return []*Node{LessThan(parameters(g)[0], Const(g, int32(iterations)))}
	})
	step := NewClosure(g, func(g *Graph) []*Node {
		state := parameters(g)
		next := increment(state[0])
		body(g, state)
		state[0] = next
		return state
	})
	return While(condition, step, initial...)
}

// increment returns k+1. Constants inside a loop have to be made with Const:
// GoMLX's shorthands share theirs between functions, which does not work.
func increment(k *Node) *Node { return Add(k, Const(k.Graph(), int32(1))) }

// at returns row t of a stack of matrices [time, batch, n]: [batch, n].
func at(stack, t *Node) *Node {
	dims := stack.Shape().Dimensions
	zero := Const(stack.Graph(), int32(0))
	return Reshape(DynamicSlice(stack, []*Node{t, zero, zero}, []int{1, dims[1], dims[2]}), dims[1], dims[2])
}

// put returns the stack [time, batch, n] with row t replaced.
func put(stack, row, t *Node) *Node {
	dims := stack.Shape().Dimensions
	zero := Const(stack.Graph(), int32(0))
	return DynamicUpdateSlice(stack, Reshape(row, 1, dims[1], dims[2]), []*Node{t, zero, zero})
}
