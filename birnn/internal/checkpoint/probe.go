package checkpoint

import "math"

// ProbeSequence returns the n numbers of a sequence with which a program checks
// that it computes what the program computed that saved a checkpoint.
func ProbeSequence(n int) []float32 {
	x := make([]float32, n)
	for k := range x {
		x[k] = float32(math.Sin(float64(k+1) * 0.7))
	}
	return x
}
