package mnist

import (
	"os"
	"slices"
	"sync/atomic"
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

// wantMNIST checks how the data is split; the digests have verified its
// content.
func wantMNIST(t *testing.T, data *Data) {
	t.Helper()
	for name, want := range map[string]struct {
		set    *Set
		n      int
		labels []int32 // the first ones
	}{
		"train":      {data.Train, 55_000, []int32{7, 3, 4, 6, 1}},
		"validation": {data.Validation, 5_000, []int32{5, 0, 4, 1, 9}},
		"test":       {data.Test, 10_000, []int32{7, 2, 1, 0, 4}},
	} {
		if len(want.set.Labels) != want.n || len(want.set.Images) != want.n*Pixels {
			t.Errorf("the %s set has %d pixels and %d labels, want %d images", name, len(want.set.Images), len(want.set.Labels), want.n)
		}
		if got := want.set.Labels[:5]; !slices.Equal(got, want.labels) {
			t.Errorf("the first labels of the %s set are %v, want %v", name, got, want.labels)
		}
		if low, high := slices.Min(want.set.Images), slices.Max(want.set.Images); low != 0 || high != 1 {
			t.Errorf("the pixels of the %s set range from %v to %v, want 0 to 1", name, low, high)
		}
	}
}

// BenchmarkLoadFromCache loads as the first load of a process, which maps the decoded images, and as a later one, which decodes them.
func BenchmarkLoadFromCache(b *testing.B) {
	if testing.Short() {
		b.Skip("-short: MNIST is not fetched")
	}
	for name, mapped := range map[string]bool{"first": false, "later": true} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				l := &loader{collection: original, report: b.Logf, module: downloadModule, mirrors: webMirrors, mapped: new(atomic.Bool)}
				l.mapped.Store(mapped)
				if _, err := l.load(b.Context(), ""); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
