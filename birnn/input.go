package birnn

import (
	"fmt"
	"iter"
	"math"
)

// check returns an error unless x is [n, Timesteps, NumInput] for the n classes
// in y, n is at least 1, and all values are valid.
func (m *Model) check(method string, x []float32, y []int32) error {
	if len(y) == 0 {
		return fmt.Errorf("birnn: %s: there are no sequences", method)
	}
	if err := m.checkSequences(method, x, len(y)); err != nil {
		return err
	}
	for k, class := range y {
		if class < 0 || int(class) >= m.cfg.NumClasses {
			return fmt.Errorf("birnn: %s: y[%d] is %d; the classes are 0 to %d", method, k, class, m.cfg.NumClasses-1)
		}
	}
	return nil
}

// checkSequences returns an error unless x is n finite sequences.
func (m *Model) checkSequences(method string, x []float32, n int) error {
	if width := m.cfg.Timesteps * m.cfg.NumInput; len(x)%width != 0 || len(x)/width != n {
		return fmt.Errorf("birnn: %s: x has %d values; %d sequences are %d times Timesteps %d times NumInput %d",
			method, len(x), n, n, m.cfg.Timesteps, m.cfg.NumInput)
	}
	if k := indexNotFinite(x); k >= 0 {
		return fmt.Errorf("birnn: %s: x[%d] is %v; want a finite number", method, k, x[k])
	}
	return nil
}

// indexNotFinite returns the index of the first value that is NaN or infinite, or -1.
func indexNotFinite(values []float32) int {
	for k, v := range values {
		if v-v != 0 { // v is infinite or NaN
			return k
		}
	}
	return -1
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// chunkSizes are the batch sizes of evaluation and prediction. A program is
// compiled for each, so there are few. Larger and smaller chunks were slower.
var chunkSizes = []int{1000, 100, 10, 1}

// chunks splits n sequences into chunks of these sizes, largest first, and yields
// the start and size of each. None is left out or counted twice.
func (m *Model) chunks(n int) iter.Seq2[int, int] {
	// The pre-activations of a chunk, [time, size, 4*hidden], stay below 256 MiB.
	most := 1 << 26 / (m.cfg.Timesteps * 4 * m.cfg.NumHidden)
	return func(yield func(start, size int) bool) {
		start := 0
		for _, size := range chunkSizes {
			if size > most && size > 1 {
				continue
			}
			for ; start+size <= n; start += size {
				if !yield(start, size) {
					return
				}
			}
		}
	}
}
