package kernel

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// TestAll verifies that no implementation is silently missing.
func TestAll(t *testing.T) {
	var names []string
	for _, i := range All() {
		names = append(names, i.Name)
	}
	want := []string{"avx512", "avx2", "go", "plain"}
	if native == nil {
		want = want[2:]
	}
	if !slices.Equal(names, want) {
		t.Errorf("implementations %q, want %q", names, want)
	}
	if best := Best(); !best.Supported() {
		t.Errorf("the best implementation is %s, which the processor does not support", best.Name)
	}
	if native == nil {
		t.Skipf("only the implementations in Go are tested: this is a build for %s/%s, or without cgo; C needs linux/amd64 with cgo", runtime.GOOS, runtime.GOARCH)
	}
}

// remainders are sizes that leave every remainder of a tile: along each axis
// all that matter, with odd sizes along the others.
func remainders() (all []Sizes) {
	upTo := func(n int, more ...int) (sizes []int) {
		for k := range n {
			sizes = append(sizes, k+1)
		}
		return append(sizes, more...)
	}
	for _, s := range []Sizes{{7, 3, 5, 19}, {3, 2, 9, 33}, {13, 5, 1, 7}} {
		add := func(axis *int, sizes []int) {
			old := *axis
			for _, *axis = range sizes {
				all = append(all, s)
			}
			*axis = old
		}
		add(&s.Batch, upTo(14, 24, 25, 26, 50, 100))
		add(&s.Time, []int{1, 2, 3, 28})
		add(&s.Input, upTo(9, 28, 33))
		add(&s.Hidden, upTo(35, 63, 64, 65, 128))
	}
	all = append(all, Sizes{1, 23, 2, 3}, Sizes{1, 49, 9, 17}, Sizes{1, 72, 3, 9}) // one long sequence
	return append(all, Sizes{500, 3, 2, 3}, Sizes{1100, 3, 1, 2})                  // blocks as large as the batch makes them
}

// TestOracle compares with the plain implementation in float64.
func TestOracle(t *testing.T) {
	each(t, func(t *testing.T, i Implementation) {
		for k, s := range remainders() {
			for _, v := range variants() {
				agrees(t, i, uint64(k), s, v)
			}
			if t.Failed() {
				break
			}
		}
	})
}

// agrees compares both passes, and a layer's, with those of the plain
// implementation in float64.
func agrees(t testing.TB, i Implementation, seed uint64, s Sizes, v variant) {
	t.Helper()
	agreesForward(t, i, seed, s, v)
	agreesBackward(t, i, seed, s, v)
	agreesLayer(t, i, seed, s, v)
	if t.Failed() {
		t.Logf("sizes: %s; %+v, seed %d", s, v, seed)
	}
}

func agreesForward(t testing.TB, i Implementation, seed uint64, s Sizes, v variant) {
	t.Helper()
	want := newForward(rand.New(rand.NewPCG(seed, 1)), s, v)
	got := float32Forward(want)
	if err := i.Forward(got); err != nil {
		t.Fatal(err)
	}
	setMasked(got.U, want, 0)
	setMasked(want.U, want, 0)
	for k, field := range got.fields() {
		if field.result {
			near(t, field.name, *field.values, *want.fields()[k].values, tolerance(s.Input+s.Hidden))
		}
	}
}

func agreesBackward(t testing.TB, i Implementation, seed uint64, s Sizes, v variant) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	want := newBackward(rng, newForward(rng, s, v))
	got := float32Backward(want)
	if err := i.Backward(got); err != nil {
		t.Fatal(err)
	}
	for k, field := range got.fields() {
		if field.result {
			near(t, field.name, *field.values, *want.fields()[k].values, tolerance(max(4*s.Hidden, s.Batch*s.Time)))
		}
	}
}

// oddSizes are for the tests below, which need not cover all remainders.
var oddSizes = []Sizes{{7, 3, 5, 19}, {1, 4, 1, 1}, {29, 2, 33, 65}}

// TestLeftOutResults leaves out the results in all combinations, which changes
// neither the others nor, bit for bit, their values.
func TestLeftOutResults(t *testing.T) {
	each(t, func(t *testing.T, i Implementation) {
		rng := rand.New(rand.NewPCG(1, 2))
		for _, s := range oddSizes {
			for _, v := range variants() {
				oracle := newForward(rng, s, v)
				forward, backward := float32Forward(oracle), float32Backward(newBackward(rng, oracle))
				run(t, i.Forward(forward), i.Backward(backward))
				for set := range 16 {
					f := float32Forward(oracle)
					for k, results := range [][]*[]float32{{&f.HLast}, {&f.CLast}, {&f.H}, {&f.U, &f.C}} {
						leaveOut(set&(1<<k) != 0, results...)
					}
					run(t, i.Forward(f))
					same(t, "forward", f.fields(), forward.fields())
				}
				for set := range 32 {
					b := *backward
					for k, result := range []*[]float32{&b.DKernel, &b.DBias, &b.DX, &b.DH0, &b.DC0} {
						*result = slices.Clone(*result)
						fill(*result, float32(math.NaN()))
						leaveOut(set&(1<<k) != 0, result)
					}
					run(t, i.Backward(&b))
					same(t, "backward", b.fields(), backward.fields())
				}
			}
		}
	})
}

func leaveOut(yes bool, results ...*[]float32) {
	for _, result := range results {
		if yes {
			*result = nil
		}
	}
}

func run(t testing.TB, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestNilIsZero verifies that a state or gradient that is nil counts as zero,
// and a mask that is nil as all true, each alone and together.
func TestNilIsZero(t *testing.T) {
	each(t, func(t *testing.T, i Implementation) {
		rng := rand.New(rand.NewPCG(3, 4))
		for _, s := range oddSizes {
			oracle := newForward(rng, s, variant{masked: true, stateful: true})
			oracleBackward := newBackward(rng, oracle)
			for set := range 8 {
				explicit, short := float32Forward(oracle), float32Forward(oracle)
				zeroOrNil(set, &explicit.H0, &short.H0, &explicit.C0, &short.C0)
				trueOrNil(set&4 != 0, explicit.Mask, &short.Mask)
				run(t, i.Forward(explicit), i.Forward(short))
				same(t, "forward", short.fields(), explicit.fields())
			}
			setMasked(oracleBackward.U, oracle, 0.5)
			for set := range 16 {
				explicit, short := float32Backward(oracleBackward), float32Backward(oracleBackward)
				zeroOrNil(set, &explicit.DHLast, &short.DHLast, &explicit.DCLast, &short.DCLast)
				zeroOrNil(set>>3, &explicit.DHAll, &short.DHAll)
				trueOrNil(set&4 != 0, explicit.Mask, &short.Mask)
				run(t, i.Backward(explicit), i.Backward(short))
				same(t, "backward", short.fields(), explicit.fields())
			}
		}
	})
}

// zeroOrNil sets the first of each pair to zero and the second to nil, where a
// bit of set says so.
func zeroOrNil(set int, pairs ...*[]float32) {
	for k := 0; k < len(pairs); k += 2 {
		if set&(1<<(k/2)) != 0 {
			clear(*pairs[k])
			*pairs[k+1] = nil
		}
	}
}

func trueOrNil(yes bool, explicit []bool, short *[]bool) {
	if yes {
		fill(explicit, true)
		*short = nil
	}
}
