package rnn

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// argument is an argument of a graph, and of the oracle.
type argument struct {
	name   string
	dims   []int
	values []float64
}

// arguments are x, and weights and initial states of each direction.
func (l *refLayer) arguments() []argument {
	all := []argument{{"x", []int{l.batch, l.time, l.directions[0].cell.input}, l.x}}
	for k, d := range l.directions {
		c := d.cell
		name := func(of string) string { return fmt.Sprintf("%s of direction %d", of, k) }
		all = append(all,
			argument{name("kernel"), []int{c.input + c.hidden, c.columns()}, c.kernel},
			argument{name("bias"), []int{4 * c.hidden}, c.bias},
			argument{name("H"), []int{l.batch, c.hidden}, d.h0})
		if !c.gru {
			all = append(all, argument{name("C"), []int{l.batch, c.hidden}, d.c0})
		}
	}
	return all
}

// outputs returns the layer over the nodes of the arguments.
func (l *refLayer) outputs(nodes []*Node, initial bool) *Outputs {
	x, nodes := nodes[0], nodes[1:]
	var cells []Cell
	var states []State
	for _, d := range l.directions {
		if d.cell.gru {
			cells, states = append(cells, &GRU{Kernel: nodes[0], Bias: nodes[1]}), append(states, State{H: nodes[2]})
			nodes = nodes[3:]
		} else {
			cells = append(cells, &LSTM{Kernel: nodes[0], Bias: nodes[1], ForgetBias: d.cell.forgetBias})
			states = append(states, State{H: nodes[2], C: nodes[3]})
			nodes = nodes[4:]
		}
	}
	o := Unidirectional(cells[0], x)
	if len(cells) == 2 {
		o = Bidirectional(cells[0], cells[1], x)
	} else if l.directions[0].backwards {
		o.Reverse()
	}
	if initial {
		o.InitialState(states...)
	}
	if l.lengths != nil {
		o.Lengths(Const(x.Graph(), l.lengths))
	}
	return o
}

// question is something to ask of a layer, in a graph and of the oracle.
type question struct {
	name  string
	graph func(o *Outputs) *Node
	want  func(l *refLayer) []float64
}

var questions = []question{
	{"All", (*Outputs).All, (*refLayer).all},
	{"Final", (*Outputs).Final, (*refLayer).final},
	{"FinalStates", func(o *Outputs) *Node {
		var parts []*Node
		for _, s := range o.FinalStates() {
			for _, n := range s.nodes() {
				parts = append(parts, Reshape(n, -1))
			}
		}
		return Concatenate(parts, 0)
	}, (*refLayer).finalStates},
	questionAt(0), questionAt(-1), questionAt(1), questionAt(-2),
}

func questionAt(t int) question {
	return question{fmt.Sprintf("At(%d)", t),
		func(o *Outputs) *Node { return o.At(t) },
		func(l *refLayer) []float64 { return l.at(t) }}
}

// runGraph runs a graph once in the given dtype. In the padding x is NaN.
func runGraph(b compute.Backend, dtype dtypes.DType, l *refLayer, graphFn func(nodes []*Node) []*Node) [][]float64 {
	var inputs []any
	for k, a := range l.arguments() {
		values := slices.Clone(a.values)
		if k == 0 {
			for n, length := range l.lengths {
				rowSize := a.dims[2]
				for i := (n*l.time + int(length)) * rowSize; i < (n+1)*l.time*rowSize; i++ {
					values[i] = math.NaN()
				}
			}
		}
		inputs = append(inputs, tensorOf(dtype, values, a.dims))
	}
	var results [][]float64
	for _, result := range MustExecOnceN(b, graphFn, inputs...) {
		results = append(results, float64s(result))
	}
	return results
}

func tensorOf(dtype dtypes.DType, values []float64, dims []int) *tensors.Tensor {
	if dtype == dtypes.Float64 {
		return tensors.FromFlatDataAndDimensions(values, dims...)
	}
	rounded := make([]float32, len(values))
	for k, v := range values {
		rounded[k] = float32(v)
	}
	return tensors.FromFlatDataAndDimensions(rounded, dims...)
}

func float64s(t *tensors.Tensor) []float64 {
	if t.DType() == dtypes.Float64 {
		return tensors.MustCopyFlatData[float64](t)
	}
	var values []float64
	for _, v := range tensors.MustCopyFlatData[float32](t) {
		values = append(values, float64(v))
	}
	return values
}

// near reports an error unless got is want up to the tolerance.
func near(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d values, want %d", what, len(got), len(want))
		return
	}
	for k := range want {
		if !(math.Abs(got[k]-want[k]) <= tolerance) {
			t.Errorf("%s: value %d is %v, want %v", what, k, got[k], want[k])
			return
		}
	}
}
