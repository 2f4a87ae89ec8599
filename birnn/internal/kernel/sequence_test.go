package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSequencesAreIndependent verifies that a sequence has the same results in
// a batch as alone, bit for bit, and that a second run has those of the first.
func TestSequencesAreIndependent(t *testing.T) {
	each(t, func(t *testing.T, i Implementation) {
		rng := rand.New(rand.NewPCG(5, 6))
		for _, s := range []Sizes{{1, 2, 3, 5}, {6, 3, 5, 19}, {14, 2, 1, 33}, {53, 3, 9, 17}, {2, 50, 3, 18}} {
			for _, v := range variants() {
				oracle := newForward(rng, s, v)
				batch, again := float32Forward(oracle), float32Forward(oracle)
				run(t, i.Forward(batch), i.Forward(again))
				same(t, "second run", again.fields(), batch.fields())
				for n := range s.Batch {
					alone := sequence(batch, n)
					for _, field := range alone.fields() {
						if field.result {
							fill(*field.values, float32(math.NaN()))
						}
					}
					run(t, i.Forward(alone))
					want := sequence(batch, n)
					setMasked(alone.U, alone, 0)
					setMasked(want.U, want, 0)
					same(t, "sequence alone", alone.fields(), want.fields())
				}
				b := newBackward(rng, oracle)
				first, second := float32Backward(b), float32Backward(b)
				run(t, i.Backward(first), i.Backward(second))
				same(t, "second run backward", second.fields(), first.fields())
			}
		}
	})
}

// sequence returns sequence n of the batch as a batch of one.
func sequence(f *Forward, n int) *Forward {
	one := *f
	one.Batch = 1
	stacked := map[string]int{"H": f.Time + 1, "U": f.Time, "C": f.Time}
	for _, field := range one.fields() {
		if field.name == "Kernel" || field.name == "Bias" || *field.values == nil {
			continue
		}
		steps := max(1, stacked[field.name])
		size := field.length / steps
		var own []float32
		for t := range steps {
			own = append(own, row(*field.values, t*f.Batch+n, size)...)
		}
		*field.values = own
	}
	if f.Mask != nil {
		one.Mask = slices.Clone(f.Mask[n*f.Time : (n+1)*f.Time])
	}
	return &one
}

// TestNaNStaysInItsSequence verifies that a NaN or an infinity in one sequence
// leaves all results of the others as they are.
func TestNaNStaysInItsSequence(t *testing.T) {
	each(t, func(t *testing.T, i Implementation) {
		rng := rand.New(rand.NewPCG(7, 8))
		for _, s := range []Sizes{{2, 3, 1, 1}, {7, 3, 5, 19}, {27, 2, 9, 33}} {
			for _, v := range variants() {
				oracle := newForward(rng, s, v)
				oracleBackward := newBackward(rng, oracle)
				clean, cleanBackward := float32Forward(oracle), float32Backward(oracleBackward)
				run(t, i.Forward(clean), i.Backward(cleanBackward))
				for _, value := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
					bad := rng.IntN(s.Batch)
					f, b := float32Forward(oracle), float32Backward(oracleBackward)
					f.X[(bad*s.Time+rng.IntN(s.Time))*s.Input+rng.IntN(s.Input)] = float32(value)
					b.DHLast[bad*s.Hidden+rng.IntN(s.Hidden)] = float32(value)
					b.DKernel, b.DBias = nil, nil // sums over all sequences
					run(t, i.Forward(f), i.Backward(b))
					for n := range s.Batch {
						if n != bad {
							same(t, "forward", sequence(f, n).fields(), sequence(clean, n).fields())
							sameGradients(t, b, cleanBackward, n)
						}
					}
				}
			}
		}
	})
}

// sameGradients compares the gradients of sequence n.
func sameGradients(t *testing.T, got, want *Backward, n int) {
	t.Helper()
	steps := got.Time * got.Input
	if !equalBits(row(got.DX, n, steps), row(want.DX, n, steps)) ||
		!equalBits(row(got.DH0, n, got.Hidden), row(want.DH0, n, got.Hidden)) ||
		!equalBits(row(got.DC0, n, got.Hidden), row(want.DC0, n, got.Hidden)) {
		t.Errorf("a gradient of sequence %d is not the same", n)
	}
}

// TestNaNReachesItsSequence verifies that a NaN is not lost on the way.
func TestNaNReachesItsSequence(t *testing.T) {
	each(t, func(t *testing.T, i Implementation) {
		f := float32Forward(newForward(rand.New(rand.NewPCG(9, 10)), Sizes{7, 3, 5, 19}, variant{}))
		f.X[2*3*5] = float32(math.NaN())
		run(t, i.Forward(f))
		for _, h := range row(f.HLast, 2, f.Hidden) {
			if h == h {
				t.Fatalf("the hidden state after a NaN is %v", h)
			}
		}
	})
}

// TestMaskedInput verifies that X may hold anything where the mask is false.
func TestMaskedInput(t *testing.T) {
	each(t, func(t *testing.T, i Implementation) {
		rng := rand.New(rand.NewPCG(11, 12))
		for _, s := range oddSizes {
			oracle := newForward(rng, s, variant{masked: true, stateful: true})
			want, got := float32Forward(oracle), float32Forward(oracle)
			for at, read := range got.Mask {
				if !read {
					fill(row(got.X, at, s.Input), float32(math.NaN()))
				}
			}
			run(t, i.Forward(want), i.Forward(got))
			want.U, got.U = nil, nil
			same(t, "forward", got.fields(), want.fields())
		}
	})
}

// TestSaturation verifies that large pre-activations give gates of exactly ±1,
// and gradients that are 0 and not NaN.
func TestSaturation(t *testing.T) {
	each(t, func(t *testing.T, i Implementation) {
		for _, x := range []float32{20, 1e10, -1e30, math.MaxFloat32, float32(math.Inf(-1))} {
			oracle := newForward(rand.New(rand.NewPCG(13, 14)), Sizes{3, 2, 1, 19}, variant{stateful: true})
			f := float32Forward(oracle)
			fill(f.X, x)
			for k := range f.Kernel[:4*f.Hidden] {
				f.Kernel[k] = float32(2 + k%5 - 8*(k%2)) // none is near 0
			}
			run(t, i.Forward(f))
			for k, u := range f.U {
				if weight := f.Kernel[k%(4*f.Hidden)]; u != float32(math.Copysign(1, float64(x)*float64(weight))) {
					t.Fatalf("x = %v, weight %v: gate %v", x, weight, u)
				}
			}
			b := float32Backward(newBackward(rand.New(rand.NewPCG(15, 16)), oracle))
			b.Kernel, b.U, b.C, b.H = f.Kernel, f.U, f.C, f.H
			run(t, i.Backward(b))
			for k, d := range slices.Concat(b.DKernel, b.DBias, b.DX, b.DH0) {
				if d != 0 {
					t.Fatalf("x = %v: gradient %d is %v, want 0", x, k, d)
				}
			}
		}
	})
}
