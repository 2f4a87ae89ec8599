//go:build cgo

package backend

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/longtest"
	"github.com/easy-gomlx/tutorials/birnn/internal/pypi/pypitest"
	"github.com/easy-gomlx/tutorials/birnn/internal/smalldisk"
)

// useIndex serves a private package index with one wheel, which takes the place of the pinned one.
func useIndex(t *testing.T, content string) {
	t.Helper()
	w, _ := pypitest.Serve(t, map[string]string{"p/" + libraryName: content})
	before := pinned
	t.Cleanup(func() { pinned = before })
	pinned = wheel{Wheel: w, goos: runtime.GOOS, goarch: runtime.GOARCH}
}

// TestWheelOnAFullDisk: nothing is left, whether the disk is full during the download or while unpacking.
func TestWheelOnAFullDisk(t *testing.T) {
	dir, inside := smalldisk.Inside(t, 256<<10)
	if !inside {
		return
	}
	useIndex(t, strings.Repeat("the library", 100_000)) // 1 MB, compressed to a few kB
	for _, free := range []int{0, 64 << 10} {
		write(t, filepath.Join(dir, "filling"), make([]byte, 256<<10-free))
		if _, err := pinned.install(t.Context(), dir, t.Logf); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("with %d bytes free: got %v, want ENOSPC", free, err)
		}
		if entries, _ := os.ReadDir(dir); len(entries) != 1 {
			t.Errorf("with %d bytes free it left %v", free, entries)
		}
	}
}

// TestReadOnlyCache uses a plugin that is installed there. If there is none the error says what to set.
func TestReadOnlyCache(t *testing.T) {
	dir, inside := smalldisk.Inside(t, 64<<10)
	if !inside {
		return
	}
	nothingInstalled(t)
	os.Unsetenv("GOMLX_NO_AUTO_INSTALL") // restored by nothingInstalled
	good, _ := libraries(t)
	useIndex(t, string(good))
	installed := write(t, pinned.path(filepath.Join(dir, "with", "xla")), good)
	started, without := filepath.Join(dir, "started"), filepath.Join(dir, "without")
	for _, path := range []string{filepath.Join(started, "xla"), without} {
		if err := os.MkdirAll(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	smalldisk.ReadOnly(t, dir)
	t.Setenv(cacheVariable, filepath.Join(dir, "with"))
	if got, err := EnsurePlugin(t.Context(), t.Logf); got != installed || err != nil {
		t.Errorf("got %q, %v; want %q", got, err, installed)
	}
	for _, cache := range []string{started, without, filepath.Join(dir, "new")} {
		t.Setenv(cacheVariable, cache)
		_, err := EnsurePlugin(t.Context(), t.Logf)
		if !errors.Is(err, errNoPlugin) || !strings.Contains(err.Error(), cache) || !strings.Contains(err.Error(), "set "+cacheVariable) {
			t.Errorf("got %v, want an error that names %s and says what to set", err, cache)
		}
	}
}

// TestCorruptPluginIsReplaced: EnsurePlugin reads all of the plugin that this package installed.
func TestCorruptPluginIsReplaced(t *testing.T) {
	cache := nothingInstalled(t)
	os.Unsetenv("GOMLX_NO_AUTO_INSTALL") // restored by nothingInstalled
	t.Setenv("EASY_GOMLX_ONLY_PINNED", "1")
	good, _ := libraries(t)
	useIndex(t, string(good))
	path := write(t, pinned.path(filepath.Join(cache, "xla")), append(good, 0))
	if got, err := EnsurePlugin(t.Context(), t.Logf); got != path || err != nil {
		t.Errorf("got %q, %v; want %q", got, err, path)
	}
	if got, err := os.ReadFile(path); !bytes.Equal(got, good) || err != nil {
		t.Errorf("the plugin has %d bytes, %v; want %d", len(got), err, len(good))
	}
}

// TestSurvivesKilledInstalls kills installations of the wheel at random moments: the library is complete or not there, the lock is free,
// and the next installation succeeds and removes what the previous one left behind.
func TestSurvivesKilledInstalls(t *testing.T) {
	good, _ := libraries(t)
	content := string(good) + strings.Repeat("the library ", 100_000)
	install := func(dir string) error {
		_, err := installIn(t.Context(), dir, []source{{"the wheel", pinned.install}}, silent)
		return err
	}
	if dir := os.Getenv("BACKEND_TEST_DIR"); dir != "" {
		useIndex(t, content)
		longtest.UntilKilled(func() { install(dir) })
	}
	dir := filepath.Join(nothingInstalled(t), "xla")
	useIndex(t, content)
	seed, rounds := rand.Uint64(), longtest.Rounds(12, 200)
	rng := rand.New(rand.NewPCG(seed, 1))
	complete, partial := 0, 0
	for round := range rounds {
		wait := func() { time.Sleep(time.Duration(rng.Int64N(int64(12 * time.Millisecond)))) }
		longtest.Kill(t, wait, "BACKEND_TEST_DIR="+dir)
		got, err := os.ReadFile(pinned.path(dir))
		entries, _ := os.ReadDir(dir)
		switch {
		case err == nil && string(got) == content:
			complete++
		case !os.IsNotExist(err):
			t.Fatalf("round %d, seed %d: the library is wrong (%d bytes), %v", round, seed, len(got), err)
		case len(entries) > 1:
			partial++
		}
		if err := install(dir); err != nil {
			t.Fatalf("round %d, seed %d: the next installation: %v", round, seed, err)
		}
		if got, _ := os.ReadFile(pinned.path(dir)); string(got) != content {
			t.Fatalf("round %d, seed %d: the next installation's library is wrong (%d bytes)", round, seed, len(got))
		}
		if entries, _ := os.ReadDir(dir); err != nil && len(entries) != 2 {
			t.Errorf("round %d, seed %d: got %v, want the library and the lock", round, seed, entries)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("seed %d: after %d kills the library was there, complete, %d times, and a partial installation %d times", seed, rounds, complete, partial)
}
