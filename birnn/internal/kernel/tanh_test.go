package kernel

import (
	"math"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/longtest"
)

// maxTanhULP is the largest error of any implementation's tanh, in units in the
// last place of the result; the run over all numbers found 5.24, at 5.4195466.
const maxTanhULP = 5.25

// TestTanh compares the implementations with math.Tanh over all numbers of
// float32 with -long, and else over one in 1,021 and some that matter. The
// result must be odd, within ±1, and have an error of at most maxTanhULP.
func TestTanh(t *testing.T) {
	stride := uint64(longtest.Rounds(1021, 1))
	each(t, func(t *testing.T, i Implementation) {
		worst, at := tanhError(t, i, 0, 0x7f800001, stride)
		for _, x := range []float32{1e-38, 1e-4, 0.5, 0.625, 1, 5.4195466, 7.056, 8, 9, 9.01, 9.02, 9.03, 10, 100, math.MaxFloat32} {
			first := uint64(math.Float32bits(x)) - 2000
			if e, x := tanhError(t, i, first, min(first+4000, 0x7f800001), 1); e > worst {
				worst, at = e, x
			}
		}
		tanhError(t, i, 0, 2000, 1)
		t.Logf("largest error %.2f units in the last place, at %v", worst, at)
		if worst > maxTanhULP {
			t.Errorf("the error at %v is %.2f units in the last place; at most %v are allowed", at, worst, maxTanhULP)
		}
	})
}

// tanhError returns the largest error over the positive numbers whose bits are
// first, first+stride, ... below end, and where it occurs.
func tanhError(t *testing.T, i Implementation, first, end, stride uint64) (worst float64, at float32) {
	const chunk = 1 << 12
	x, y, negative := make([]float32, 0, chunk), make([]float32, chunk), make([]float32, chunk)
	for bits := first; bits < end; {
		for x = x[:0]; len(x) < chunk && bits < end; bits += stride {
			x = append(x, math.Float32frombits(uint32(bits)))
		}
		i.Tanh(y, x)
		for k := range x {
			negative[k] = -x[k]
		}
		i.Tanh(negative, negative[:len(x)])
		for k, x := range x {
			if math.Float32bits(negative[k]) != math.Float32bits(-y[k]) {
				t.Fatalf("tanh(%v) is %v, but tanh(%v) is %v", x, y[k], -x, negative[k])
			}
			if !(y[k] <= 1) {
				t.Fatalf("tanh(%v) is %v", x, y[k])
			}
			want := exactTanh(float64(x))
			if e := math.Abs(float64(y[k])-want) / ulp(want); e > worst {
				worst, at = e, x
			}
		}
	}
	return worst, at
}

// exactTanh returns tanh(x) for x ≥ 0 in float64, fast where that is easy.
func exactTanh(x float64) float64 {
	switch {
	case x < 1e-3:
		return x * (1 - x*x/3)
	case x > 20:
		return 1
	}
	return math.Tanh(x)
}

// ulp returns the distance of the numbers of float32 at y, 0 ≤ y ≤ 1.
func ulp(y float64) float64 {
	_, exponent := math.Frexp(y)
	return math.Ldexp(1, max(exponent, -125)-24)
}

func TestSpecialTanh(t *testing.T) {
	inf := float32(math.Inf(1))
	each(t, func(t *testing.T, i Implementation) {
		x := []float32{0, float32(math.Copysign(0, -1)), inf, -inf, float32(math.NaN()), 9.1, -20, math.MaxFloat32, math.SmallestNonzeroFloat32}
		want := []float32{0, x[1], 1, -1, x[4], 1, -1, 1, math.SmallestNonzeroFloat32}
		y := make([]float32, len(x))
		i.Tanh(y, x)
		for k := range x {
			if math.Float32bits(y[k]) != math.Float32bits(want[k]) && !(want[k] != want[k] && y[k] != y[k]) {
				t.Errorf("tanh(%v) is %v, want %v", x[k], y[k], want[k])
			}
		}
	})
}
