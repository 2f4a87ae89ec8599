package birnn

import (
	"fmt"
	"iter"
	"math"
)

// check returns an error if x is not [n, Timesteps, NumInput] for the n
// classes in y, or holds something that cannot be learned from.
func (m *Model) check(method string, x []float32, y []int32) error {
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

// checkSequences returns an error if x is not n finite sequences.
func (m *Model) checkSequences(method string, x []float32, n int) error {
	if n == 0 {
		return fmt.Errorf("birnn: %s: there are no sequences", method)
	}
	if width := m.cfg.Timesteps * m.cfg.NumInput; len(x)%width != 0 || len(x)/width != n {
		return fmt.Errorf("birnn: %s: x has %d values; for %d sequences it takes %d times Timesteps %d times NumInput %d",
			method, len(x), n, n, m.cfg.Timesteps, m.cfg.NumInput)
	}
	if k := indexNotFinite(x); k >= 0 {
		return fmt.Errorf("birnn: %s: x[%d] is %v; it must be a finite number", method, k, x[k])
	}
	return nil
}

// indexNotFinite returns the index of the first value that is NaN or infinite, or -1.
func indexNotFinite(values []float32) int {
	for k, v := range values {
		if !isFinite(float64(v)) {
			return k
		}
	}
	return -1
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// chunkSizes are the sizes of batch that evaluation and prediction run. A
// program is compiled for each, so there are few. Larger chunks were slower, for
// want of cache; smaller ones too, for want of work.
var chunkSizes = []int{1000, 100, 10, 1}

// chunks cuts n sequences into runs of these sizes, largest first, and yields
// the start and size of each. No sequence is left out or counted twice.
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
