package sequences

import (
	"math"
	"reflect"
	"strings"
	"testing"
)

// TestAdd builds a set of sequences that become longer and shorter, and of classes that come back.
func TestAdd(t *testing.T) {
	got := &Set{Features: 2}
	for _, add := range []struct {
		class string
		x     []float32
	}{
		{"no", []float32{1, 2}},
		{"yes", []float32{3, 4, 5, 6, 7, 8}},
		{"no", []float32{9, 10, 11, 12}},
	} {
		if err := got.Add(add.class, add.x); err != nil {
			t.Fatal(err)
		}
	}
	want := &Set{
		X:       []float32{1, 2, 0, 0, 0, 0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 0},
		Lengths: []int32{1, 3, 2}, Labels: []int32{0, 1, 0},
		Time: 3, Features: 2, Classes: []string{"no", "yes"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// TestAddSameAsReadTS adds the sequences of a .ts file one by one.
func TestAddSameAsReadTS(t *testing.T) {
	want, err := ReadTS(strings.NewReader(synthetic["Synthetic_TRAIN.ts"]))
	if err != nil {
		t.Fatal(err)
	}
	got := &Set{Features: want.Features, Classes: want.Classes}
	for i := range want.Len() {
		if err := got.Add(want.Classes[want.Labels[i]], want.Sequence(i)); err != nil {
			t.Fatal(err)
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// TestAddErrors verifies that bad input is named and changes nothing.
func TestAddErrors(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	for _, tt := range []struct {
		features int
		x        []float32
		want     string
	}{
		{0, []float32{1}, "Features is 0"},
		{2, nil, "0 values"},
		{2, []float32{1, 2, 3}, "3 values"},
		{2, []float32{1, 2, 3, nan}, "time step 1, feature 1 is NaN"},
		{2, []float32{inf, 2}, "time step 0, feature 0 is -Inf"},
	} {
		s := &Set{Features: tt.features}
		if err := s.Add("a", tt.x); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%d features, %v: error %v, want one with %q", tt.features, tt.x, err, tt.want)
		}
		if !reflect.DeepEqual(s, &Set{Features: tt.features}) {
			t.Errorf("%d features, %v: the set is %+v", tt.features, tt.x, s)
		}
	}
}
