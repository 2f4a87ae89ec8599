package kernel

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestLengthErrors makes each slice in turn too short, too long and empty: the
// error names it and what it must be, and nothing is computed.
func TestLengthErrors(t *testing.T) {
	oracle := newForward(rand.New(rand.NewPCG(1, 1)), Sizes{2, 3, 4, 5}, variant{masked: true, stateful: true})
	oracleBackward := newBackward(rand.New(rand.NewPCG(1, 1)), oracle)
	each(t, func(t *testing.T, i Implementation) {
		for k := range oracle.fields() {
			for _, change := range []func([]float32) []float32{shorter, longer, empty} {
				f := float32Forward(oracle)
				fields := f.fields()
				*fields[k].values = change(*fields[k].values)
				wantError(t, i.Forward(f), "Forward."+fields[k].name+" ", fields)
			}
		}
		for k := range oracleBackward.fields() {
			for _, change := range []func([]float32) []float32{shorter, longer, empty} {
				b := float32Backward(oracleBackward)
				fields := b.fields()
				*fields[k].values = change(*fields[k].values)
				wantError(t, i.Backward(b), "Backward."+fields[k].name+" ", fields)
			}
		}
	})
}

func shorter(s []float32) []float32 { return s[:len(s)-1] }
func longer(s []float32) []float32  { return append(slices.Clone(s), s[0]) }
func empty(s []float32) []float32   { return s[:0] }

// wantError fails the test if err does not name what is wrong, or if a result
// was computed.
func wantError(t *testing.T, err error, fault string, fields []field[float32]) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), fault) {
		t.Errorf("error %v, want one that names %q", err, fault)
	}
	for _, field := range fields {
		if field.result && slices.ContainsFunc(*field.values, func(v float32) bool { return v == v }) {
			t.Errorf("%s was computed despite the error %v", field.name, err)
		}
	}
}

// TestErrors covers errors other than a slice of numbers of the wrong length.
func TestErrors(t *testing.T) {
	oracle := newForward(rand.New(rand.NewPCG(1, 1)), Sizes{2, 3, 4, 5}, variant{masked: true})
	for _, c := range []struct {
		want   string
		change func(f *Forward)
	}{
		{"Forward.Mask ", func(f *Forward) { f.Mask = f.Mask[1:] }},
		{"Forward.X ", func(f *Forward) { f.X = nil }},
		{"Forward.Kernel ", func(f *Forward) { f.Kernel = nil }},
		{"Forward.Bias ", func(f *Forward) { f.Bias = nil }},
		{"Forward.U ", func(f *Forward) { f.U = nil }},
		{"Forward.C ", func(f *Forward) { f.C = nil }},
		{"Sizes.Batch is 0", func(f *Forward) { f.Batch = 0 }},
		{"Sizes.Time is -1", func(f *Forward) { f.Time = -1 }},
		{"Sizes.Input is 0", func(f *Forward) { f.Input = 0 }},
		{"Sizes.Hidden is 0", func(f *Forward) { f.Hidden = 0 }},
		{"Forward.X ", func(f *Forward) { f.Time = math.MaxInt }},
		{"Forward.Bias ", func(f *Forward) { f.Hidden = math.MaxInt }},
		// Modulo 2^bits.UintSize the product of these and Input, 4, is 24, the length of X.
		{"Forward.X ", func(f *Forward) { f.Batch, f.Time = 1<<(bits.UintSize-3)+1, 6 }},
	} {
		f := float32Forward(oracle)
		c.change(f)
		err := plain.Forward(f)
		if c.want == "Forward.C " || c.want == "Forward.U " {
			c.want = "Forward.U and Forward.C"
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one that names %q", err, c.want)
		}
	}
	unsupported := Implementation{Name: "vax", Needs: "a VAX"}
	for _, err := range []error{unsupported.Forward(float32Forward(oracle)), unsupported.Backward(&Backward{})} {
		if err == nil || !strings.Contains(err.Error(), "vax needs a processor with a VAX") {
			t.Errorf("error %v, want one that names what the processor lacks", err)
		}
	}
}
