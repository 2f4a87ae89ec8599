package birnn

import (
	"fmt"
	"math/rand/v2"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
)

// TestLoopEqualsWrittenOutSteps compares the loop and its gradient, written by
// hand, with the steps one after the other and the gradient that GoMLX derives.
func TestLoopEqualsWrittenOutSteps(t *testing.T) {
	const time, batch, input, hidden = 4, 3, 2, 5
	b := needXLA(t)
	rng := rand.New(rand.NewPCG(3, 4))
	arguments := []numbers{
		{"x", []int{time, batch, input}, randomNumbers(rng, time*batch*input)},
		{"kernel", []int{input + hidden, 4 * hidden}, randomNumbers(rng, (input+hidden)*4*hidden)},
	}
	for _, all := range []bool{false, true} {
		t.Run(fmt.Sprintf("all %v", all), func(t *testing.T) {
			results := runGraph(b, func(arguments []*Node) []*Node {
				var nodes []*Node
				for _, form := range []func(x, kernel *Node, all bool) *Node{looped, unrolled} {
					states := form(arguments[0], arguments[1], all)
					loss := ReduceAllSum(Mul(states, Sin(IotaFull(states.Graph(), states.Shape()))))
					nodes = append(append(nodes, states), Gradient(loss, arguments...)...)
				}
				return nodes
			}, arguments)
			near(t, "hidden states", results[0], results[3], 1e-6)
			near(t, "gradient of x", results[1], results[4], 1e-6)
			near(t, "gradient of the kernel", results[2], results[5], 2e-6)
		})
	}
}
