package plotting

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/easy-gomlx/tutorials/birnn/history"
)

// checkSeries checks the series of the given name.
func checkSeries(name string, s history.Series) error {
	if len(s.Loss) != len(s.Steps) || len(s.Accuracy) != len(s.Steps) {
		return fmt.Errorf("plotting: %s has %d Steps, %d Loss and %d Accuracy values; the numbers must be equal",
			name, len(s.Steps), len(s.Loss), len(s.Accuracy))
	}
	for i, step := range s.Steps {
		if step < 0 {
			return fmt.Errorf("plotting: %s.Steps[%d] is %d; steps must not be negative", name, i, step)
		}
		if i > 0 && step <= s.Steps[i-1] {
			return fmt.Errorf("plotting: %s.Steps[%d] is %d after %d; steps must be in ascending order",
				name, i, step, s.Steps[i-1])
		}
		if a := s.Accuracy[i]; finite(a) && (a < 0 || a > 1) {
			return fmt.Errorf("plotting: %s.Accuracy[%d] is %v; an accuracy must be between 0 and 1", name, i, a)
		}
	}
	return nil
}

// smoothed returns the moving mean, over radius values on either side and fewer at the ends. Values
// that are not finite stay as they are, and no mean includes them.
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

// finite also reports false for numbers so large that differences between them could overflow.
func finite(v float64) bool { return math.Abs(v) <= 1e30 }

type xy struct{ x, y float64 }

// segments returns the line through the values, split where a value is not finite.
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

// columns splits a line into columns of the given width.
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

// thinned keeps the lowest and the highest point of each column: a long line is then quick to draw,
// and looks the same.
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
