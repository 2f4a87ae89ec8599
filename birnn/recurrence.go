package birnn

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// recurrence runs the cell along the time axis, from the first time step to the last.
//
//   - x: the inputs, [time, batch, input]
//   - kernel: the cell's weights, halved, [input+hidden, 4*hidden]; there is no
//     bias: it is the weight of an input that is always 1
//   - all: return the hidden states of every time step, [time, batch, hidden];
//     otherwise the last, [batch, hidden]
//
// Where the backend has loops it is a loop, forward and back, so that compiling
// takes the same time for 28 steps and for 784; elsewhere (the pure-Go backend)
// the steps are written out one after the other.
func recurrence(x, kernel *Node, all bool) *Node {
	if x.Shape().Dim(0) == 1 || !hasLoops(x.Graph().Backend()) {
		return unrolled(x, kernel, all)
	}
	return looped(x, kernel, all)
}

// split takes a kernel apart into the weights of the inputs, [input, 4*hidden],
// and those of the hidden state, [hidden, 4*hidden].
func split(kernel *Node) (fromInput, fromHidden *Node) {
	numInput := kernel.Shape().Dim(0) - kernel.Shape().Dim(1)/4
	return Slice(kernel, AxisRange(0, numInput)), Slice(kernel, AxisRangeToEnd(numInput))
}

// project returns what the inputs contribute to the pre-activations of all time
// steps, [time, batch, 4*hidden]: one matrix product.
func project(x, fromInput *Node) *Node {
	return DotGeneral(x, []int{2}, nil, fromInput, []int{0}, nil)
}

// hasLoops tells whether the backend can run a While loop over a stack of
// matrices. A loop's body is a function, and that is how XLA reports loops.
func hasLoops(b compute.Backend) bool {
	return b.Capabilities().Functions &&
		supports(b, compute.OpTypeDynamicSlice, compute.OpTypeDynamicUpdateSlice)
}

// maxUnrolled bounds the steps that are written out: for each, the graph takes 85 kB.
const maxUnrolled = 4096

// checkLength returns an error if the backend can't run so many steps.
func checkLength(b compute.Backend, steps int) error {
	if steps > maxUnrolled && !hasLoops(b) {
		return fmt.Errorf("%d: the backend %q has no loops and takes at most %d time steps; use XLA", steps, b.Name(), maxUnrolled)
	}
	return nil
}

