package kernel

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A layerCase is a layer, a run of it, and what that must compute.
type layerCase struct {
	layer *Layer
	run   Run
	h, c  []float64
}

// newLayerCase returns a case with random content. The run reads only some of the
// time steps; the others are NaN. The results are NaN too. Since a layer has no
// mask, v.masked stands for results in place of the initial state.
func newLayerCase(t testing.TB, i Implementation, rng *rand.Rand, s Sizes, v variant) layerCase {
	t.Helper()
	read := s
	read.Time = 1 + rng.IntN(s.Time)
	f := newForward(rng, read, variant{reversed: v.reversed, stateful: v.stateful})
	l, err := i.NewLayer(s.Input, s.Hidden, converted[float32](f.Kernel), converted[float32](f.Bias))
	run(t, err)
	r := Run{
		Batch: s.Batch, Time: s.Time, Steps: read.Time, Reversed: v.reversed,
		X:  slices.Repeat([]float32{float32(math.NaN())}, s.Batch*s.Time*s.Input),
		H0: converted[float32](f.H0), C0: converted[float32](f.C0),
		H: converted[float32](f.HLast), C: converted[float32](f.CLast),
	}
	first := 0
	if v.reversed {
		first = s.Time - read.Time
	}
	for n := range s.Batch {
		copy(row(r.X, n, s.Time*s.Input)[first*s.Input:], converted[float32](row(f.X, n, read.Time*s.Input)))
	}
	fill(r.H, float32(math.NaN()))
	fill(r.C, float32(math.NaN()))
	if v.masked && v.stateful {
		r.H, r.C = r.H0, r.C0
	}
	return layerCase{l, r, f.HLast, f.CLast}
}

// check runs the layer and compares the results with what they must be.
func (c layerCase) check(t testing.TB) {
	t.Helper()
	run(t, c.layer.Run(c.run))
	near(t, "H", c.run.H, c.h, tolerance(c.layer.input+c.layer.hidden))
	near(t, "C", c.run.C, c.c, tolerance(c.layer.input+c.layer.hidden))
}

func agreesLayer(t testing.TB, i Implementation, seed uint64, s Sizes, v variant) {
	t.Helper()
	newLayerCase(t, i, rand.New(rand.NewPCG(seed, 2)), s, v).check(t)
}

// TestLayerIsForward verifies that a layer computes what Forward does, bit for
// bit, and, over and over, the same.
func TestLayerIsForward(t *testing.T) {
	each(t, func(t *testing.T, i Implementation) {
		rng := rand.New(rand.NewPCG(23, 24))
		for _, s := range append(oddSizes, Sizes{1, 50, 3, 18}, Sizes{60, 2, 5, 17}) {
			for _, v := range variants() {
				if v.masked {
					continue
				}
				f := float32Forward(newForward(rng, s, v))
				run(t, i.Forward(f))
				l, err := i.NewLayer(s.Input, s.Hidden, f.Kernel, f.Bias)
				run(t, err)
				for range 3 {
					h, c := make([]float32, len(f.HLast)), make([]float32, len(f.CLast))
					run(t, l.Run(Run{Batch: s.Batch, Time: s.Time, Steps: s.Time, Reversed: f.Reversed, X: f.X, H0: f.H0, C0: f.C0, H: h, C: c}))
					if !equalBits(h, f.HLast) || !equalBits(c, f.CLast) {
						t.Fatalf("sizes: %s; %+v: the states are not those of Forward", s, v)
					}
				}
			}
		}
	})
}

// TestLayerFromGoroutines runs one layer from several goroutines, with batches of
// different sizes.
func TestLayerFromGoroutines(t *testing.T) {
	each(t, func(t *testing.T, i Implementation) {
		rng := rand.New(rand.NewPCG(25, 26))
		c := newLayerCase(t, i, rng, Sizes{30, 6, 7, 19}, variant{stateful: true})
		var group sync.WaitGroup
		for batch := 1; batch <= 30; batch++ {
			group.Go(func() {
				part, states := c, batch*19
				part.run.Batch, part.run.X = batch, c.run.X[:batch*6*7]
				part.run.H0, part.run.C0 = c.run.H0[:states], c.run.C0[:states]
				part.h, part.c = c.h[:states], c.c[:states]
				for range 20 {
					part.run.H, part.run.C = make([]float32, states), make([]float32, states)
					part.check(t)
				}
			})
		}
		group.Wait()
	})
}

