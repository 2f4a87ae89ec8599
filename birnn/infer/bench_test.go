package infer_test

import (
	"testing"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"
)

// BenchmarkPredict measures networks of the tutorial's size: one image, 10,000
// images, and one row of a stream.
func BenchmarkPredict(b *testing.B) {
	for _, readout := range readouts {
		cfg := birnn.DefaultConfig()
		cfg.Readout = readout
		n := network(b, newModel(b, backendtest.Go(b), cfg))
		x := random(10_000 * 784)
		b.Run(readout.String()+"/one", func(b *testing.B) {
			for b.Loop() {
				n.Predict(x[:784])
			}
		})
		b.Run(readout.String()+"/10000", func(b *testing.B) {
			for b.Loop() {
				n.PredictBatch(x)
			}
		})
	}
	n := network(b, newModel(b, backendtest.Go(b), birnn.DefaultConfig()))
	stream, row := n.Stream(), random(28)
	b.Run("Push", func(b *testing.B) {
		for b.Loop() {
			stream.Push(row)
		}
	})
}