// unrolled writes the steps out. Its gradient is GoMLX's own.
func unrolled(x, kernel *Node, all bool) *Node {
	fromInput, fromHidden := split(kernel)
	zx := project(x, fromInput)
	steps, batch, hidden := zx.Shape().Dim(0), zx.Shape().Dim(1), fromHidden.Shape().Dim(0)
	if err := checkLength(zx.Graph().Backend(), steps); err != nil {
		panic(fmt.Errorf("a sequence of %w", err))
	}
	var c, h *Node
	states := make([]*Node, steps)
	for t := range steps {
		z := Squeeze(Slice(zx, AxisElem(t)), 0)
		if t == 0 { // h is zero: nothing to add
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

// looped is the recurrence as a While loop, and its gradient as another.
func looped(x, kernel *Node, all bool) *Node {
	var run *forwardRun
	return withGradient(
		func(inputs []*Node) *Node {
			run = runForward(inputs[0], inputs[1])
			if all {
				return run.after()
			}
			return run.last
		},
		func(dHidden *Node) []*Node { return run.gradient(dHidden, all) },
		x, kernel)
}

// forwardRun is what a pass over the sequence leaves behind for the way back.
type forwardRun struct {
	x, kernel *Node // as recurrence takes them

	u    *Node // tanh of the pre-activations, [time, batch, 4*hidden]
	c    *Node // cell states, [time, batch, hidden]
	h    *Node // hidden states, zeros before the first step's, [time+1, batch, hidden]
	last *Node // hidden state after the last step, [batch, hidden]
}

// before returns the hidden states that each time step begins with,
// [time, batch, hidden].
func (r *forwardRun) before() *Node { return Slice(r.h, AxisRange(0, -1)) }

// after returns the hidden states that each time step ends with.
func (r *forwardRun) after() *Node { return Slice(r.h, AxisRangeToEnd(1)) }

// runForward runs the cell over all time steps. The pre-activations and the
// values of the gates share a stack: each step takes the first from its row and
// leaves the second there.
func runForward(x, kernel *Node) *forwardRun {
	fromInput, fromHidden := split(kernel)
	steps, batch, hidden := x.Shape().Dim(0), x.Shape().Dim(1), fromHidden.Shape().Dim(0)
	zeros := func(dims ...int) *Node { return Zeros(x.Graph(), shapes.Make(x.DType(), dims...)) }

	const ( // the loop's state
		timeStep = iota
		hNow
		cNow
		uAll
		cAll
		hAll
		weights
	)
	final := loop(steps, func(s []*Node) {
		t := s[timeStep]
		z := Add(at(s[uAll], t), MatMul(s[hNow], s[weights]))
		u, c, h := cellStep(z, s[cNow])
		s[hNow], s[cNow] = h, c
		s[uAll] = put(s[uAll], u, t)
		s[cAll] = put(s[cAll], c, t)
		s[hAll] = put(s[hAll], h, increment(t))
	},
		zeros(batch, hidden), zeros(batch, hidden),
		project(x, fromInput), zeros(steps, batch, hidden), zeros(steps+1, batch, hidden),
		fromHidden)

	return &forwardRun{x: x, kernel: kernel, u: final[uAll], c: final[cAll], h: final[hAll], last: final[hNow]}
}

// gradient goes back over the sequence. dHidden is the gradient of the loss
// with respect to what the forward pass returned: all hidden states, or the
// last. It returns those with respect to x and kernel, which are computed for
// all time steps at once, after the loop. Here the values of the gates and the
// gradients of the pre-activations share a stack.
func (r *forwardRun) gradient(dHidden *Node, all bool) []*Node {
	fromInput, fromHidden := split(r.kernel)
	steps := r.x.Shape().Dim(0)
	zeros := ZerosLike(r.last)
	dLast := dHidden
	if all {
		dLast = zeros
	}

	const ( // the loop's state
		iteration = iota
		dhNow
		dcNow
		dzAll
		cAll
		weights
		dhAll
	)
	state := []*Node{dLast, zeros, r.u, r.c, Transpose(fromHidden, 0, 1)}
	if all {
		state = append(state, dHidden)
	}
	final := loop(steps, func(s []*Node) {
		t := Sub(Const(s[iteration].Graph(), int32(steps-1)), s[iteration])
		dh := s[dhNow]
		if all {
			dh = Add(dh, at(s[dhAll], t))
		}
		u, c := fence(at(s[dzAll], t), at(s[cAll], t))
		dz, dc := cellStepGradient(u, c, dh, s[dcNow])
		s[dhNow], s[dcNow] = MatMul(dz, s[weights]), dc
		s[dzAll] = put(s[dzAll], dz, t)
	}, state...)

	dz := final[dzAll]
	read := Concatenate([]*Node{r.x, r.before()}, 2) // [time, batch, input+hidden]
	return []*Node{
		DotGeneral(dz, []int{2}, nil, fromInput, []int{1}, nil),
		DotGeneral(read, []int{0, 1}, nil, dz, []int{0, 1}, nil),
	}
}

// loop runs body the given number of times and returns the state after the
// last. The state's first element is the number of the iteration, an int32
// that starts at 0; the others start as given. The body changes the state in
// place; what it leaves alone stays the same.
func loop(iterations int, body func(state []*Node), initial ...*Node) []*Node {
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
		body(state)
		state[0] = next
		return state
	})
	return While(condition, step, initial...)
}

// increment returns k+1. Constants inside a loop have to be made with Const:
// GoMLX's shorthands share theirs between functions, which does not work.
func increment(k *Node) *Node { return Add(k, Const(k.Graph(), int32(1))) }

// at returns row t of a stack [time, batch, n]: [batch, n].
func at(stack, t *Node) *Node {
	dims := stack.Shape().Dimensions
	zero := Const(stack.Graph(), int32(0))
	return Squeeze(DynamicSlice(stack, []*Node{t, zero, zero}, []int{1, dims[1], dims[2]}), 0)
}

// put returns the stack [time, batch, n] with row t replaced.
func put(stack, row, t *Node) *Node {
	zero := Const(stack.Graph(), int32(0))
	return DynamicUpdateSlice(stack, ExpandAxes(row, 0), []*Node{t, zero, zero})
}
