package infer_test

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/infer"
	"github.com/easy-gomlx/tutorials/birnn/internal/checkpoint"
)

// TestBadInput verifies that errors say what is wrong with the input.
func TestBadInput(t *testing.T) {
	n, err := loadBytes(smallFile(t)) // 4 rows of 3 numbers
	if err != nil {
		t.Fatal(err)
	}
	with := func(count, k int, v float64) []float32 {
		x := make([]float32, count)
		x[k] = float32(v)
		return x
	}
	predict := func(x []float32) error { _, err := n.Predict(x); return err }
	batch := func(x []float32) error { _, err := n.PredictBatch(x); return err }
	push := func(x []float32) error { _, err := n.Stream().Push(x); return err }
	for _, tt := range []struct {
		reason string
		call   func([]float32) error
		x      []float32
		want   string // in the error
	}{
		{"nothing", predict, nil, "Predict: x has 0 values; a sequence has 12, Timesteps 4 times NumInput 3"},
		{"one short", predict, make([]float32, 11), "x has 11 values"},
		{"two sequences", predict, make([]float32, 24), "x has 24 values"},
		{"not a number", predict, with(12, 11, math.NaN()), "Predict: value 11 is NaN"},
		{"infinite", predict, with(12, 0, math.Inf(-1)), "value 0 is -Inf"},
		{"part of a sequence", batch, make([]float32, 23), "PredictBatch: x has 23 values, which is not a multiple of 12, Timesteps 4 times NumInput 3"},
		{"not a number in a batch", batch, with(24, 23, math.NaN()), "PredictBatch: value 23 is NaN"},
		{"no row", push, nil, "Push: the row has 0 values; want NumInput 3"},
		{"two rows", push, make([]float32, 6), "the row has 6 values"},
		{"an infinite row", push, with(3, 2, math.Inf(1)), "Push: value 2 is +Inf"},
	} {
		if err := tt.call(tt.x); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: the error is %v; want one with %q", tt.reason, err, tt.want)
		}
	}
	if rows, err := n.PredictBatch(nil); err != nil || len(rows) != 0 {
		t.Errorf("PredictBatch of no sequences returns %v, %v; want none", rows, err)
	}
}

// TestFirstBadValue: of the values of a batch that are not finite the first one
// is reported, even if it is the last one of its block and other goroutines
// find theirs at once; and there is no result.
func TestFirstBadValue(t *testing.T) {
	file, err := checkpoint.Decode(smallFile(t))
	if err != nil {
		t.Fatal(err)
	}
	n, err := loadBytes(encode(t, strings.Replace(file.Header, `"Timesteps":4`, `"Timesteps":5000`, 1), file.Arrays))
	if err != nil {
		t.Fatal(err)
	}
	const block = 25 * 5000 * 3
	x := make([]float32, 4*block)
	for k := block; k < len(x); k++ {
		x[k] = float32(math.NaN())
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, first := range []int{block - 1, block/2 + 1, 0} {
		x[first] = float32(math.Inf(1))
		for _, procs := range []int{1, 2, 7} {
			runtime.GOMAXPROCS(procs)
			rows, err := n.PredictBatch(x)
			if want := fmt.Sprintf("value %d is +Inf", first); err == nil || !strings.Contains(err.Error(), want) || rows != nil {
				t.Errorf("with %d goroutines: %d rows and the error %v; want none and %q", procs, len(rows), err, want)
			}
		}
	}
}

// TestBadRowChangesNothing: a stream goes on after a row that is not valid.
func TestBadRowChangesNothing(t *testing.T) {
	n, err := loadBytes(smallFile(t))
	if err != nil {
		t.Fatal(err)
	}
	good, bad := n.Stream(), n.Stream()
	nan := float32(math.NaN())
	for range 3 {
		if _, err := bad.Push([]float32{1, nan, 1}); err == nil {
			t.Fatal("NaN was read")
		}
		want, err := good.Push([]float32{1, 2, 3})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := bad.Push([]float32{1, 2, 3}); err != nil || !slices.Equal(got, want) {
			t.Errorf("after an error: %v, %v; want %v", got, err, want)
		}
	}
}

// TestNoNetwork: without Load there are errors, not panics.
func TestNoNetwork(t *testing.T) {
	var stream *infer.Stream
	for reason, n := range map[string]*infer.Network{"nil": nil, "zero": {}} {
		_, err1 := n.Predict(nil)
		_, err2 := n.PredictBatch(nil)
		_, err3 := n.Stream().Push(nil)
		_, err4 := new(infer.Stream).Push(nil)
		_, err5 := stream.Push(nil)
		for k, err := range []error{err1, err2, err3, err4, err5} {
			if err == nil || !strings.Contains(err.Error(), "there is no network") {
				t.Errorf("%s, method %d: the error is %v", reason, k+1, err)
			}
		}
		if n.Timesteps() != 0 || n.NumInput() != 0 || n.NumClasses() != 0 {
			t.Errorf("%s: it has sizes", reason)
		}
	}
}
