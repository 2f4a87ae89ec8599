//go:build unix

package mnist

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// notFiles are things that can stand where a data file should, each made at a path.
var notFiles = map[string]func(path string) error{
	"pipe":           func(path string) error { return syscall.Mkfifo(path, 0o644) },
	"folder":         func(path string) error { return os.Mkdir(path, 0o755) },
	"endless device": func(path string) error { return os.Symlink("/dev/zero", path) },
	"terminal":       func(path string) error { return os.Symlink("/dev/tty", path) },
	"link to itself": func(path string) error { return os.Symlink(path, path) },
	"link to a pipe": func(path string) error {
		if err := syscall.Mkfifo(path+".pipe", 0o644); err != nil {
			return err
		}
		return os.Symlink(path+".pipe", path)
	},
}

// TestNoFile puts things in place of a data file: a given folder lacks the file then, the cache fetches it, and nothing waits
// for a pipe's other end or reads a device.
func TestNoFile(t *testing.T) {
	const name = "train-images-idx3-ubyte"
	for what, put := range notFiles {
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
			_, err := inTime(t, l, given)
			if err == nil || what != "link to itself" && !as[*MissingError](err) {
				t.Errorf("in a given folder: got %v, want that it lacks the file", err)
			}
			data, err := inTime(t, l, "")
			if what == "folder" {
				if !isStorage(err) {
					t.Errorf("in the cache: got %v, want a *StorageError", err)
				}
				return
			}
			if err != nil {
				t.Fatalf("in the cache: %v", err)
			}
			wantSmall(t, data)
		})
	}
}

// inTime loads, and fails the test when that hangs.
func inTime(t *testing.T, l *loader, dir string) (data *Data, err error) {
	t.Helper()
	ended := make(chan struct{})
	go func() {
		data, err = l.load(t.Context(), dir)
		close(ended)
	}()
	select {
	case <-ended:
		return data, err
	case <-time.After(10 * time.Second):
		t.Fatal("it hangs")
	}
	return nil, nil
}
