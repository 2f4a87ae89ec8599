package mnist

import (
	"reflect"
	"testing"
)

func TestSynthetic(t *testing.T) {
	s := Synthetic(1000, 1)
	if s.Len() != 1000 || len(s.Images) != 1000*Pixels {
		t.Fatalf("%d labels and %d pixels for 1000 images", len(s.Labels), len(s.Images))
	}
	var counts [Classes]int
	for _, label := range s.Labels {
		counts[label]++
	}
	for digit, n := range counts {
		if n != 100 {
			t.Errorf("digit %d appears %d times, want 100", digit, n)
		}
	}
	for _, v := range s.Images {
		if v < 0 || v > 1 {
			t.Fatalf("pixel %v, want 0 to 1", v)
		}
	}
	if !reflect.DeepEqual(s, Synthetic(1000, 1)) {
		t.Error("the same seed gave two sets")
	}
	if reflect.DeepEqual(s, Synthetic(1000, 2)) {
		t.Error("two seeds gave the same set")
	}
	for _, n := range []int{0, -1} {
		if got := Synthetic(n, 1).Len(); got != 0 {
			t.Errorf("n = %d gives %d images", n, got)
		}
	}
}
