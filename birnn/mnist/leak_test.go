package mnist

import (
	"context"
	"testing"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/leaktest"
)

// TestNothingLeaks: after many loads of every outcome there are as many goroutines and open files as before.
func TestNothingLeaks(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(l *loader, cacheDir string) (dir string)
		ok      bool
	}{
		{"from the cache", func(_ *loader, cacheDir string) string {
			writeFiles(t, cacheDir, smallFiles)
			return ""
		}, true},
		{"a damaged file", func(_ *loader, cacheDir string) string {
			writeFiles(t, cacheDir, changed("t10k-images-idx3-ubyte", smallFiles["t10k-images-idx3-ubyte"][:99]))
			return cacheDir
		}, false},
		{"no gzip", func(_ *loader, cacheDir string) string {
			writeFiles(t, cacheDir, changed("t10k-images-idx3-ubyte", []byte{0x1f, 0x8b, 0}))
			return cacheDir
		}, false},
		{"another data set", func(_ *loader, cacheDir string) string {
			writeFiles(t, cacheDir, changed("train-labels-idx1-ubyte", idx(make([]byte, 6), 6)))
			return cacheDir
		}, false},
		{"a wrong file in the module, and no mirror", func(l *loader, _ string) string {
			l.module, _ = fakeModule(t, changed("train-labels-idx1-ubyte", []byte("wrong")))
			return ""
		}, false},
		{"an empty folder", func(*loader, string) string { return t.TempDir() }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, cacheDir := smallLoader(t)
			l.report = func(string, ...any) {}
			dir := tt.prepare(l, cacheDir)
			leaktest.Check(t, func() {
				for range 20 {
					if _, err := l.load(t.Context(), dir); (err == nil) != tt.ok {
						t.Fatalf("error %v, want success: %v", err, tt.ok)
					}
				}
			})
		})
	}
	t.Run("stopped while the go command runs", func(t *testing.T) {
		fakeGo(t, "exec sleep 60")
		leaktest.Check(t, func() {
			for range 5 {
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
				if _, err := moduleFolder(ctx); err == nil {
					t.Error("no error")
				}
				cancel()
			}
		})
	})
}
