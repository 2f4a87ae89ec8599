package mnist

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/smalldisk"
)

// TestCacheOnAFullDisk: one error that says what to do, no temporary file that takes up room, no other source asked; once there
// is room, the same call goes on from there.
func TestCacheOnAFullDisk(t *testing.T) {
	dir, inside := smalldisk.Inside(t, 64<<10)
	if !inside {
		return
	}
	l, _ := smallLoader(t)
	t.Setenv("EASY_GOMLX_CACHE", dir)
	l.module, _ = fakeModule(t, smallFiles)
	mirror, requests := fakeMirror(t, smallFiles)
	l.mirrors = []string{mirror}
	filling := filepath.Join(dir, "filling")
	writeFiles(t, dir, map[string][]byte{"filling": make([]byte, 60<<10)})

	_, err := l.load(t.Context(), "")
	if !isStorage(err) || !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "make room, or set EASY_GOMLX_CACHE") {
		t.Errorf("got %v, want a full disk, and to make room", err)
	}
	cacheDir := filepath.Join(dir, "mnist")
	if _, temporaries := lookIntoCache(t, cacheDir); temporaries > 0 {
		t.Errorf("%d temporary files take up room", temporaries)
	}
	if n := requests.Load(); n > 0 {
		t.Errorf("%d requests for what can't be stored, want none", n)
	}
	if err := os.Remove(filling); err != nil {
		t.Fatal(err)
	}
	data, err := l.load(t.Context(), "")
	if err != nil {
		t.Fatalf("with room: %v", err)
	}
	wantSmall(t, data)
	wantCached(t, cacheDir)
}

// TestReadOnlyDisk: what lies on a disk that can't be written to is of use, as the cache and as a given folder; what is
// missing there is told before anything is fetched.
func TestReadOnlyDisk(t *testing.T) {
	dir, inside := smalldisk.Inside(t, 256<<10)
	if !inside {
		return
	}
	full, lacking := filepath.Join(dir, "full", "mnist"), filepath.Join(dir, "lacking", "mnist")
	writeFiles(t, full, smallFiles)
	writeFiles(t, lacking, changed("t10k-labels-idx1-ubyte", nil))
	smalldisk.ReadOnly(t, dir)
	l, _ := smallLoader(t)
	module, _ := fakeModule(t, smallFiles)
	l.module = module
	mirror, requests := fakeMirror(t, smallFiles)
	l.mirrors = []string{mirror}

	if _, err := l.load(t.Context(), full); err != nil {
		t.Errorf("a given folder: %v", err)
	}
	if _, err := l.load(t.Context(), lacking); !as[*MissingError](err) {
		t.Errorf("a given folder without a file: got %v, want a *MissingError", err)
	}
	t.Setenv("EASY_GOMLX_CACHE", filepath.Dir(full))
	if _, err := l.load(t.Context(), ""); err != nil {
		t.Errorf("a complete cache: %v", err)
	}
	t.Setenv("EASY_GOMLX_CACHE", filepath.Dir(lacking))
	_, err := l.load(t.Context(), "")
	if !errors.Is(err, syscall.EROFS) || !strings.Contains(err.Error(), lacking) || !strings.Contains(err.Error(), "set EASY_GOMLX_CACHE") {
		t.Errorf("a cache without a file: got %v, want an error that names %s and says what to set", err, lacking)
	}
	t.Setenv("EASY_GOMLX_CACHE", "")
	t.Setenv("HOME", dir)
	t.Setenv("XDG_CACHE_HOME", "")
	if _, err := l.load(t.Context(), ""); !errors.Is(err, syscall.EROFS) || !strings.Contains(err.Error(), "set EASY_GOMLX_CACHE") {
		t.Errorf("a read-only home: got %v, want an error that says what to set", err)
	}
	if n := requests.Load(); n > 0 {
		t.Errorf("%d requests for what can't be stored, want none", n)
	}
}

// TestOddPaths: blanks, signs that shells and web addresses make something of, and bytes that are no UTF-8.
func TestOddPaths(t *testing.T) {
	for _, name := range []string{"my digits", "a%20b?c#d&e", "näive ✓", "no\xffutf8", "$HOME;*", "-dash"} {
		l, _ := smallLoader(t)
		base := filepath.Join(t.TempDir(), name)
		if err := os.Mkdir(base, 0o755); errors.Is(err, syscall.EILSEQ) {
			t.Logf("not tried: this file system has no name %q", name)
			continue
		}
		t.Setenv("EASY_GOMLX_CACHE", base)
		t.Setenv("TMPDIR", base)
		first, second := changed("t10k-labels-idx1-ubyte", nil), smallFiles
		l.module, _ = fakeModule(t, first)
		mirror, _ := fakeMirror(t, second)
		l.mirrors = []string{mirror}
		for range 2 {
			data, err := l.load(t.Context(), "")
			if err != nil {
				t.Fatalf("%q: %v", name, err)
			}
			wantSmall(t, data)
			wantCached(t, filepath.Join(base, "mnist"))
		}
		fakeGo(t, `test -f go.mod && echo "{\"Dir\": \"found\"}"`)
		if got, err := moduleFolder(t.Context()); got != "found" || err != nil {
			t.Errorf("a temporary folder named %q: got %q, %v", name, got, err)
		}
	}
}

// TestFilesLyingAround: a user's other files in a given folder are of no concern, and stay.
func TestFilesLyingAround(t *testing.T) {
	l, _ := smallLoader(t)
	dir := t.TempDir()
	files := maps.Clone(smallFiles)
	for _, name := range []string{".train-images-idx3-ubyte123", "train-images-idx3-ubyte.gz.part", "notes.txt"} {
		files[name] = []byte("theirs")
	}
	writeFiles(t, dir, files)
	if _, err := l.load(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if !sameFiles(readFiles(t, dir), files) {
		t.Error("the given folder was written to")
	}
}
