package mnist

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/smalldisk"
)

// wantAdvice checks that err wraps cause, names the directory and says what to set; and that no mirror was asked.
func wantAdvice(t *testing.T, l *loader, cause error, dir string) {
	t.Helper()
	mirror, requests := fakeMirror(t, smallFiles)
	l.mirrors = []string{mirror}
	_, err := l.load(t.Context(), "")
	if !isStorage(err) || cause != nil && !errors.Is(err, cause) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "set EASY_GOMLX_CACHE") {
		t.Errorf("got %v, want a storage error that wraps %v, names %s and says what to set", err, cause, dir)
	}
	if n := requests.Load(); n > 0 {
		t.Errorf("%d requests for what can't be stored, want none", n)
	}
}

// TestFullDisk loads into a cache on a full disk, which leaves no temporary file, and again with enough space.
func TestFullDisk(t *testing.T) {
	dir, inside := smalldisk.Inside(t, 64<<10)
	if !inside {
		return
	}
	l, _ := smallLoader(t)
	t.Setenv("EASY_GOMLX_CACHE", dir)
	l.module, _ = fakeModule(t, smallFiles)
	writeFiles(t, dir, map[string][]byte{"filling": make([]byte, 60<<10)})
	wantAdvice(t, l, syscall.ENOSPC, dir)
	cacheDir := filepath.Join(dir, "mnist")
	if _, temporaries := checkCache(t, cacheDir); temporaries > 0 {
		t.Errorf("%d temporary files were left", temporaries)
	}
	if err := os.Remove(filepath.Join(dir, "filling")); err != nil {
		t.Fatal(err)
	}
	wantLoaded(t, l, cacheDir)
}

// TestFullDiskForDecodedImages: there is space for the four files only.
func TestFullDiskForDecodedImages(t *testing.T) {
	dir, inside := smalldisk.Inside(t, 64<<10)
	if !inside {
		return
	}
	l, _ := smallLoader(t)
	t.Setenv("EASY_GOMLX_CACHE", dir)
	cacheDir := filepath.Join(dir, "mnist")
	writeFiles(t, cacheDir, smallFiles)
	writeFiles(t, dir, map[string][]byte{"filling": make([]byte, 24<<10)})
	data, err := l.load(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	wantSmall(t, data)
	if got := readFiles(t, cacheDir); !sameFiles(got, smallFiles) || l.mapped.Load() {
		t.Errorf("the cache has %v, want the four files", slices.Sorted(maps.Keys(got)))
	}
	if err := os.Remove(filepath.Join(dir, "filling")); err != nil {
		t.Fatal(err)
	}
	wantLoaded(t, l, cacheDir)
}

// TestReadOnlyDisk reads from a disk that can't be written to, as the cache and as a given directory.
func TestReadOnlyDisk(t *testing.T) {
	dir, inside := smalldisk.Inside(t, 320<<10)
	if !inside {
		return
	}
	complete, lacking, decoded := filepath.Join(dir, "complete"), filepath.Join(dir, "lacking"), filepath.Join(dir, "decoded")
	writeFiles(t, filepath.Join(complete, "mnist"), smallFiles)
	writeFiles(t, filepath.Join(lacking, "mnist"), changed("t10k-labels-idx1-ubyte", nil))
	writeFiles(t, filepath.Join(decoded, "mnist"), changed(decodedName, decodedFile(small, smallFiles)))
	smalldisk.ReadOnly(t, dir)
	l, _ := smallLoader(t)
	l.module, _ = fakeModule(t, smallFiles)
	if _, err := l.load(t.Context(), filepath.Join(complete, "mnist")); err != nil {
		t.Errorf("from a given directory: %v", err)
	}
	t.Setenv("EASY_GOMLX_CACHE", complete)
	if _, err := l.load(t.Context(), ""); err != nil {
		t.Errorf("from a complete cache: %v", err)
	}
	t.Setenv("EASY_GOMLX_CACHE", decoded)
	if data, err := l.load(t.Context(), ""); err != nil || !l.mapped.Load() {
		t.Errorf("from a cache with decoded images: mapped %v, error %v", l.mapped.Load(), err)
	} else {
		wantSmall(t, data)
	}
	for _, cache := range []string{lacking, filepath.Join(dir, "new")} {
		t.Setenv("EASY_GOMLX_CACHE", cache)
		wantAdvice(t, l, syscall.EROFS, cache)
	}
}
