package kernel

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
)

// The benchmarks run at the size of the tutorial.
var tutorial = Sizes{Batch: 100, Time: 28, Input: 28, Hidden: 128}

// BenchmarkPredict computes the last hidden state alone.
func BenchmarkPredict(b *testing.B) {
	f := float32Forward(newForward(rand.New(rand.NewPCG(1, 1)), tutorial, variant{}))
	f.CLast, f.H, f.U, f.C = nil, nil, nil, nil
	benchmark(b, forwardProducts(), func(i Implementation) error { return i.Forward(f) })
}

// BenchmarkForward computes what a training step needs.
func BenchmarkForward(b *testing.B) {
	f := float32Forward(newForward(rand.New(rand.NewPCG(1, 1)), tutorial, variant{}))
	f.CLast = nil
	benchmark(b, forwardProducts(), func(i Implementation) error { return i.Forward(f) })
}

// BenchmarkBackward computes the gradients of kernel and bias.
func BenchmarkBackward(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	p := float32Backward(newBackward(rng, newForward(rng, tutorial, variant{})))
	p.DCLast, p.DHAll, p.DX, p.DH0, p.DC0 = nil, nil, nil, nil, nil
	throughHidden := tutorial.Batch * tutorial.Time * tutorial.Hidden * 4 * tutorial.Hidden
	benchmark(b, forwardProducts()+throughHidden, func(i Implementation) error { return i.Backward(p) })
}

// BenchmarkLayer computes the last state with packed weights, of one sequence and
// of a batch.
func BenchmarkLayer(b *testing.B) {
	for _, batch := range []int{1, 25} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			s := tutorial
			s.Batch = batch
			f := float32Forward(newForward(rand.New(rand.NewPCG(1, 1)), s, variant{}))
			r := Run{Batch: batch, Time: s.Time, Steps: s.Time, X: f.X, H: f.HLast, C: f.CLast}
			layers := map[string]*Layer{}
			benchmark(b, forwardProducts()*batch/tutorial.Batch, func(i Implementation) (err error) {
				if layers[i.Name] == nil {
					layers[i.Name], err = i.NewLayer(s.Input, s.Hidden, f.Kernel, f.Bias)
				}
				return errors.Join(err, layers[i.Name].Run(r))
			})
		})
	}
}

// forwardProducts is the number of products of two numbers in a forward pass.
func forwardProducts() int {
	return tutorial.Batch * tutorial.Time * (tutorial.Input + tutorial.Hidden) * 4 * tutorial.Hidden
}

// benchmark runs the pass with every implementation. A product and its addition
// to a sum are two operations.
func benchmark(b *testing.B, products int, pass func(i Implementation) error) {
	for _, i := range All() {
		b.Run(i.Name, func(b *testing.B) {
			if !i.Supported() {
				b.Skipf("%s needs a processor with %s", i.Name, i.Needs)
			}
			for b.Loop() {
				run(b, pass(i))
			}
			b.ReportMetric(2*float64(products)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
