//go:build linux || darwin

package mnist

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/longtest"
)

// TestDecodedImagesOfOthers: a file that other users can have written is replaced, even if it is right, like anything that is no file. Only a
// directory can't be replaced; then the images are decoded into memory.
func TestDecodedImagesOfOthers(t *testing.T) {
	good := decodedFile(small, smallFiles)
	write := func(path string, mode os.FileMode) error {
		if err := os.WriteFile(path, good, 0o600); err != nil {
			return err
		}
		return os.Chmod(path, mode)
	}
	for name, put := range map[string]func(path string) error{
		"writable by the group": func(path string) error { return write(path, 0o664) },
		"writable by all":       func(path string) error { return write(path, 0o646) },
		"of another user": func(path string) error {
			if os.Geteuid() != 0 {
				t.Skip("only root can give files away")
			}
			return firstError(write(path, 0o644), os.Chown(path, 4321, -1))
		},
		"a pipe":        func(path string) error { return syscall.Mkfifo(path, 0o644) },
		"a device":      func(path string) error { return os.Symlink("/dev/zero", path) },
		"a broken link": func(path string) error { return os.Symlink("nowhere", path) },
		"a directory":   func(path string) error { return os.Mkdir(path, 0o755) },
	} {
		t.Run(name, func(t *testing.T) {
			l, cacheDir := smallLoader(t)
			writeFiles(t, cacheDir, smallFiles)
			path := filepath.Join(cacheDir, decodedName)
			if err := put(path); err != nil {
				t.Fatal(err)
			}
			before, err := os.Lstat(path)
			if err != nil {
				t.Fatal(err)
			}
			data, err := l.load(t.Context(), "")
			if err != nil {
				t.Fatal(err)
			}
			wantSmall(t, data)
			after, err := os.Lstat(path)
			if err != nil {
				t.Fatal(err)
			}
			if name == "a directory" {
				if l.mapped.Load() || !after.IsDir() {
					t.Error("the directory was replaced")
				}
				return
			}
			if os.SameFile(before, after) || after.Mode() != 0o644 || !l.mapped.Load() {
				t.Errorf("the file was not replaced: %v", after.Mode())
			}
			wantCached(t, cacheDir)
		})
	}
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// TestSurvivesKilledDecoding kills processes at random moments while they write the file of decoded images: it is absent or right, and the next
// load succeeds and removes what was left behind.
func TestSurvivesKilledDecoding(t *testing.T) {
	c, files := plain(2000)
	if dir := os.Getenv(sourceVariable); dir != "" {
		longtest.UntilKilled(func() {
			l := childLoader(dir)
			l.collection = c
			l.load(t.Context(), "")
		})
	}
	seed, rounds := rand.Uint64(), longtest.Rounds(6, 100)
	rng := rand.New(rand.NewPCG(seed, 1))
	_, cacheDir := smallLoader(t)
	writeFiles(t, cacheDir, files)
	want := decodedFile(c, files)
	complete, leftovers := 0, 0
	for round := range rounds {
		longtest.Kill(t, func() { time.Sleep(time.Duration(rng.Int64N(int64(30 * time.Millisecond)))) }, sourceVariable+"="+cacheDir)
		found := readFiles(t, cacheDir)
		for name, content := range found {
			switch {
			case name == decodedName:
				complete++
				if !bytes.Equal(content, want) {
					t.Fatalf("round %d, seed %d: the file is wrong (%d of %d bytes)", round, seed, len(content), len(want))
				}
			case strings.HasPrefix(name, "."+decodedName):
				leftovers++
			}
		}
		l := childLoader(cacheDir)
		l.collection = c
		data, err := l.load(t.Context(), "")
		if err != nil || !l.mapped.Load() {
			t.Fatalf("round %d, seed %d: the next load: mapped %v, %v", round, seed, l.mapped.Load(), err)
		}
		if got := fmt.Sprint(data.Test.Image(3)[:4]); got != fmt.Sprint([]float32{3. / 255, 4. / 255, 5. / 255, 6. / 255}) {
			t.Fatalf("round %d, seed %d: wrong images %s", round, seed, got)
		}
		decoded := readFiles(t, cacheDir)
		if _, ok := found[decodedName]; !ok && (!bytes.Equal(decoded[decodedName], want) || len(decoded) != 5) {
			t.Fatalf("round %d, seed %d: the cache has %v", round, seed, slices.Sorted(maps.Keys(decoded)))
		}
		for name := range decoded {
			if strings.Contains(name, decodedName) {
				if err := os.Remove(filepath.Join(cacheDir, name)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	t.Logf("seed %d: after %d kills the file was complete %d times, and %d temporary files were left", seed, rounds, complete, leftovers)
}

// plain is a data set of n training images and ten test images; pixel k of image i is i+k.
func plain(n int) (collection, map[string][]byte) {
	c, contents := original, map[string][]byte{}
	c.validation = 1
	images := func(n int) []byte {
		pixels := make([]byte, n*Pixels)
		for k := range pixels {
			pixels[k] = byte(k/Pixels + k%Pixels)
		}
		return idx(pixels, n, Rows, Cols)
	}
	for i, content := range [][]byte{images(n), idx(make([]byte, n), n), images(10), idx(make([]byte, 10), 10)} {
		c.files[i].size, c.files[i].sha256 = len(content), digestOf(content)
		contents[c.files[i].name] = content
	}
	return c, contents
}
