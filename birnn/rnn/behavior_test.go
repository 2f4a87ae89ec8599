package rnn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/support/exceptions"
)

// TestLongSequence: 784 time steps, one pixel of an MNIST image each.
func TestLongSequence(t *testing.T) {
	l := newRefLayer(false, layerSize{2, 784, 1, 5}, 2)
	got := runGraph(backendtest.XLA(t), dtypes.Float32, l, func(nodes []*Node) []*Node {
		o := l.outputs(nodes, false)
		return []*Node{o.All(), o.Final(), o.At(300)}
	})
	for k, want := range [][]float64{l.all(), l.final(), l.at(300)} {
		near(t, fmt.Sprint("output ", k), got[k], want, tolerance[dtypes.Float32])
	}
}

// buildGraph builds a graph on sequences of the given shape, without running it,
// and returns the types of its nodes.
func buildGraph(b compute.Backend, dims []int, use func(scope *model.Scope, x *Node)) (nodes []NodeType, err error) {
	err = exceptions.TryCatch[error](func() {
		g := NewGraph(b, "test")
		defer g.Finalize()
		store := model.NewStore()
		defer store.Finalize()
		model.SetStore(g, store)
		use(store.RootScope(), Parameter(g, "x", shapes.Make(dtypes.Float32, dims...)))
		for _, n := range g.Nodes() {
			nodes = append(nodes, n.Type())
		}
	})
	return nodes, err
}

func newBidirectional(scope *model.Scope, x *Node) *Outputs {
	return Bidirectional(NewLSTM(scope.In("fw"), x, 3, 1), NewLSTM(scope.In("bw"), x, 3, 1), x)
}

// TestGraphDoesNotGrowWithTime: on XLA, training on 784 time steps is a graph of
// the same size as on 28, so that it takes the same time to compile.
func TestGraphDoesNotGrowWithTime(t *testing.T) {
	b := backendtest.XLA(t)
	size := func(time int) int {
		nodes, err := buildGraph(b, []int{2, time, 4}, func(scope *model.Scope, x *Node) {
			o := newBidirectional(scope, x).Lengths(Const(x.Graph(), []int32{3, 1}))
			Gradient(ReduceAllSum(o.All()), x)
		})
		if err != nil {
			t.Fatal(err)
		}
		return len(nodes)
	}
	if short, long := size(28), size(784); short != long || short < 100 {
		t.Errorf("the graph has %d nodes for 28 time steps and %d for 784; want the same number", short, long)
	}
}

// TestOnlyRequestedOutputsAreComputed counts the time steps in the loops of a
// bidirectional layer.
func TestOnlyRequestedOutputsAreComputed(t *testing.T) {
	b := backendtest.XLA(t)
	for _, tt := range []struct {
		name  string
		ask   func(o *Outputs, x *Node)
		steps int
	}{
		{"nothing", func(*Outputs, *Node) {}, 0},
		{"the last output: a single step backwards", func(o *Outputs, _ *Node) { o.At(-1) }, 5 + 1},
		{"the first output: a single step forwards", func(o *Outputs, _ *Node) { o.At(0) }, 1 + 5},
		{"all and the final states: the same pass", func(o *Outputs, _ *Node) { o.All(); o.Final(); o.FinalStates() }, 5 + 5},
		{"the last output and its gradient", func(o *Outputs, x *Node) { Gradient(ReduceAllSum(o.At(-1)), x) }, 2 * (5 + 1)},
		{"the last output within lengths", func(o *Outputs, x *Node) { o.Lengths(Const(x.Graph(), []int32{3, 1})).At(-1) }, 5 + 1},
	} {
		steps := 0
		_, err := buildGraph(b, []int{2, 5, 4}, func(scope *model.Scope, x *Node) {
			tt.ask(newBidirectional(scope, x), x)
			for _, n := range x.Graph().Nodes() {
				if n.Type() == NodeTypeWhile {
					steps += stepsOfLoop(n)
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if steps != tt.steps {
			t.Errorf("%s: %d time steps, want %d", tt.name, steps, tt.steps)
		}
	}
}

// stepsOfLoop returns the number of time steps of a loop, whose stacks, of rank
// 3, have a row for each, and one of them another for the initial state.
func stepsOfLoop(loop *Node) int {
	steps := math.MaxInt
	for _, initial := range loop.Inputs() {
		if initial.Rank() == 3 {
			steps = min(steps, initial.Shape().Dim(0))
		}
	}
	return steps
}

// TestStep takes the steps of a sequence one by one.
func TestStep(t *testing.T) {
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		for _, gru := range []bool{false, true} {
			t.Run(fmt.Sprint("GRU ", gru), func(t *testing.T) {
				l := newRefLayer(gru, layerSize{2, 3, 2, 4}, 1)
				want := l.all()
				got := runGraph(b, dtypes.Float64, l, func(nodes []*Node) []*Node {
					cell := l.outputs(nodes, false).directions[0].cell
					var hidden []*Node
					var state State
					for k := range l.time {
						state = cell.Step(Squeeze(Slice(nodes[0], AxisRange(), AxisElem(k)), 1), state)
						hidden = append(hidden, state.H)
					}
					all := Stack(hidden, 1)
					viaLayer := l.outputs(nodes, false).All()
					gradient := func(x *Node) *Node { return Gradient(ReduceAllSum(Mul(x, Sin(x))), nodes[1])[0] }
					return []*Node{all, gradient(all), gradient(viaLayer)}
				})
				near(t, "hidden states", got[0], want, tolerance[dtypes.Float64])
				near(t, "gradient of the kernel", got[1], got[2], 1e-13)
			})
		}
	})
}

// TestStepInALoop decodes: a While loop whose body is a step.
func TestStepInALoop(t *testing.T) {
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		for _, gru := range []bool{false, true} {
			l := newRefLayer(gru, layerSize{2, 3, 2, 4}, 1)
			for n := range l.batch { // all time steps alike
				for k := range l.x[:4] {
					l.x[n*6+2+k] = l.x[n*6+k%2]
				}
			}
			got := runGraph(b, dtypes.Float64, l, func(nodes []*Node) []*Node {
				x := Squeeze(Slice(nodes[0], AxisRange(), AxisElem(0)), 1)
				kernel, bias, h := nodes[1], nodes[2], nodes[3]
				var c *Node
				if !gru {
					c = nodes[4]
				}
				loop(l.time, func(*Node) {
					if gru {
						h = (&GRU{Kernel: kernel, Bias: bias}).Step(x, State{H: h}).H
						return
					}
					s := (&LSTM{Kernel: kernel, Bias: bias, ForgetBias: 1}).Step(x, State{H: h, C: c})
					h, c = s.H, s.C
				}, &x, &kernel, &bias, &h, &c)
				return []*Node{h}
			})
			near(t, "hidden state", got[0], l.final(), tolerance[dtypes.Float64])
		}
	})
}

