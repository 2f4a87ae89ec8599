package birnn

import (
	"testing"

	"github.com/gomlx/go-xla/pjrt"
)

// TestBuffersStayFlat holds that steps leave no device buffers behind, on one
// device (a batch of 3) and shared out over two (a batch of 4).
func TestBuffersStayFlat(t *testing.T) {
	m := newOnDevices(t, needXLA(t), tinyConfig(), 2)
	for _, n := range []int{3, 4} {
		e := tinyExamples(n)
		run := func(times int) int64 {
			for range times {
				if _, _, err := m.TrainStep(e.X, e.Y); err != nil {
					t.Fatal(err)
				}
				if _, err := m.Predict(e.X); err != nil {
					t.Fatal(err)
				}
			}
			return pjrt.BuffersAlive()
		}
		if before, after := run(5), run(50); after > before {
			t.Errorf("batch of %d: %d buffers are alive after 5 steps, %d after 50 more", n, before, after)
		}
	}
}
