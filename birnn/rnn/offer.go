package rnn

import (
	"fmt"
	"slices"

	"github.com/easy-gomlx/tutorials/birnn/internal/kernel"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// offer lets the backend replace a computation by an operation of its own, which
// computes the same from the operands. The results of the plain computation pass
// through a function of the graph that returns its first arguments. The backend
// knows it by its name and may give it another body; then nothing needs the
// plain computation, and the compiler removes it. Otherwise it removes the
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

// offered returns the cell if the forward and backward passes of the recurrence
// are offered to the backend: those of a Float32 LSTM.
func (r *recurrence) offered() (cell *LSTM, ok bool) {
	cell, ok = r.cell.(*LSTM)
	return cell, ok && r.x.DType() == dtypes.Float32
}

// offerForward offers the forward pass; package kernel defines the operands and
// the results.
func (p *forwardPass) offerForward(cell *LSTM) {
	operands := []*Node{p.x, cell.Kernel, cell.biasWithForget()}
	if !p.atZero {
		operands = append(operands, p.initial.nodes()...)
	}
	results := offer(p.named(kernel.ForwardName, kernel.ForwardReversedName),
		[]*Node{p.state.H, p.state.C, p.h, p.u, p.c}, p.withMask(operands)...)
	p.state, p.h, p.u, p.c = State{H: results[0], C: results[1]}, results[2], results[3], results[4]
}

// offerBackward offers the backward pass, which computed the gradients, in the
// order of inputs, from those of all hidden states, which may be nil, and of the
// last state.
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
