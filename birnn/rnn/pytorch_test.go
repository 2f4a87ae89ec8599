package rnn

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// torchCase is a case of testdata/pytorch.json; testdata/pytorch.py describes
// it. Outer slices have one element for each direction.
type torchCase struct {
	Name, Cell                 string
	Bidirectional              bool
	Batch, Time, Input, Hidden int
	Lengths                    []int32
	X                          []float64
	Weights                    []torchWeights
	H0, C0                     [][]float64
	Outputs                    []float64
	HN                         [][]float64 `json:"h_n"`
	CN                         [][]float64 `json:"c_n"`
	Coefficients               struct {
		Outputs []float64
		HN      [][]float64 `json:"h_n"`
		CN      [][]float64 `json:"c_n"`
	}
	Gradients struct {
		X       []float64
		H0, C0  [][]float64
		Weights []torchWeights
	}
}

// torchWeights have one row for each unit of a gate; PyTorch's order of the
// gates is i, f, j, o for LSTM and r, z, n for GRU.
type torchWeights struct {
	WeightIH []float64 `json:"weight_ih"` // [gates*hidden, input]
	WeightHH []float64 `json:"weight_hh"` // [gates*hidden, hidden]
	BiasIH   []float64 `json:"bias_ih"`
	BiasHH   []float64 `json:"bias_hh"`
}

// gateOrder gives PyTorch's number of each of our gates.
func (c torchCase) gateOrder() []int {
	if c.Cell == "gru" {
		return []int{0, 1, 2}
	}
	return []int{0, 2, 1, 3}
}

// kernel returns the weights as our kernel, [input+hidden, gates*hidden].
func (c torchCase) kernel(w torchWeights) (kernel []float64) {
	for row := range c.Input + c.Hidden {
		for _, gate := range c.gateOrder() {
			for u := range c.Hidden {
				if unit := gate*c.Hidden + u; row < c.Input {
					kernel = append(kernel, w.WeightIH[unit*c.Input+row])
				} else {
					kernel = append(kernel, w.WeightHH[unit*c.Hidden+row-c.Input])
				}
			}
		}
	}
	return kernel
}

// bias returns the biases as our bias, [4*hidden]. The two of a gate are added
// up, except for the candidate of a GRU, and except for gradients, which are
// equal.
func (c torchCase) bias(w torchWeights, gradient bool) (bias []float64) {
	for k, gate := range c.gateOrder() {
		for u := range c.Hidden {
			b := w.BiasIH[gate*c.Hidden+u]
			if !gradient && !(c.Cell == "gru" && k == 2) {
				b += w.BiasHH[gate*c.Hidden+u]
			}
			bias = append(bias, b)
		}
	}
	if c.Cell == "gru" {
		bias = append(bias, w.BiasHH[2*c.Hidden:]...)
	}
	return bias
}

// layer returns the case's layer.
func (c torchCase) layer() *refLayer {
	l := &refLayer{batch: c.Batch, time: c.Time, lengths: c.Lengths, x: c.X}
	for k, w := range c.Weights {
		d := refDirection{backwards: k == 1, h0: c.H0[k]}
		d.cell = refCell{gru: c.Cell == "gru", input: c.Input, hidden: c.Hidden, kernel: c.kernel(w), bias: c.bias(w, false)}
		if c.C0 != nil {
			d.c0 = c.C0[k]
		}
		l.directions = append(l.directions, d)
	}
	return l
}

// expected are PyTorch's results, in the order of ours.
func (c torchCase) expected() (names []string, values [][]float64) {
	add := func(name string, v []float64) { names, values = append(names, name), append(values, v) }
	add("outputs", c.Outputs)
	for k := range c.Weights {
		add("h_n", c.HN[k])
		if c.CN != nil {
			add("c_n", c.CN[k])
		}
	}
	add("gradient of x", c.Gradients.X)
	for k, w := range c.Gradients.Weights {
		add("gradient of the kernel", c.kernel(w))
		add("gradient of the bias", c.bias(w, true))
		add("gradient of h0", c.Gradients.H0[k])
		if c.CN != nil {
			add("gradient of c0", c.Gradients.C0[k])
		}
	}
	return names, values
}

// TestLayerAgreesWithPyTorch compares outputs, final states and all gradients
// with those of PyTorch, of packed sequences too. Here the padding is NaN.
func TestLayerAgreesWithPyTorch(t *testing.T) {
	content, err := os.ReadFile("testdata/pytorch.json")
	if err != nil {
		t.Fatal(err)
	}
	var fixture struct{ Cases []torchCase }
	if err := json.Unmarshal(content, &fixture); err != nil {
		t.Fatal(err)
	}
	if len(fixture.Cases) != 8 {
		t.Fatalf("%d cases, want 8", len(fixture.Cases))
	}
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		for _, c := range fixture.Cases {
			t.Run(c.Name, func(t *testing.T) {
				got := runGraph(b, dtypes.Float64, c.layer(), c.graph)
				names, want := c.expected()
				if len(got) != len(want) {
					t.Fatalf("%d results, want %d", len(got), len(want))
				}
				for k := range want {
					near(t, names[k], got[k], want[k], 1e-13)
				}
			})
		}
	})
}

// graph returns what PyTorch computed.
func (c torchCase) graph(nodes []*Node) []*Node {
	o := c.layer().outputs(nodes, true)
	results := []*Node{o.All()}
	factors := slices.Concat(c.Coefficients.Outputs)
	for k, s := range o.FinalStates() {
		results = append(results, s.nodes()...)
		factors = append(factors, c.Coefficients.HN[k]...)
		if s.C != nil {
			factors = append(factors, c.Coefficients.CN[k]...)
		}
	}
	var flat []*Node
	for _, r := range results {
		flat = append(flat, Reshape(r, -1))
	}
	joined := Concatenate(flat, 0)
	return append(results, Gradient(ReduceAllSum(Mul(joined, constant(joined, factors))), nodes...)...)
}
