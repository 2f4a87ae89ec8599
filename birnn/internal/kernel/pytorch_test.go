package kernel

import (
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/torchtest"
)

type torchCase struct{ torchtest.Case }

// forward returns the pass of direction k, with all results.
func (c torchCase) forward(k int) *ForwardPass[float64] {
	w := c.Weights[k]
	f := &ForwardPass[float64]{Sizes: Sizes{c.Batch, c.Time, c.Input, c.Hidden}, Reversed: k == 1}
	for _, field := range f.fields() {
		*field.values = make([]float64, field.length)
	}
	f.X, f.Kernel, f.Bias, f.H0, f.C0 = c.X, c.Kernel(w), c.Bias(w, false), c.H0[k], c.C0[k]
	if c.Lengths != nil {
		f.Mask = make([]bool, c.Batch*c.Time)
		for at := range f.Mask {
			f.Mask[at] = at%c.Time < int(c.Lengths[at/c.Time])
		}
	}
	plainForward(f)
	return f
}

// backward returns the backward pass of direction k.
func (c torchCase) backward(k int, f *ForwardPass[float64]) *BackwardPass[float64] {
	b := &BackwardPass[float64]{Sizes: f.Sizes, Reversed: f.Reversed, Mask: f.Mask}
	for _, field := range b.fields() {
		*field.values = make([]float64, field.length)
	}
	b.X, b.Kernel, b.U, b.C, b.H = f.X, f.Kernel, f.U, f.C, f.H
	b.DHLast, b.DCLast = c.Coefficients.HN[k], c.Coefficients.CN[k]
	c.eachOutput(k, f, func(stack, output int) { b.DHAll[stack] = c.Coefficients.Outputs[output] })
	plainBackward(b)
	return b
}

// eachOutput calls do with the places of each number in a stack of direction k
// and in PyTorch's outputs, [batch, time, directions*hidden], without padding.
func (c torchCase) eachOutput(k int, f *ForwardPass[float64], do func(stack, output int)) {
	for n := range c.Batch {
		for t := range c.Time {
			at := f.place(n, t, f.Reversed)
			for unit := range c.Hidden {
				if f.Mask == nil || f.Mask[at] {
					do((t*c.Batch+n)*c.Hidden+unit, (at*len(c.Weights)+k)*c.Hidden+unit)
				}
			}
		}
	}
}

// TestPyTorch compares the plain implementation in float64 with PyTorch.
func TestPyTorch(t *testing.T) {
	tested := 0
	for _, c := range torchtest.Cases(t, "../../rnn/testdata/pytorch.json") {
		if c.Cell == "lstm" {
			tested++
			t.Run(c.Name, torchCase{c}.compare)
		}
	}
	if tested != 4 {
		t.Errorf("%d cases are LSTMs, want 4", tested)
	}
}

func (c torchCase) compare(t *testing.T) {
	const tolerance = 1e-14
	outputs, dx := make([]float64, len(c.Outputs)), make([]float64, len(c.X))
	for k, w := range c.Gradients.Weights {
		f := c.forward(k)
		b := c.backward(k, f)
		c.eachOutput(k, f, func(stack, output int) { outputs[output] = f.H[c.Batch*c.Hidden:][stack] })
		addScaled(dx, 1, b.DX)
		near(t, "h_n", f.HLast, c.HN[k], tolerance)
		near(t, "c_n", f.CLast, c.CN[k], tolerance)
		near(t, "gradient of the kernel", b.DKernel, c.Kernel(w), tolerance)
		near(t, "gradient of the bias", b.DBias, c.Bias(w, true), tolerance)
		near(t, "gradient of h0", b.DH0, c.Gradients.H0[k], tolerance)
		near(t, "gradient of c0", b.DC0, c.Gradients.C0[k], tolerance)
	}
	near(t, "outputs", outputs, c.Outputs, tolerance)
	near(t, "gradient of x", dx, c.Gradients.X, tolerance)
}
