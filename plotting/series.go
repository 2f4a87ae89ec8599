package plotting

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"
)

// Series is loss and accuracy over training steps: three slices of the same length.
//
// Steps must grow from each entry to the next. Accuracy is a fraction between 0 and 1. Where a value
// is not finite, or beyond ±1e30 (training can diverge), the curve has a gap.
type Series struct {
	Steps          []int
	Loss, Accuracy []float64
}

func (s Series) check(name string) error {
	if len(s.Loss) != len(s.Steps) || len(s.Accuracy) != len(s.Steps) {
		return fmt.Errorf("plotting: %s has %d Steps, %d Loss and %d Accuracy values; record all three at each step",
			name, len(s.Steps), len(s.Loss), len(s.Accuracy))
	}
	for i, step := range s.Steps {
		if step < 0 {
			return fmt.Errorf("plotting: %s.Steps[%d] is %d; steps count from 0", name, i, step)
		}
		if i > 0 && step <= s.Steps[i-1] {
			return fmt.Errorf("plotting: %s.Steps[%d] is %d after %d; each step must be greater than the one before",
				name, i, step, s.Steps[i-1])
		}
		if a := s.Accuracy[i]; finite(a) && (a < 0 || a > 1) {
			return fmt.Errorf("plotting: %s.Accuracy[%d] is %v; give a fraction between 0 and 1", name, i, a)
		}
	}
	return nil
}

// smoothed returns the mean over the nearest values, radius on either side and fewer at the ends.
// What is not finite stays as it is and counts in no mean.
func smoothed(values []float64, radius int) []float64 {
	sums, counts := make([]float64, len(values)+1), make([]int, len(values)+1)
	for i, v := range values {
		sums[i+1], counts[i+1] = sums[i], counts[i]
		if finite(v) {
			sums[i+1], counts[i+1] = sums[i]+v, counts[i]+1
		}
	}
	means := make([]float64, len(values))
	for i, v := range values {
		from, to := max(0, i-radius), min(len(values), i+radius+1)
		means[i] = v
		if finite(v) {
			means[i] = (sums[to] - sums[from]) / float64(counts[to]-counts[from])
		}
	}
	return means
}

// finite also leaves out numbers so large that differences between them could overflow.
func finite(v float64) bool { return math.Abs(v) <= 1e30 }

type xy struct{ x, y float64 }

// segments joins steps and values to lines that end where a value is not finite.
func segments(steps []int, values []float64) [][]xy {
	var lines [][]xy
	joined := false
	for i, v := range values {
		if !finite(v) {
			joined = false
			continue
		}
		if !joined {
			lines = append(lines, nil)
			joined = true
		}
		last := &lines[len(lines)-1]
		*last = append(*last, xy{float64(steps[i]), v})
	}
	return lines
}

// columns cuts a line into the stretches that fall into the same multiple of width.
func columns(line []xy, width float64) iter.Seq[[]xy] {
	return func(yield func([]xy) bool) {
		for from := 0; from < len(line); {
			column, to := math.Floor(line[from].x/width), from+1
			for to < len(line) && math.Floor(line[to].x/width) == column {
				to++
			}
			if !yield(line[from:to]) {
				return
			}
			from = to
		}
	}
}

// spread returns the lowest and the highest of some points.
func spread(points []xy) (low, high xy) {
	byHeight := func(a, b xy) int { return cmp.Compare(a.y, b.y) }
	return slices.MinFunc(points, byHeight), slices.MaxFunc(points, byHeight)
}

// thinned keeps the lowest and the highest point of each column, so that a long line is quick to
// draw and looks the same.
func thinned(line []xy, width float64) []xy {
	var kept []xy
	for column := range columns(line, width) {
		low, high := spread(column)
		if low.x > high.x {
			low, high = high, low
		}
		kept = append(kept, low)
		if high != low {
			kept = append(kept, high)
		}
	}
	return kept
}
