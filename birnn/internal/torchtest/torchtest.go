// Package torchtest reads what PyTorch computed, for the tests of package rnn and
// of the kernels.
package torchtest

import (
	"encoding/json"
	"os"
	"testing"
)

// Cases returns the cases in a file.
func Cases(t *testing.T, file string) []Case {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var fixture struct{ Cases []Case }
	if err := json.Unmarshal(content, &fixture); err != nil {
		t.Fatal(err)
	}
	return fixture.Cases
}

// Case is a case of rnn's testdata/pytorch.json; pytorch.py beside it describes
// it. Outer slices have one element for each direction.
type Case struct {
	Name, Cell                 string
	Bidirectional              bool
	Batch, Time, Input, Hidden int
	Lengths                    []int32
	X                          []float64
	Weights                    []Weights
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
		Weights []Weights
	}
}

// Weights have one row for each unit of a gate; PyTorch's order of the
// gates is i, f, j, o for LSTM and r, z, n for GRU.
type Weights struct {
	WeightIH []float64 `json:"weight_ih"` // [gates*hidden, input]
	WeightHH []float64 `json:"weight_hh"` // [gates*hidden, hidden]
	BiasIH   []float64 `json:"bias_ih"`
	BiasHH   []float64 `json:"bias_hh"`
}

// gateOrder gives PyTorch's number of each of our gates.
func (c Case) gateOrder() []int {
	if c.Cell == "gru" {
		return []int{0, 1, 2}
	}
	return []int{0, 2, 1, 3}
}

// Kernel returns the weights as our kernel, [input+hidden, gates*hidden].
func (c Case) Kernel(w Weights) (kernel []float64) {
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

// Bias returns the biases as our bias, [4*hidden]. The two of a gate are added
// up, except for the candidate of a GRU, and except for gradients, which are
// equal.
func (c Case) Bias(w Weights, gradient bool) (bias []float64) {
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
