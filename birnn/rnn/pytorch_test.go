package rnn

import (
	"slices"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"
	"github.com/easy-gomlx/tutorials/birnn/internal/torchtest"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

type torchCase struct{ torchtest.Case }

// layer returns the case's layer.
func (c torchCase) layer() *refLayer {
	l := &refLayer{batch: c.Batch, time: c.Time, lengths: c.Lengths, x: c.X}
	for k, w := range c.Weights {
		d := refDirection{backwards: k == 1, h0: c.H0[k]}
		d.cell = refCell{gru: c.Cell == "gru", input: c.Input, hidden: c.Hidden, kernel: c.Kernel(w), bias: c.Bias(w, false)}
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
		add("gradient of the kernel", c.Kernel(w))
		add("gradient of the bias", c.Bias(w, true))
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
	cases := torchtest.Cases(t, "testdata/pytorch.json")
	if len(cases) != 8 {
		t.Fatalf("%d cases, want 8", len(cases))
	}
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		for _, c := range cases {
			c := torchCase{c}
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
