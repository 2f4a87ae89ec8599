package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// each runs the test for every implementation.
func each(t *testing.T, test func(t *testing.T, i Implementation)) {
	for _, i := range All() {
		t.Run(i.Name, func(t *testing.T) {
			if !i.Supported() {
				t.Skipf("%s needs a processor with %s", i.Name, i.Needs)
			}
			test(t, i)
		})
	}
}

// A field is a slice of a pass.
type field[T Float] struct {
	name   string
	values *[]T
	length int // for the sizes of the pass
	result bool
}

func (f *ForwardPass[T]) fields() []field[T] {
	b, t, i, h := f.Batch, f.Time, f.Input, f.Hidden
	return []field[T]{
		{"X", &f.X, b * t * i, false},
		{"Kernel", &f.Kernel, (i + h) * 4 * h, false},
		{"Bias", &f.Bias, 4 * h, false},
		{"H0", &f.H0, b * h, false},
		{"C0", &f.C0, b * h, false},
		{"HLast", &f.HLast, b * h, true},
		{"CLast", &f.CLast, b * h, true},
		{"H", &f.H, (t + 1) * b * h, true},
		{"U", &f.U, t * b * 4 * h, true},
		{"C", &f.C, t * b * h, true},
	}
}

func (p *BackwardPass[T]) fields() []field[T] {
	b, t, i, h := p.Batch, p.Time, p.Input, p.Hidden
	return []field[T]{
		{"X", &p.X, b * t * i, false},
		{"Kernel", &p.Kernel, (i + h) * 4 * h, false},
		{"U", &p.U, t * b * 4 * h, false},
		{"C", &p.C, t * b * h, false},
		{"H", &p.H, (t + 1) * b * h, false},
		{"DHLast", &p.DHLast, b * h, false},
		{"DCLast", &p.DCLast, b * h, false},
		{"DHAll", &p.DHAll, t * b * h, false},
		{"DKernel", &p.DKernel, (i + h) * 4 * h, true},
		{"DBias", &p.DBias, 4 * h, true},
		{"DX", &p.DX, b * t * i, true},
		{"DH0", &p.DH0, b * h, true},
		{"DC0", &p.DC0, b * h, true},
	}
}

// A variant is a way to read the sequences.
type variant struct{ reversed, masked, stateful bool }

// variants are all of them.
func variants() (all []variant) {
	for k := range 8 {
		all = append(all, variant{k&1 != 0, k&2 != 0, k&4 != 0})
	}
	return all
}

// newForward returns a pass with random content and all its results, which
// float32 holds exactly.
func newForward(rng *rand.Rand, s Sizes, v variant) *ForwardPass[float64] {
	f := &ForwardPass[float64]{Sizes: s, Reversed: v.reversed}
	for _, field := range f.fields() {
		*field.values = uniform(rng, field.length, 1)
	}
	// With these weights the pre-activations are about 1, so that the gates are
	// neither saturated nor linear, and errors do not grow from step to step.
	f.Kernel = uniform(rng, len(f.Kernel), math.Sqrt(3/float64(s.Input+s.Hidden)))
	if !v.stateful {
		f.H0, f.C0 = nil, nil
	}
	if v.masked {
		f.Mask = make([]bool, s.Batch*s.Time)
		for k := range f.Mask {
			f.Mask[k] = rng.IntN(3) > 0
		}
	}
	plainForward(f)
	return f
}

// newBackward returns the backward pass of f, with random gradients and all its
// results. Where the mask is false, U is NaN: no implementation may read it.
func newBackward(rng *rand.Rand, f *ForwardPass[float64]) *BackwardPass[float64] {
	p := &BackwardPass[float64]{Sizes: f.Sizes, Reversed: f.Reversed, Mask: f.Mask}
	for _, field := range p.fields() {
		*field.values = uniform(rng, field.length, 1)
	}
	p.X, p.Kernel, p.U, p.C, p.H = f.X, f.Kernel, rounded(f.U), rounded(f.C), rounded(f.H)
	setMasked(p.U, f, math.NaN())
	plainBackward(p)
	return p
}

