package birnn

import (
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
)

// gradientCase is a function of some arguments, as a graph and as the oracle
// computes it from the arguments' values.
type gradientCase struct {
	name      string
	graph     func(arguments []*Node) *Node
	oracle    func() []float64
	arguments []numbers
}

// gradientCases are each kind of output of both directions, and two layers on
// top of each other.
func gradientCases() []gradientCase {
	first := newRefLayer(2, 4, 3, 3)
	var cases []gradientCase
	for _, o := range append(layerOutputs[4:], outputAt(2)) {
		cases = append(cases, gradientCase{o.name, func(arguments []*Node) *Node {
			fw, bw := first.layers(arguments[1:])
			return o.graph(fw, bw, arguments[0])
		}, func() []float64 { return first.read(o.pick) }, first.arguments()})
	}

	second := newRefLayer(2, 4, 6, 2)
	stacked := gradientCase{"two layers", func(arguments []*Node) *Node {
		fw, bw := first.layers(arguments[1:])
		fw2, bw2 := second.layers(arguments[5:])
		return Bidirectional(fw2, bw2, Bidirectional(fw, bw, arguments[0]).All()).Final()
	}, func() []float64 {
		second.x = first.read(refAll)
		return second.read(refFinal)
	}, append(first.arguments(), second.weights()...)}
	return append(cases, stacked)
}

// TestGradientsAgreeWithFiniteDifferences takes as loss the sum of all outputs,
// each times a fixed random number, and compares the gradient with respect to
// every argument with the oracle's central differences.
func TestGradientsAgreeWithFiniteDifferences(t *testing.T) {
	onBackends(t, func(t *testing.T, b compute.Backend) {
		for _, c := range gradientCases() {
			t.Run(c.name, func(t *testing.T) {
				factors := randomNumbers(rand.New(rand.NewPCG(1, 2)), len(c.oracle()))
				got := runGraph(b, func(arguments []*Node) []*Node {
					output := c.graph(arguments)
					loss := ReduceAllSum(Mul(Reshape(output, -1), Const(output.Graph(), toFloat32(factors))))
					return Gradient(loss, arguments...)
				}, c.arguments)
				for k, a := range c.arguments {
					near(t, a.name, got[k], differences(c.oracle, factors, a.values), toleranceGradient)
				}
			})
		}
	})
}

// differences returns the derivative of the sum of function times factors with
// respect to each of the values.
func differences(function func() []float64, factors, values []float64) []float32 {
	const step = 1e-5
	lossAt := func(value *float64, x float64) (loss float64) {
		before := *value
		*value = x
		for k, y := range function() {
			loss += y * factors[k]
		}
		*value = before
		return loss
	}
	result := make([]float32, len(values))
	for k := range values {
		v := &values[k]
		result[k] = float32((lossAt(v, *v+step) - lossAt(v, *v-step)) / (2 * step))
	}
	return result
}
