//go:build !race

package infer_test

import (
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"
)

// TestPredictAllocatesItsResult does not run under the race detector, which
// makes sync.Pool lose memory at random.
func TestPredictAllocatesItsResult(t *testing.T) {
	for _, readout := range readouts {
		n := network(t, newModel(t, backendtest.Go(t), config(28, 28, 32, 10, readout)))
		x := random(784)
		predict := func() {
			if _, err := n.Predict(x); err != nil {
				t.Fatal(err)
			}
		}
		if allocs := testing.AllocsPerRun(100, predict); allocs != 1 {
			t.Errorf("%v: Predict allocates %v times, want once", readout, allocs)
		}
	}
}
