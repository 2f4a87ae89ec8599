package rnn

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// layerCase is a layer to compare with the oracle.
type layerCase struct {
	layerSize
	gru, initial bool
	reversed     bool // one direction, from the last time step to the first
	directions   int
	lengths      []int32
}

func (c layerCase) String() string {
	cell := "LSTM"
	if c.gru {
		cell = "GRU"
	}
	return fmt.Sprintf("%s %+v directions %d reversed %v initial %v lengths %v", cell, c.layerSize, c.directions, c.reversed, c.initial, c.lengths)
}

func (c layerCase) layer() *refLayer {
	l := newRefLayer(c.gru, c.layerSize, c.directions)
	l.lengths = c.lengths
	for k := range l.directions {
		if c.initial {
			rng := rand.New(rand.NewPCG(7, uint64(k)))
			l.directions[k].h0, l.directions[k].c0 = randomNumbers(rng, c.batch*c.hidden), randomNumbers(rng, c.batch*c.hidden)
		}
	}
	l.directions[0].backwards = c.reversed
	return l
}

var layerCases = []layerCase{
	{layerSize: layerSize{3, 5, 2, 4}, directions: 2},
	{layerSize: layerSize{3, 5, 2, 4}, directions: 2, gru: true},
	{layerSize: layerSize{4, 4, 3, 2}, directions: 2, initial: true, lengths: []int32{4, 0, 1, 3}},
	{layerSize: layerSize{4, 4, 3, 2}, directions: 2, initial: true, lengths: []int32{4, 0, 1, 3}, gru: true},
	{layerSize: layerSize{2, 6, 1, 3}, directions: 2, lengths: []int32{5, 2}}, // both have padding at the last time step
	{layerSize: layerSize{2, 3, 2, 1}, directions: 1, initial: true},
	{layerSize: layerSize{2, 3, 2, 1}, directions: 1, gru: true},
	{layerSize: layerSize{1, 4, 3, 3}, directions: 1, reversed: true, initial: true, lengths: []int32{3}},
	{layerSize: layerSize{2, 2, 1, 2}, directions: 1, reversed: true, gru: true},
	{layerSize: layerSize{2, 2, 1, 1}, directions: 2},
}

// tolerance is how much a result may differ from the oracle's.
var tolerance = map[dtypes.DType]float64{dtypes.Float32: 2e-6, dtypes.Float64: 1e-14}

// toleranceGradient is the same for gradients, compared with differences.
var toleranceGradient = map[dtypes.DType]float64{dtypes.Float32: 5e-5, dtypes.Float64: 1e-8}

// TestLayerAgreesWithTheEquations compares everything that can be asked of a
// layer, and the gradient of all of it, with the oracle and its differences.
// The padding is NaN, and the oracle reads each sequence alone.
func TestLayerAgreesWithTheEquations(t *testing.T) {
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		for _, c := range layerCases {
			for _, dtype := range []dtypes.DType{dtypes.Float32, dtypes.Float64} {
				t.Run(fmt.Sprintf("%v %v", dtype, c), func(t *testing.T) { compareLayer(t, b, dtype, c) })
			}
		}
	})
}

func compareLayer(t *testing.T, b compute.Backend, dtype dtypes.DType, c layerCase) {
	l := c.layer()
	factors := c.factors(questions)
	arguments := l.arguments()
	got := runGraph(b, dtype, l, c.graph(questions, factors))
	for k, q := range questions {
		near(t, q.name, got[k], q.want(l), tolerance[dtype])
	}
	for k, a := range arguments {
		if !c.initial && len(a.dims) == 2 && a.dims[0] == l.batch { // an initial state
			continue
		}
		want := differences(l, factors, a.values)
		near(t, "gradient of "+a.name, got[len(questions)+k], want, toleranceGradient[dtype])
	}
}

// factors returns the factors of all results in the loss, their weighted sum.
func (c layerCase) factors(questions []question) [][]float64 {
	l := c.layer()
	factors := make([][]float64, len(questions))
	for k, q := range questions {
		factors[k] = randomNumbers(rand.New(rand.NewPCG(1, uint64(k))), len(q.want(l)))
	}
	return factors
}

// graph returns the graph that answers the questions, followed by the gradients
// of the loss with respect to the arguments.
func (c layerCase) graph(questions []question, factors [][]float64) func(nodes []*Node) []*Node {
	return func(nodes []*Node) []*Node {
		o := c.layer().outputs(nodes, c.initial)
		var results []*Node
		loss := constant(nodes[0], 0.0)
		for k, q := range questions {
			result := q.graph(o)
			results = append(results, result)
			loss = Add(loss, ReduceAllSum(Mul(Reshape(result, -1), constant(result, factors[k]))))
		}
		if !c.initial { // the states are not in the graph
			for _, n := range nodes {
				loss = Add(loss, Mul(constant(n, 0.0), ReduceAllSum(Where(IsFinite(n), n, ZerosLike(n)))))
			}
		}
		return append(results, Gradient(loss, nodes...)...)
	}
}

// differences returns the derivative of the loss with respect to each of the
// values, by central differences.
func differences(l *refLayer, factors [][]float64, values []float64) []float64 {
	const step = 1e-5
	loss := func() (sum float64) {
		for k, q := range questions {
			for i, y := range q.want(l) {
				sum += y * factors[k][i]
			}
		}
		return sum
	}
	derivatives := make([]float64, len(values))
	for k, value := range values {
		values[k] = value + step
		above := loss()
		values[k] = value - step
		derivatives[k] = (above - loss()) / (2 * step)
		values[k] = value
	}
	return derivatives
}
