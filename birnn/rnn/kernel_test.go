package rnn

import (
	"fmt"
	"math"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"
	"github.com/easy-gomlx/tutorials/birnn/internal/xlacall"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// kernelTolerance is the largest difference allowed between a result of the
// kernels and that of the loop, relative to the largest number of the result.
const kernelTolerance = 1e-5

// compareKernels runs a graph over the layer's arguments with kernels and
// without.
func compareKernels(t *testing.T, l *refLayer, graphFn func(nodes []*Node) []*Node) {
	t.Helper()
	kernels, plain := backendtest.KernelsAndPlain(t)
	run := func(b compute.Backend) [][]float64 { return runGraph(b, dtypes.Float32, l, graphFn) }
	got, want := run(kernels), run(plain)
	for k := range want {
		largest := 0.0
		for _, v := range want[k] {
			largest = max(largest, math.Abs(v))
		}
		near(t, fmt.Sprint("result ", k), got[k], want[k], kernelTolerance*largest)
	}
}

// kernelCases are the LSTMs of layerCases, and sizes that fill vectors and tiles
// and that leave remainders.
func kernelCases() (cases []layerCase) {
	for _, c := range layerCases {
		if !c.gru {
			cases = append(cases, c)
		}
	}
	return append(cases,
		layerCase{layerSize: layerSize{batch: 7, time: 9, input: 5, hidden: 19}, directions: 2, initial: true, lengths: []int32{9, 1, 0, 5, 8, 2, 3}},
		layerCase{layerSize: layerSize{batch: 33, time: 3, input: 1, hidden: 33}, directions: 2},
		layerCase{layerSize: layerSize{batch: 1, time: 6, input: 17, hidden: 16}, directions: 1, reversed: true},
		layerCase{layerSize: layerSize{batch: 16, time: 4, input: 28, hidden: 64}, directions: 2, lengths: []int32{4, 3, 2, 1, 0, 1, 2, 3, 4, 4, 4, 4, 4, 4, 4, 4}},
		layerCase{layerSize: layerSize{batch: 10, time: 5, input: 8, hidden: 128}, directions: 1, initial: true},
	)
}

// TestKernelsAgreeWithTheLoop compares all outputs of each layer, and the
// gradients of all of them.
func TestKernelsAgreeWithTheLoop(t *testing.T) {
	for _, c := range kernelCases() {
		t.Run(c.String(), func(t *testing.T) {
			kernels, _ := backendtest.KernelsAndPlain(t)
			before := xlacall.CountOf(kernels).Replaced
			compareKernels(t, c.layer(), c.graph(questions, c.factors(questions)))
			if xlacall.CountOf(kernels).Replaced == before {
				t.Error("no pass was replaced by a kernel")
			}
		})
	}
}

// TestKernelsComputeWhatIsUsed requests one output at a time: alone, with all
// gradients, and with that of one argument.
func TestKernelsComputeWhatIsUsed(t *testing.T) {
	for _, c := range []layerCase{
		{layerSize: layerSize{3, 5, 2, 20}, directions: 2},
		{layerSize: layerSize{4, 4, 3, 9}, directions: 1, reversed: true, initial: true, lengths: []int32{4, 0, 1, 3}},
	} {
		l := c.layer()
		for k, q := range questions {
			all := c.graph(questions[k:k+1], c.factors(questions[k:k+1]))
			compare := func(what string, from, to int) {
				t.Run(fmt.Sprintf("%s of %v, %s", q.name, c, what), func(t *testing.T) {
					compareKernels(t, l, func(nodes []*Node) []*Node { return all(nodes)[from:to] })
				})
			}
			compare("alone", 0, 1)
			compare("with all gradients", 0, 1+len(l.arguments()))
			if q.name == "All" {
				for n, a := range l.arguments() {
					compare("gradient of "+a.name, n+1, n+2)
				}
			}
		}
	}
}

// TestKernelsOfTwoLayers: the outputs of one layer are the inputs of the next,
// and the gradient goes back through both.
func TestKernelsOfTwoLayers(t *testing.T) {
	c := layerCase{layerSize: layerSize{3, 6, 4, 12}, directions: 2, lengths: []int32{6, 2, 4}}
	compareKernels(t, c.layer(), func(nodes []*Node) []*Node {
		x, cells := nodes[0], c.layer().outputs(nodes, false).directions
		lengths := Const(x.Graph(), c.lengths)
		below := Bidirectional(cells[0].cell, cells[1].cell, x).Lengths(lengths).Merge(Sum).All() // [3, 6, 12]
		below = Slice(below, AxisRange(), AxisRange(), AxisRange(0, 4))
		above := Bidirectional(cells[1].cell, cells[0].cell, below).Lengths(lengths).All()
		loss := ReduceAllSum(Mul(above, Sin(above)))
		return append([]*Node{above}, Gradient(loss, nodes[0], nodes[1], nodes[2])...)
	})
}