// TestLengthsOutOfRange: a length above the number of time steps counts as that
// number, one below 0 as 0. Lengths may be of any integer type.
func TestLengthsOutOfRange(t *testing.T) {
	l := newRefLayer(false, layerSize{4, 3, 2, 4}, 2)
	got := runGraph(backendtest.Go(t), dtypes.Float64, l, func(nodes []*Node) []*Node {
		var results []*Node
		for _, lengths := range [][]int32{{9, -1, 3, math.MinInt32}, {3, 0, 3, 0}} {
			o := l.outputs(nodes, true).Lengths(Const(nodes[0].Graph(), lengths))
			for _, q := range questions {
				results = append(results, q.graph(o))
			}
		}
		return results
	})
	for k, q := range questions {
		near(t, q.name, got[k], got[len(questions)+k], 0)
	}
}

// TestPartialState: a nil field of a state is zero.
func TestPartialState(t *testing.T) {
	l := newRefLayer(false, layerSize{2, 3, 2, 4}, 1)
	l.directions[0].h0 = randomNumbers(rand.New(rand.NewPCG(1, 2)), 8)
	got := runGraph(backendtest.Go(t), dtypes.Float64, l, func(nodes []*Node) []*Node {
		return []*Node{l.outputs(nodes, false).InitialState(State{H: nodes[3]}).All()}
	})
	near(t, "All", got[0], l.all(), tolerance[dtypes.Float64])
}

func TestMerge(t *testing.T) {
	l := newRefLayer(false, layerSize{2, 3, 2, 4}, 2)
	for _, tt := range []struct {
		merge Merge
		join  func(forward, backward float64) float64
	}{
		{Sum, func(f, b float64) float64 { return f + b }},
		{Mean, func(f, b float64) float64 { return (f + b) / 2 }},
		{Product, func(f, b float64) float64 { return f * b }},
	} {
		got := runGraph(backendtest.Go(t), dtypes.Float64, l, func(nodes []*Node) []*Node {
			o := l.outputs(nodes, false).Merge(tt.merge)
			return []*Node{o.All(), o.Final(), o.At(1)}
		})
		for k, both := range [][]float64{l.all(), l.final(), l.at(1)} {
			var want []float64
			for i := range both {
				if i%8 < 4 {
					want = append(want, tt.join(both[i], both[i+4]))
				}
			}
			near(t, fmt.Sprintf("Merge(%d), output %d", tt.merge, k), got[k], want, 1e-14)
		}
	}
}

