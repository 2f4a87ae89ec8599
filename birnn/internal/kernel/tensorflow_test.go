package kernel

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
)

// tfWeights are weights, or their gradients, of a network of TensorFlow.
type tfWeights struct {
	ForwardKernel  []float32 `json:"forward_kernel"`
	ForwardBias    []float32 `json:"forward_bias"`
	BackwardKernel []float32 `json:"backward_kernel"`
	BackwardBias   []float32 `json:"backward_bias"`
	W              []float32 `json:"W"` // [2*hidden, classes]
	B              []float32 `json:"b"` // [classes]
}

// tfCase is the part that concerns kernels of a network in birnn's
// testdata/tensorflow.json; tensorflow.py beside it describes the file.
type tfCase struct {
	Name          string
	Input         int     `json:"num_input"`
	Time          int     `json:"timesteps"`
	Hidden        int     `json:"num_hidden"`
	Classes       int     `json:"num_classes"`
	Batch         int     `json:"batch"`
	ForgetBias    float32 `json:"forget_bias"`
	Readout       string
	X             []float32
	Y             []int
	Initial       tfWeights
	Probabilities []float32
	Gradients     tfWeights
}

// TestTensorFlow compares the probabilities of a network of two directions, and
// the gradients of its kernels and biases, with those of TensorFlow in float32.
func TestTensorFlow(t *testing.T) {
	content, err := os.ReadFile("../../testdata/tensorflow.json")
	if err != nil {
		t.Fatal(err)
	}
	var fixture struct{ Cases []tfCase }
	if err := json.Unmarshal(content, &fixture); err != nil {
		t.Fatal(err)
	}
	if len(fixture.Cases) < 8 {
		t.Fatalf("the fixture has %d cases, want at least 8", len(fixture.Cases))
	}
	each(t, func(t *testing.T, i Implementation) {
		for _, c := range fixture.Cases {
			t.Run(c.Name, func(t *testing.T) { c.compare(t, i) })
		}
	})
}

func (c tfCase) compare(t *testing.T, i Implementation) {
	const tolerance = 2e-6
	forward, backward := c.forward(false), c.forward(true)
	run(t, i.Forward(forward), i.Forward(backward))
	w, g := c.Initial.W, c.Gradients
	half := c.Hidden * c.Classes
	probabilities := make([]float32, c.Batch*c.Classes)
	dForward, dBackward := c.backward(forward), c.backward(backward)
	for n := range c.Batch {
		p := row(probabilities, n, c.Classes)
		copy(p, c.Initial.B)
		for k := range c.Hidden {
			addScaled(p, c.read(forward, n)[k], row(w, k, c.Classes))
			addScaled(p, c.read(backward, n)[k], row(w, c.Hidden+k, c.Classes))
		}
		softmax(p)
		dLogits := slices.Clone(p)
		dLogits[c.Y[n]]-- // of the cross-entropy, whose mean is the loss
		for k := range c.Hidden {
			c.readGradient(dForward, n)[k] = dot(dLogits, row(w[:half], k, c.Classes)) / float32(c.Batch)
			c.readGradient(dBackward, n)[k] = dot(dLogits, row(w[half:], k, c.Classes)) / float32(c.Batch)
		}
	}
	near(t, "probabilities", probabilities, c.Probabilities, tolerance)
	run(t, i.Backward(dForward), i.Backward(dBackward))
	near(t, "gradient of the forward kernel", dForward.DKernel, g.ForwardKernel, tolerance)
	near(t, "gradient of the forward bias", dForward.DBias, g.ForwardBias, tolerance)
	near(t, "gradient of the backward kernel", dBackward.DKernel, g.BackwardKernel, tolerance)
	near(t, "gradient of the backward bias", dBackward.DBias, g.BackwardBias, tolerance)
}

// forward returns the pass of a direction, with the forget bias in the bias.
func (c tfCase) forward(reversed bool) *Forward {
	f := &Forward{Sizes: Sizes{c.Batch, c.Time, c.Input, c.Hidden}, Reversed: reversed}
	for _, field := range f.fields() {
		*field.values = make([]float32, field.length)
	}
	f.X, f.Kernel, f.H0, f.C0 = c.X, c.Initial.ForwardKernel, nil, nil
	copy(f.Bias, c.Initial.ForwardBias)
	if reversed {
		f.Kernel = c.Initial.BackwardKernel
		copy(f.Bias, c.Initial.BackwardBias)
	}
	for k := range c.Hidden {
		f.Bias[2*c.Hidden+k] += c.ForgetBias
	}
	return f
}

// backward returns the backward pass of f, with gradients of zero.
func (c tfCase) backward(f *Forward) *Backward {
	b := &Backward{Sizes: f.Sizes, Reversed: f.Reversed}
	for _, field := range b.fields() {
		*field.values = make([]float32, field.length)
	}
	b.X, b.Kernel, b.U, b.C, b.H = f.X, f.Kernel, f.U, f.C, f.H
	return b
}

// read returns the hidden state of sequence n that the network reads: the
// last one, or that at the last time step, which is the first one that the
// reversed direction reads.
func (c tfCase) read(f *Forward, n int) []float32 {
	if f.Reversed && c.Readout == "last_output" {
		return row(f.H, c.Batch+n, c.Hidden)
	}
	return row(f.HLast, n, c.Hidden)
}

// readGradient returns where the gradient of what read returns belongs.
func (c tfCase) readGradient(b *Backward, n int) []float32 {
	if b.Reversed && c.Readout == "last_output" {
		return row(b.DHAll, n, c.Hidden)
	}
	return row(b.DHLast, n, c.Hidden)
}

func softmax(p []float32) {
	sum := 0.0
	for _, logit := range p {
		sum += math.Exp(float64(logit))
	}
	for k, logit := range p {
		p[k] = float32(math.Exp(float64(logit)) / sum)
	}
}
