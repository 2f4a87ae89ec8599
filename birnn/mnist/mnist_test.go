package mnist

import (
	"slices"
	"testing"
)

// numbered returns a set whose image i has the value i in every pixel and the label i mod 10.
func numbered(n int) *Set {
	s := &Set{Images: make([]float32, n*Pixels), Labels: make([]int32, n)}
	for i := range n {
		s.Labels[i] = int32(i % Classes)
		for k := range s.Image(i) {
			s.Image(i)[k] = float32(i)
		}
	}
	return s
}

func TestBatch(t *testing.T) {
	s := numbered(10)
	tests := []struct {
		name       string
		start, end int
		first, n   int // the batch that is expected
	}{
		{"in the middle", 3, 6, 3, 3},
		{"the whole set", 0, 10, 0, 10},
		{"the last, smaller batch", 8, 12, 8, 2},
		{"past the end", 10, 14, 0, 0},
		{"far past the end", 1 << 40, 1 << 41, 0, 0},
		{"before the start", -5, 2, 0, 2},
		{"end before start", 6, 3, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			images, labels := s.Batch(tt.start, tt.end)
			if len(labels) != tt.n || len(images) != tt.n*Pixels {
				t.Fatalf("%d labels and %d pixels, want %d images", len(labels), len(images), tt.n)
			}
			for i, label := range labels {
				if want := tt.first + i; label != int32(want) || images[i*Pixels] != float32(want) {
					t.Errorf("image %d of the batch is %v with label %d, want %d", i, images[i*Pixels], label, want)
				}
			}
		})
	}
}

// TestBatchIsBounded: appending to a batch must not write into the set.
func TestBatchIsBounded(t *testing.T) {
	s := numbered(4)
	images, labels := s.Batch(0, 2)
	_, _ = append(images, 99), append(labels, 99)
	_ = append(s.Image(0), 99)
	if s.Image(2)[0] != 2 || s.Labels[2] != 2 || s.Image(1)[0] != 1 {
		t.Error("append to a batch changed the set")
	}
}

func TestShuffle(t *testing.T) {
	s := numbered(50)
	s.Shuffle(1)
	once := slices.Clone(s.Labels)
	s.Shuffle(1)
	if slices.Equal(s.Labels, once) {
		t.Error("a second shuffle changed nothing")
	}
	var seen []int
	for i := range s.Len() {
		image := s.Image(i)
		if int32(image[0])%Classes != s.Labels[i] || slices.Max(image) != slices.Min(image) {
			t.Fatalf("image %d was separated from its label, or divided", i)
		}
		seen = append(seen, int(image[0]))
	}
	slices.Sort(seen)
	if len(slices.Compact(seen)) != 50 {
		t.Error("images were lost")
	}
}

// TestShuffleStaysTheSame: published results depend on the order for a seed.
func TestShuffleStaysTheSame(t *testing.T) {
	s := numbered(10)
	s.Shuffle(42)
	if want := []int32{4, 0, 8, 7, 9, 2, 3, 5, 6, 1}; !slices.Equal(s.Labels, want) {
		t.Errorf("seed 42 gives %v, want %v", s.Labels, want)
	}
}
