package mnist

import (
	"math"
	"os"
	"slices"
	"testing"
	"time"
)

// TestRealMNIST loads the data set into an empty cache, and then from there without a network.
func TestRealMNIST(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: MNIST is not fetched")
	}
	t.Setenv("MNIST_DIR", "")
	t.Setenv("EASY_GOMLX_CACHE", t.TempDir())
	t.Setenv("GOFLAGS", "-modfile=none.mod") // the user's settings must not matter
	data, err := LoadWith(t.Context(), Options{Report: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	wantMNIST(t, data)

	t.Setenv("PATH", os.DevNull) // no go command
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:0")
	start := time.Now()
	if data, err = Load(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	t.Logf("loaded from the cache in %v", time.Since(start))
	wantMNIST(t, data)
}

// wantMNIST checks the data against what is known of MNIST.
func wantMNIST(t *testing.T, data *Data) {
	t.Helper()
	for _, set := range []struct {
		name   string
		set    *Set
		n      int
		labels []int32 // the first ones
	}{
		{"train", data.Train, NumTrain, nil},
		{"validation", data.Validation, NumValidation, []int32{5, 0, 4, 1, 9}},
		{"test", data.Test, NumTest, []int32{7, 2, 1, 0, 4}},
	} {
		if set.set.Len() != set.n || len(set.set.Labels) != set.n || len(set.set.Images) != set.n*Pixels {
			t.Errorf("the %s set has %d images and %d labels, want %d", set.name, len(set.set.Images)/Pixels, len(set.set.Labels), set.n)
		}
		if got := set.set.Labels[:len(set.labels)]; !slices.Equal(got, set.labels) {
			t.Errorf("the first labels of the %s set are %v, want %v", set.name, got, set.labels)
		}
		if low, high := slices.Min(set.set.Images), slices.Max(set.set.Images); low != 0 || high != 1 {
			t.Errorf("the pixels of the %s set go from %v to %v, want 0 to 1", set.name, low, high)
		}
	}
	sum := 0.0
	for _, s := range []*Set{data.Train, data.Validation} {
		for _, v := range s.Images {
			sum += float64(v)
		}
	}
	if mean := sum / (NumTrain + NumValidation) / Pixels; math.Abs(mean-0.1307) > 0.0001 {
		t.Errorf("the mean pixel of the training file is %v, want 0.1307", mean)
	}
}

func BenchmarkLoadFromCache(b *testing.B) {
	if testing.Short() {
		b.Skip("-short: MNIST is not fetched")
	}
	for b.Loop() {
		if _, err := Load(b.Context(), ""); err != nil {
			b.Fatal(err)
		}
	}
}
