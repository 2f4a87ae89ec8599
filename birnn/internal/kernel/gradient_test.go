package kernel

import (
	"math/rand/v2"
	"testing"
)

// TestFiniteDifferences compares the gradients of the plain implementation with
// differences of a number that depends on all states, in float64.
func TestFiniteDifferences(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	for _, s := range []Sizes{{2, 3, 2, 3}, {1, 1, 1, 1}, {3, 4, 3, 2}} {
		for _, v := range variants() {
			f := newForward(rng, s, v)
			if f.H0 == nil {
				f.H0, f.C0 = make([]float64, s.Batch*s.Hidden), make([]float64, s.Batch*s.Hidden)
			}
			b := newBackward(rng, f)
			b.U, b.C, b.H = f.U, f.C, f.H // not rounded
			plainBackward(b)
			for _, g := range []struct {
				name             string
				values, gradient []float64
			}{{"Kernel", f.Kernel, b.DKernel}, {"Bias", f.Bias, b.DBias}, {"X", f.X, b.DX}, {"H0", f.H0, b.DH0}, {"C0", f.C0, b.DC0}} {
				want := make([]float64, len(g.values))
				for k := range want {
					want[k] = difference(f, b, &g.values[k])
				}
				near(t, "gradient of "+g.name, g.gradient, want, 1e-9)
			}
			if t.Failed() {
				t.Fatalf("sizes: %s; %+v", s, v)
			}
		}
	}
}

// difference returns the slope, with respect to the value, of the number whose
// gradients with respect to the states are those in b.
func difference(f *ForwardPass[float64], b *BackwardPass[float64], value *float64) float64 {
	const step = 1e-5
	at := func(v float64) float64 {
		*value = v
		g := *f
		g.H, g.U, g.C = make([]float64, len(f.H)), nil, nil
		g.HLast, g.CLast = make([]float64, len(f.HLast)), make([]float64, len(f.CLast))
		plainForward(&g)
		return dot(b.DHLast, g.HLast) + dot(b.DCLast, g.CLast) + dot(b.DHAll, g.H[f.Batch*f.Hidden:])
	}
	old := *value
	slope := (at(old+step) - at(old-step)) / (2 * step)
	*value = old
	return slope
}