// TestNewCells checks the variables of new cells.
func TestNewCells(t *testing.T) {
	store := model.NewStore()
	_, err := buildGraph(backendtest.Go(t), []int{2, 5, 4}, func(_ *model.Scope, x *Node) {
		scope := store.RootScope()
		NewLSTM(scope.In("lstm"), x, 3, 1)
		NewGRU(scope.In("gru"), ConvertDType(x, dtypes.Float64), 3)
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/lstm/kernel": "(Float32)[7, 12]", "/lstm/bias": "(Float32)[12]",
		"/gru/kernel": "(Float64)[7, 9]", "/gru/bias": "(Float64)[12]",
	} {
		if v := store.GetVariable(path); v == nil || v.Shape().String() != want || !v.Trainable {
			t.Errorf("variable %s is %v, want %s", path, v, want)
		}
	}
}

func TestPanics(t *testing.T) {
	lengths := func(x *Node, n int) *Node { return Zeros(x.Graph(), shapes.Make(dtypes.Int32, n)) }
	state := func(x *Node, dims ...int) State { return State{H: Zeros(x.Graph(), shapes.Make(x.DType(), dims...))} }
	gru := func(s *model.Scope, x *Node) *Outputs { return Unidirectional(NewGRU(s, x, 3), x) }
	for _, tt := range []struct {
		reason string
		dims   []int
		use    func(scope *model.Scope, x *Node)
		want   string // in the error
	}{
		{"after the end", []int{2, 4, 5}, func(s *model.Scope, x *Node) { newBidirectional(s, x).At(4) }, "At(4) of sequences with 4 time steps"},
		{"before the start", []int{2, 4, 5}, func(s *model.Scope, x *Node) { newBidirectional(s, x).At(-5) }, "At(-5)"},
		{"no hidden units", []int{2, 4, 5}, func(s *model.Scope, x *Node) { NewLSTM(s, x, 0, 1) }, "NewLSTM: 0 hidden units"},
		{"no inputs", []int{2, 4, 0}, func(s *model.Scope, x *Node) { NewGRU(s, x, 2) }, "NewGRU: x is"},
		{"a sequence instead of a batch", []int{4, 5}, func(s *model.Scope, x *Node) { Unidirectional(NewLSTM(s, x, 3, 1), x) }, "want [batch, time, input]"},
		{"no time steps", []int{4, 0, 5}, func(s *model.Scope, x *Node) { newBidirectional(s, x) }, "at least one"},
		{"integers", []int{2, 4, 5}, func(s *model.Scope, x *Node) { NewGRU(s, ConvertDType(x, dtypes.Int32), 3) }, "x is Int32"},
		{"weights that do not belong together", []int{2, 4, 5}, func(s *model.Scope, x *Node) {
			cell := NewLSTM(s, x, 3, 1)
			cell.Bias = Slice(cell.Bias, AxisRange(0, 8))
			Unidirectional(cell, x)
		}, "the cell's kernel is (Float32)[8, 12] and its bias (Float32)[8]"},
		{"another dtype", []int{2, 4, 5}, func(s *model.Scope, x *Node) {
			Unidirectional(NewGRU(s, x, 3), ConvertDType(x, dtypes.Float64))
		}, "x is Float64, the cell's kernel Float32"},
		{"another number of inputs", []int{2, 4, 5}, func(s *model.Scope, x *Node) {
			Unidirectional(NewLSTM(s, x, 3, 1), Slice(x, AxisRange(), AxisRange(), AxisRange(0, 1)))
		}, "is for 5 inputs"},
		{"Reverse of two", []int{2, 4, 5}, func(s *model.Scope, x *Node) { newBidirectional(s, x).Reverse() }, "Reverse"},
		{"a nil cell", []int{2, 4, 5}, func(_ *model.Scope, x *Node) { Unidirectional(nil, x) }, "the cell is nil"},
		{"lengths of another type", []int{2, 4, 5}, func(s *model.Scope, x *Node) {
			gru(s, x).Lengths(ConvertDType(lengths(x, 2), dtypes.Int64))
		}, "want (Int32)[2]"},
		{"too few lengths", []int{2, 4, 5}, func(s *model.Scope, x *Node) { gru(s, x).Lengths(lengths(x, 1)) }, "one for each sequence"},
		{"lengths twice", []int{2, 4, 5}, func(s *model.Scope, x *Node) { gru(s, x).Lengths(lengths(x, 2)).Lengths(lengths(x, 2)) }, "twice"},
		{"one state for two directions", []int{2, 4, 5}, func(s *model.Scope, x *Node) { newBidirectional(s, x).InitialState(State{}) }, "want 2"},
		{"a state of another size", []int{2, 4, 5}, func(s *model.Scope, x *Node) { gru(s, x).InitialState(state(x, 2, 4)) }, "the state's H is"},
		{"a cell state for a GRU", []int{2, 4, 5}, func(s *model.Scope, x *Node) {
			gru(s, x).InitialState(State{C: state(x, 2, 3).H})
		}, "has no cell state"},
		{"an unknown merge", []int{2, 4, 5}, func(s *model.Scope, x *Node) { newBidirectional(s, x).Merge(7) }, "Merge(7)"},
		{"a sum of different sizes", []int{2, 4, 5}, func(s *model.Scope, x *Node) {
			Bidirectional(NewGRU(s.In("fw"), x, 3), NewGRU(s.In("bw"), x, 4), x).Merge(Sum)
		}, "3 and 4 hidden units"},
		{"a step over a sequence", []int{2, 4, 5}, func(s *model.Scope, x *Node) { NewGRU(s, x, 3).Step(x, State{}) }, "Step: x is"},
		{"too long without loops", []int{1, maxUnrolled + 1, 1}, func(s *model.Scope, x *Node) { gru(s, x).Final() }, "use XLA"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			if _, err := buildGraph(backendtest.Go(t), tt.dims, tt.use); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error is %v; want one with %q", err, tt.want)
			}
		})
	}
}
