package rnn

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// offers returns the calls in a graph over Float32 sequences [2, 5, 3]: the
// function without its number, then the shapes of the results, which the
// function gets first, and those of the operands. It fails the test if a
// function is called twice.
func offers(t *testing.T, b compute.Backend, use func(x *Node)) (calls []string) {
	t.Helper()
	g := NewGraph(b, "test")
	defer g.Finalize()
	use(Parameter(g, "x", shapes.Make(dtypes.Float32, 2, 5, 3)))
	numbered := regexp.MustCompile(`Call\((\w+)_(\d+),`)
	names := map[string]bool{}
	for _, n := range g.Nodes() {
		if n.Type() != NodeTypeCall {
			continue
		}
		name := numbered.FindStringSubmatch(n.String())
		if name == nil || names[name[0]] {
			t.Fatalf("%s: want a name and a number that no other call has", n)
		}
		names[name[0]] = true
		shapesOf := func(nodes []*Node) string {
			var list []string
			for _, n := range nodes {
				list = append(list, strings.Replace(fmt.Sprint(n.Shape()), "(Float32)", "", 1))
			}
			return strings.Join(list, " ")
		}
		results, operands := n.Inputs()[:n.NumOutputs()], n.Inputs()[n.NumOutputs():]
		calls = append(calls, fmt.Sprintf("%s: %s: %s", name[1], shapesOf(results), shapesOf(operands)))
	}
	slices.Sort(calls)
	return calls
}

// lstmOf4 returns a cell of four hidden units for the inputs x, whose weights are
// parameters of the graph.
func lstmOf4(x *Node) *LSTM {
	parameter := func(dims ...int) *Node { return Parameter(x.Graph(), "", shapes.Make(x.DType(), dims...)) }
	return &LSTM{Kernel: parameter(x.Shape().Dim(2)+4, 16), Bias: parameter(16), ForgetBias: 1}
}

func gradientOf(o *Outputs, loss *Node) { Gradient(ReduceAllSum(loss), o.x) }

// TestOffers verifies which passes are offered and under which names, with their
// results and operands in the order that package kernel expects.
func TestOffers(t *testing.T) {
	const (
		forwardResults  = "[2, 4] [2, 4] [6, 2, 4] [5, 2, 16] [5, 2, 4]"
		backwardResults = "[7, 16] [16] [2, 5, 3] [2, 4] [2, 4]"
		weights         = "[2, 5, 3] [7, 16]" // after x
		stacks          = "[5, 2, 16] [5, 2, 4] [6, 2, 4]"
		state           = " [2, 4] [2, 4]"
		mask            = " (Bool)[2, 5]"

		forward  = "birnn_lstm_forward: " + forwardResults + ": " + weights + " [16]"
		reversed = "birnn_lstm_forward_reversed: " + forwardResults + ": " + weights + " [16]"
		backward = "birnn_lstm_backward: " + backwardResults + ": " + weights + " " + stacks + state
		back     = "birnn_lstm_backward_reversed: " + backwardResults + ": " + weights + " " + stacks + state
		all      = " [5, 2, 4]"
	)
	b := backendtest.XLA(t)
	lengths := func(x *Node) *Node { return Const(x.Graph(), []int32{3, 1}) }
	for _, tt := range []struct {
		name string
		use  func(x *Node)
		want []string
	}{
		{"the last output", func(x *Node) { Unidirectional(lstmOf4(x), x).At(-1) }, []string{forward}},
		{"its gradient", func(x *Node) {
			o := Unidirectional(lstmOf4(x), x)
			gradientOf(o, o.Final())
		}, []string{backward, forward}},
		{"all outputs", func(x *Node) {
			o := Unidirectional(lstmOf4(x), x)
			gradientOf(o, o.All())
		}, []string{backward + all, forward}},
		{"reversed", func(x *Node) {
			o := Unidirectional(lstmOf4(x), x).Reverse()
			gradientOf(o, o.All())
		}, []string{back + all, reversed}},
		{"lengths", func(x *Node) {
			o := Unidirectional(lstmOf4(x), x).Lengths(lengths(x))
			gradientOf(o, o.All())
		}, []string{backward + all + mask, forward + mask}},
		{"half an initial state, and lengths", func(x *Node) {
			h := Zeros(x.Graph(), shapes.Make(x.DType(), 2, 4))
			o := Unidirectional(lstmOf4(x), x).InitialState(State{H: h}).Lengths(lengths(x))
			gradientOf(o, o.FinalStates()[0].C)
		}, []string{backward + mask, forward + state + mask}},
		{"one forward pass, a backward pass for each output", func(x *Node) {
			o := Unidirectional(lstmOf4(x), x)
			final := o.FinalStates()[0]
			gradientOf(o, Concatenate([]*Node{Reshape(o.All(), -1), Reshape(o.Final(), -1), Reshape(final.H, -1), Reshape(final.C, -1)}, 0))
		}, []string{backward, backward, backward + all, forward}},
		{"two layers of the same sequences, in both directions", func(x *Node) {
			for range 2 {
				Bidirectional(lstmOf4(x), lstmOf4(x), x).Final()
			}
		}, []string{forward, forward, reversed, reversed}},
		{"Step", func(x *Node) { lstmOf4(x).Step(Squeeze(Slice(x, AxisRange(), AxisElem(0)), 1), State{}) }, nil},
		{"Float64", func(x *Node) {
			x = ConvertDType(x, dtypes.Float64)
			o := Unidirectional(lstmOf4(x), x)
			gradientOf(o, o.All())
		}, nil},
		{"GRU", func(x *Node) {
			l := lstmOf4(x)
			o := Unidirectional(&GRU{Kernel: Slice(l.Kernel, AxisRange(), AxisRange(0, 12)), Bias: l.Bias}, x)
			gradientOf(o, o.All())
		}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := offers(t, b, tt.use); !slices.Equal(got, tt.want) {
				t.Errorf("the graph has the calls\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
	t.Run("the Go backend", func(t *testing.T) {
		if got := offers(t, backendtest.Go(t), func(x *Node) { Unidirectional(lstmOf4(x), x).All() }); got != nil {
			t.Errorf("the graph has the calls %q; want none", got)
		}
	})
}
