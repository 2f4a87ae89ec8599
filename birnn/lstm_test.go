package birnn

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers/lstm"
	"github.com/gomlx/gomlx/ml/model"
)

// toleranceLayer is what may lie between the layer in float32 and the oracle in float64.
const toleranceLayer = 1e-6

// layerOutput is something that can be asked of a bidirectional layer, in a
// graph and of the oracle.
type layerOutput struct {
	name  string
	graph func(fw, bw *LSTM, x *Node) *Node
	pick  func(fw, bw [][]float64) [][]float64
}

func outputAt(t int) layerOutput {
	return layerOutput{
		fmt.Sprintf("At(%d)", t),
		func(fw, bw *LSTM, x *Node) *Node { return Bidirectional(fw, bw, x).At(t) },
		refAt(t),
	}
}

var layerOutputs = []layerOutput{
	{"Last", func(fw, _ *LSTM, x *Node) *Node { return fw.Last(x) }, refLast},
	{"LastBackwards", func(_, bw *LSTM, x *Node) *Node { return bw.LastBackwards(x) }, refFirst},
	{"All", func(fw, _ *LSTM, x *Node) *Node { return fw.All(x) }, refForward},
	{"AllBackwards", func(_, bw *LSTM, x *Node) *Node { return bw.AllBackwards(x) }, refBackward},
	{"Bidirectional.Final", func(fw, bw *LSTM, x *Node) *Node { return Bidirectional(fw, bw, x).Final() }, refFinal},
	{"Bidirectional.All", func(fw, bw *LSTM, x *Node) *Node { return Bidirectional(fw, bw, x).All() }, refAll},
}

// numbers are an argument of a graph, and of the oracle.
type numbers struct {
	name   string
	dims   []int
	values []float64
}

// arguments are x, and kernel and bias of both directions.
func (l refLayer) arguments() []numbers {
	return append([]numbers{{"x", []int{l.batch, l.time, l.forward.input}, l.x}}, l.weights()...)
}

func (l refLayer) weights() []numbers {
	rows, columns := l.forward.input+l.forward.hidden, 4*l.forward.hidden
	return []numbers{
		{"forward kernel", []int{rows, columns}, l.forward.kernel}, {"forward bias", []int{columns}, l.forward.bias},
		{"backward kernel", []int{rows, columns}, l.backward.kernel}, {"backward bias", []int{columns}, l.backward.bias},
	}
}

// layers makes the layers from the weights among the arguments.
func (l refLayer) layers(weights []*Node) (fw, bw *LSTM) {
	return &LSTM{Kernel: weights[0], Bias: weights[1], ForgetBias: l.forward.forgetBias},
		&LSTM{Kernel: weights[2], Bias: weights[3], ForgetBias: l.backward.forgetBias}
}

// runGraph runs a graph once.
func runGraph(b compute.Backend, graphFn func(arguments []*Node) []*Node, arguments []numbers) [][]float32 {
	inputs := make([]any, len(arguments))
	for k, a := range arguments {
		inputs[k] = tensors.FromFlatDataAndDimensions(toFloat32(a.values), a.dims...)
	}
	var results [][]float32
	for _, result := range MustExecOnceN(b, graphFn, inputs...) {
		results = append(results, tensors.MustCopyFlatData[float32](result))
	}
	return results
}

func TestLayerAgreesWithTheFormulas(t *testing.T) {
	sizes := []struct{ batch, time, input, hidden int }{
		{1, 1, 1, 1}, {3, 1, 4, 8}, {1, 2, 4, 1}, {3, 2, 1, 3}, {1, 7, 1, 8}, {3, 7, 4, 3},
	}
	onBackends(t, func(t *testing.T, b compute.Backend) {
		for _, s := range sizes {
			t.Run(fmt.Sprintf("batch %d, time %d, input %d, hidden %d", s.batch, s.time, s.input, s.hidden), func(t *testing.T) {
				outputs := layerOutputs
				for at := -s.time; at < s.time; at++ {
					outputs = append(outputs, outputAt(at))
				}
				compareLayer(t, b, newRefLayer(s.batch, s.time, s.input, s.hidden), outputs)
			})
		}
	})
}

// compareLayer compares the outputs with the oracle's.
func compareLayer(t *testing.T, b compute.Backend, l refLayer, outputs []layerOutput) {
	t.Helper()
	results := runGraph(b, func(arguments []*Node) []*Node {
		fw, bw := l.layers(arguments[1:])
		var nodes []*Node
		for _, o := range outputs {
			nodes = append(nodes, o.graph(fw, bw, arguments[0]))
		}
		return nodes
	}, l.arguments())
	for k, o := range outputs {
		near(t, o.name, results[k], toFloat32(l.read(o.pick)), toleranceLayer)
	}
}

