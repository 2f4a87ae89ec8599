//go:build unix

package mnist

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestSpecialFiles puts something other than a regular file in place of a data
// file: a given directory lacks the file, and the cache replaces it, unless it
// is a directory. Load neither waits for the other end of a pipe nor reads a
// device.
func TestSpecialFiles(t *testing.T) {
	const name = "train-images-idx3-ubyte"
	for what, put := range map[string]func(path string) error{
		"pipe":           func(path string) error { return syscall.Mkfifo(path, 0o644) },
		"directory":      func(path string) error { return os.Mkdir(path, 0o755) },
		"endless device": func(path string) error { return os.Symlink("/dev/zero", path) },
		"broken link":    func(path string) error { return os.Symlink("nowhere", path) },
	} {
		t.Run(what, func(t *testing.T) {
			l, cacheDir := smallLoader(t)
			l.module, _ = fakeModule(t, smallFiles)
			given := t.TempDir()
			for _, dir := range []string{given, cacheDir} {
				writeFiles(t, dir, changed(name, nil))
				if err := put(filepath.Join(dir, name)); err != nil {
					t.Fatal(err)
				}
			}
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				if _, err := l.load(t.Context(), given); !as[*MissingError](err) {
					t.Errorf("in a given directory: got %v, want a *MissingError", err)
				}
				if _, err := l.load(t.Context(), ""); (err == nil) != (what != "directory") || err != nil && !isStorage(err) {
					t.Errorf("in the cache: %v", err)
				}
			}()
			select {
			case <-ended:
			case <-time.After(10 * time.Second):
				t.Fatal("it hangs")
			}
		})
	}
}
