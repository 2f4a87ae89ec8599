package rnn

import (
	"fmt"
	"slices"

	"github.com/easy-gomlx/tutorials/birnn/internal/kernel"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// offer lets the backend replace a computation with an operation of its own, which
// computes the same from the operands. It passes the results of the plain
// computation through a graph function that returns its first arguments. A backend
// that knows the function's name may replace its body; the plain computation is
// then unused, and the compiler removes it. Otherwise the compiler inlines the
// function.
func offer(name string, plain []*Node, operands ...*Node) []*Node {
	g := plain[0].Graph()
	arguments := slices.Concat(plain, operands)
	f := NewFunction(g, fmt.Sprintf("%s_%d", name, plain[0].Id()), func(g *Graph) []*Node {
		var parameters []*Node
		for _, a := range arguments {
			parameters = append(parameters, Parameter(g, "", a.Shape()))
		}
		return parameters[:len(plain)]
	})
	return f.Call(arguments...)
}

// offered reports whether the passes of the recurrence are offered to the backend,
// as those of a Float32 LSTM are, and returns its cell.
func (r *recurrence) offered() (cell *LSTM, ok bool) {
	cell, ok = r.cell.(*LSTM)
	return cell, ok && r.x.DType() == dtypes.Float32
}

// offerForward offers the forward pass; package kernel defines its operands and
// results.
func (p *forwardPass) offerForward(cell *LSTM) {
	operands := []*Node{p.x, cell.Kernel, cell.biasWithForget()}
	if !p.atZero {
		operands = append(operands, p.initial.nodes()...)
	}
	results := offer(p.named(kernel.ForwardName, kernel.ForwardReversedName),
		[]*Node{p.state.H, p.state.C, p.h, p.u, p.c}, p.withMask(operands)...)
	p.state, p.h, p.u, p.c = State{H: results[0], C: results[1]}, results[2], results[3], results[4]
}

// offerBackward offers the backward pass: from the gradients of all hidden states,
// which may be nil, and of the last state, it computed those of inputs.
func (p *forwardPass) offerBackward(cell *LSTM, gradients []*Node, all *Node, last State) []*Node {
	operands := []*Node{p.x, cell.Kernel, p.u, p.c, p.h, last.H, last.C}
	if all != nil {
		operands = append(operands, all)
	}
	return offer(p.named(kernel.BackwardName, kernel.BackwardReversedName), gradients, p.withMask(operands)...)
}

func (r *recurrence) named(forwards, reversed string) string {
	if r.backwards {
		return reversed
	}
	return forwards
}

func (r *recurrence) withMask(operands []*Node) []*Node {
	if r.mask == nil {
		return operands
	}
	return append(operands, r.mask)
}