// TestLongSequence: 784 steps, one pixel of an MNIST image each, as one loop.
func TestLongSequence(t *testing.T) {
	compareLayer(t, needXLA(t), newRefLayer(2, 784, 1, 5), append(layerOutputs[4:], outputAt(300)))
}

// TestLayerAgreesWithGoMLX compares outputs and gradients with GoMLX's own LSTM,
// which is another implementation, for ONNX: gates i, o, f, c, weights transposed.
func TestLayerAgreesWithGoMLX(t *testing.T) {
	l := newRefLayer(3, 5, 4, 6)
	results := runGraph(goBackend(t), func(arguments []*Node) []*Node {
		x, weights := arguments[0], arguments[1:]
		fw, bw := l.layers(weights)
		theirs := TransposeAllDims(gomlxLSTM(x, fw, bw), 2, 0, 1, 3) // to [batch, time, direction, hidden]
		var nodes []*Node
		for _, out := range []*Node{Bidirectional(fw, bw, x).All(), Reshape(theirs, l.batch, l.time, -1)} {
			loss := ReduceAllSum(Mul(out, Sin(IotaFull(x.Graph(), out.Shape()))))
			nodes = append(append(nodes, out), Gradient(loss, arguments...)...)
		}
		return nodes
	}, l.arguments())
	ours, theirs := results[:len(results)/2], results[len(results)/2:]
	near(t, "outputs", ours[0], theirs[0], toleranceLayer)
	for k, a := range l.arguments() {
		near(t, "gradient of "+a.name, ours[k+1], theirs[k+1], 1e-5)
	}
}

// gomlxLSTM runs GoMLX's layer with our weights: [time, 2, batch, hidden].
func gomlxLSTM(x *Node, directions ...*LSTM) *Node {
	var inputs, recurrent, biases []*Node
	for _, l := range directions {
		hidden, numInput := l.NumHidden(), x.Shape().Dim(2)
		var k, r, b, none []*Node
		for _, gate := range []int{0, 3, 2, 1} {
			columns := AxisRange(gate*hidden, (gate+1)*hidden)
			k = append(k, Transpose(Slice(l.Kernel, AxisRange(0, numInput), columns), 0, 1))
			r = append(r, Transpose(Slice(l.Kernel, AxisRangeToEnd(numInput), columns), 0, 1))
			bias := Slice(l.Bias, columns)
			if gate == 2 {
				bias = AddScalar(bias, l.ForgetBias)
			}
			b, none = append(b, bias), append(none, ZerosLike(bias))
		}
		inputs, recurrent, biases = append(inputs, Stack(k, 0)), append(recurrent, Stack(r, 0)), append(biases, Stack(append(b, none...), 0))
	}
	all, _, _ := lstm.NewWithWeights(x, Stack(inputs, 0), Stack(recurrent, 0), Stack(biases, 0), nil).Done()
	return all
}

func TestLayerPanics(t *testing.T) {
	backend := goBackend(t)
	build := func(dims []int, use func(scope *model.Scope, x *Node)) error {
		return try(func() error {
			g := NewGraph(backend, "test")
			defer g.Finalize()
			store := model.NewStore()
			defer store.Finalize()
			use(store.RootScope(), Parameter(g, "x", shapes.Make(dtypes.Float32, dims...)))
			return nil
		})
	}
	bidirectional := func(scope *model.Scope, x *Node) *Outputs {
		return Bidirectional(NewLSTM(scope.In("fw"), x, 3, 1), NewLSTM(scope.In("bw"), x, 3, 1), x)
	}
	for _, tt := range []struct {
		reason string
		dims   []int
		use    func(scope *model.Scope, x *Node)
		want   string // in the error
	}{
		{"after the end", []int{2, 4, 5}, func(s *model.Scope, x *Node) { bidirectional(s, x).At(4) }, "no time step 4 in a sequence of 4"},
		{"before the start", []int{2, 4, 5}, func(s *model.Scope, x *Node) { bidirectional(s, x).At(-5) }, "no time step -5 in a sequence of 4"},
		{"no hidden units", []int{2, 4, 5}, func(s *model.Scope, x *Node) { NewLSTM(s, x, 0, 1) }, "NewLSTM: 0 hidden units"},
		{"one sequence instead of a batch", []int{4, 5}, func(s *model.Scope, x *Node) { NewLSTM(s, x, 3, 1) }, "rank"},
		{"one sequence, weights of one's own", []int{4, 20}, func(_ *model.Scope, x *Node) { (&LSTM{Kernel: x, Bias: x}).Last(x) }, "rank"},
		{"a kernel for another input", []int{4, 20, 2}, func(s *model.Scope, x *Node) {
			NewLSTM(s, x, 3, 1).Last(Slice(x, AxisRange(), AxisRange(), AxisRange(0, 1)))
		}, "axis 0 has dimension 5, wanted 4"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			if err := build(tt.dims, tt.use); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error is %v; want one with %q", err, tt.want)
			}
		})
	}
}
