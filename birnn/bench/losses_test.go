package main

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/gobackend"

	"github.com/easy-gomlx/tutorials/birnn/bench/internal/protocol"
)

func TestMarkOtherLosses(t *testing.T) {
	good := []float64{2, 1.9, 1.8, 1.7, 1.6}
	with := func(step int, loss float64) []float64 {
		losses := slices.Clone(good)
		losses[step] = loss
		return losses
	}
	for _, test := range []struct {
		why    string
		losses []float64
		want   string
	}{
		{"the same", good, ""},
		{"rounding", with(4, 1.60001), ""},
		{"off at the end", with(4, 1.601), "step 5 is 1.601000, the median of all peers 1.600000"},
		{"below", with(1, 1.89), "step 2"},
		{"NaN", with(2, math.NaN()), "step 3 is NaN"},
		{"too few", good[:3], "3 losses instead of 5"},
	} {
		results := []result{{Losses: good}, {Losses: test.losses}, {Losses: good}}
		markOtherLosses(results)
		if got := results[1].Fault; test.want == "" && got != "" || !strings.Contains(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.why, got, test.want)
		}
		if results[0].Fault != "" || results[2].Fault != "" {
			t.Errorf("%s: the others are marked too", test.why)
		}
	}
	two := []result{{Losses: good}, {Losses: with(0, 3)}}
	markOtherLosses(two)
	if two[0].Fault == "" || two[1].Fault == "" {
		t.Error("of two different peers, both should be marked: either may be wrong")
	}
}

// lossesOf returns the losses of the checked steps, on the pure-Go backend.
func lossesOf(t *testing.T, w work, change func(*work, *data)) []float64 {
	t.Helper()
	b, err := gobackend.New("")
	if err != nil {
		t.Fatal(err)
	}
	defer b.Finalize()
	d := newData(w)
	change(&w, &d)
	take, err := buildOurs(b, w, d)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := protocol.TakeSteps(take, protocol.Request{Steps: checkedSteps})
	if err != nil {
		t.Fatal(err)
	}
	return answer.Losses
}

// TestLossesRevealOtherWork: the losses show what a peer leaves out, in each
// kind of work.
func TestLossesRevealOtherWork(t *testing.T) {
	same := func(*work, *data) {}
	for _, kind := range []kind{train, eval, single} {
		w := tiny
		w.Kind, w.Examples, w.Input, w.Hidden = kind, 60, 12, 16
		switch kind {
		case train:
			w.Batch = w.Examples
		case single:
			w.Batch, w.Examples = 1, checkedSteps
		}
		honest := lossesOf(t, w, same)
		for _, test := range []struct {
			why string
			do  func(*work, *data)
			ok  bool
		}{
			{"the same work", same, true},
			{"another readout", func(w *work, _ *data) { w.Final = true }, false},
			{"no recurrence", func(w *work, d *data) { clear(d.weights.Forward.Kernel[w.Input*4*w.Hidden:]) }, false},
			{"no backward cell", func(_ *work, d *data) { clear(d.weights.Backward.Kernel) }, false},
			{"no bias", func(_ *work, d *data) { clear(d.weights.Forward.Bias) }, false},
			{"one row missing", func(w *work, d *data) {
				for k := range w.Examples {
					clear(d.x[k*w.Timesteps*w.Input:][:w.Input])
				}
			}, false},
		} {
			results := []result{{Losses: honest}, {Losses: honest}, {Losses: lossesOf(t, w, test.do)}}
			markOtherLosses(results)
			if got := results[2].Fault; (got == "") != test.ok {
				t.Errorf("%s, %s: fault %q", kind, test.why, got)
			}
		}
	}
}

func TestDataRoundTrip(t *testing.T) {
	w := tiny
	w.Data = filepath.Join(t.TempDir(), "data")
	d := newData(w)
	if err := writeData(w.Data, d); err != nil {
		t.Fatal(err)
	}
	got, err := readData(w)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.x, d.x) || !slices.Equal(got.y, d.y) || !slices.Equal(got.weights.Backward.Bias, d.weights.Backward.Bias) ||
		!slices.Equal(got.weights.B, d.weights.B) {
		t.Error("readData does not return what writeData wrote")
	}
	w.Hidden++
	if _, err := readData(w); err == nil {
		t.Error("no error for the data of other work")
	}
}