// TestLayerCopies verifies that a layer does not depend on the slices that it was
// made from.
func TestLayerCopies(t *testing.T) {
	each(t, func(t *testing.T, i Implementation) {
		s := Sizes{3, 2, 5, 19}
		f := newForward(rand.New(rand.NewPCG(27, 28)), s, variant{})
		g := float32Forward(f)
		l, err := i.NewLayer(s.Input, s.Hidden, g.Kernel, g.Bias)
		run(t, err)
		fill(g.Kernel, float32(math.NaN()))
		fill(g.Bias, float32(math.NaN()))
		layerCase{l, Run{Batch: s.Batch, Time: s.Time, Steps: s.Time, X: g.X, H: g.HLast, C: g.CLast}, f.HLast, f.CLast}.check(t)
	})
}

func TestLayerAllocatesNothing(t *testing.T) {
	each(t, func(t *testing.T, i Implementation) {
		for _, batch := range []int{1, 7} {
			c := newLayerCase(t, i, rand.New(rand.NewPCG(29, 30)), Sizes{batch, 3, 5, 19}, variant{stateful: true})
			if n := testing.AllocsPerRun(100, func() { run(t, c.layer.Run(c.run)) }); n != 0 {
				t.Errorf("batch %d: %v allocations", batch, n)
			}
		}
	})
}

// TestLayerErrors verifies that each error names what is wrong, and that nothing
// is computed.
func TestLayerErrors(t *testing.T) {
	each(t, func(t *testing.T, i Implementation) {
		for _, c := range []struct {
			want          string
			input, hidden int
			kernel, bias  int // lengths
		}{
			{"input is 0", 0, 5, 100, 20},
			{"hidden is -1", 4, -1, 180, 20},
			{"kernel has length 179", 4, 5, 179, 20},
			{"kernel has length 0", 4, 5, 0, 20},
			{"bias has length 21", 4, 5, 180, 21},
			{"kernel has length", math.MaxInt, 5, 180, 20},
			{"bias has length", 4, math.MaxInt, 180, 20},
		} {
			l, err := i.NewLayer(c.input, c.hidden, make([]float32, c.kernel), make([]float32, c.bias))
			if l != nil || err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one that contains %q", err, c.want)
			}
		}
		for _, c := range []struct {
			want   string
			change func(r *Run)
		}{
			{"Run.Batch is 0", func(r *Run) { r.Batch = 0 }},
			{"Run.Time is -1", func(r *Run) { r.Time = -1 }},
			{"Run.Steps is 0", func(r *Run) { r.Steps = 0 }},
			{"Run.Steps is 4; want 1 to Run.Time = 3", func(r *Run) { r.Steps = 4 }},
			{"Run.X ", func(r *Run) { r.X = shorter(r.X) }},
			{"Run.X ", func(r *Run) { r.X = nil }},
			{"Run.X ", func(r *Run) { r.Batch, r.Time = 1<<(bits.UintSize-3)+1, 6 }},
			{"Run.H0 ", func(r *Run) { r.H0 = longer(r.H0) }},
			{"Run.C0 ", func(r *Run) { r.C0 = empty(r.C0) }},
			{"Run.H ", func(r *Run) { r.H = nil }},
			{"Run.C ", func(r *Run) { r.C = shorter(r.C) }},
		} {
			l := newLayerCase(t, i, rand.New(rand.NewPCG(31, 32)), Sizes{2, 3, 4, 5}, variant{stateful: true})
			r := l.run
			c.change(&r)
			err := l.layer.Run(r)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one that contains %q", err, c.want)
			}
			if slices.ContainsFunc(slices.Concat(r.H, r.C), func(v float32) bool { return v == v }) {
				t.Errorf("results were computed despite the error %v", err)
			}
		}
	})
	unsupported := Implementation{Name: "vax", Needs: "a VAX"}
	if _, err := unsupported.NewLayer(1, 1, make([]float32, 8), make([]float32, 4)); err == nil || !strings.Contains(err.Error(), "vax needs a processor with a VAX") {
		t.Errorf("error %v, want one that names what the processor lacks", err)
	}
}