// setMasked sets the gates of time steps where the mask is false.
func setMasked[T, E Float](u []E, f *ForwardPass[T], value E) {
	if u == nil || f.Mask == nil {
		return
	}
	for n := range f.Batch {
		for t := range f.Time {
			if !f.Mask[f.place(n, t, f.Reversed)] {
				gates := row(u, t*f.Batch+n, 4*f.Hidden)
				copy(gates, slices.Repeat([]E{value}, len(gates)))
			}
		}
	}
}

// uniform returns n random numbers from -limit to limit.
func uniform(rng *rand.Rand, n int, limit float64) []float64 {
	numbers := make([]float64, n)
	for k := range numbers {
		numbers[k] = limit * (2*rng.Float64() - 1)
	}
	return rounded(numbers)
}

// rounded returns the numbers as float32 holds them.
func rounded(numbers []float64) []float64 { return converted[float64](converted[float32](numbers)) }

// converted returns a copy of the numbers, nil if they are nil.
func converted[To, From Float](numbers []From) []To {
	if numbers == nil {
		return nil
	}
	result := make([]To, len(numbers))
	for k, v := range numbers {
		result[k] = To(v)
	}
	return result
}

// float32Forward returns the pass in float32. Its results are NaN, so that a
// test sees which were computed.
func float32Forward(f *ForwardPass[float64]) *Forward {
	g := &Forward{Sizes: f.Sizes, Reversed: f.Reversed, Mask: slices.Clone(f.Mask)}
	copyFields(g.fields(), f.fields())
	return g
}

// float32Backward is [float32Forward] for a backward pass.
func float32Backward(p *BackwardPass[float64]) *Backward {
	q := &Backward{Sizes: p.Sizes, Reversed: p.Reversed, Mask: slices.Clone(p.Mask)}
	copyFields(q.fields(), p.fields())
	return q
}

func copyFields(to []field[float32], from []field[float64]) {
	for k, field := range to {
		*field.values = converted[float32](*from[k].values)
		if field.result {
			fill(*field.values, float32(math.NaN()))
		}
	}
}

func fill[T any](s []T, value T) {
	for k := range s {
		s[k] = value
	}
}

// tolerance is the error that float32 allows a sum of n products of numbers
// around 1, where errors go up as often as down: it grows like √n. The factor
// stands for what else is rounded: the tanh, the gates, the steps before. It is
// about four times what any implementation needed.
func tolerance(n int) float64 { return 8 * 0x1p-24 * math.Sqrt(float64(n)) }

// near fails the test if a value of got is off by more than the tolerance,
// relative to the largest value where that is above 1.
func near[G, W Float](t testing.TB, name string, got []G, want []W, tolerance float64) {
	t.Helper()
	largest := 1.0
	for _, w := range want {
		largest = max(largest, math.Abs(float64(w)))
	}
	worst, at := 0.0, 0
	for k := range want {
		if d := math.Abs(float64(got[k])-float64(want[k])) / largest; d > worst || math.IsNaN(d) {
			worst, at = d, k
		}
	}
	if !(worst <= tolerance) {
		t.Errorf("%s[%d] is %v, want %v: off by %.2g, tolerance %.2g", name, at, got[at], want[at], worst, tolerance)
	}
}

// same fails the test if the results of one pass are not exactly those of
// another, of which some may be nil.
func same(t testing.TB, what string, got, want []field[float32]) {
	t.Helper()
	for k, field := range got {
		if field.result && *field.values != nil && !equalBits(*field.values, *want[k].values) {
			t.Errorf("%s: %s is not the same", what, field.name)
		}
	}
}

// equalBits is equality of numbers, but a NaN equals a NaN.
func equalBits(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(a, b float32) bool { return a == b || a != a && b != b })
}

func (s Sizes) String() string {
	return fmt.Sprintf("batch %d, time %d, input %d, hidden %d", s.Batch, s.Time, s.Input, s.Hidden)
}
