package checkpoint

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// content returns a file with the header.
func content(t *testing.T, header string) []byte {
	t.Helper()
	c, err := File{Header: header}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// wantHeader fails the test unless the file is a checkpoint with the header, or,
// if that is empty, missing.
func wantHeader(t *testing.T, file, header string) {
	t.Helper()
	f, err := Read(file)
	if header == "" && !errors.Is(err, fs.ErrNotExist) || header != "" && (err != nil || f.Header != header) {
		t.Errorf("%s holds %q, %v; want %q", file, f.Header, err, header)
	}
}

func TestWriteKeepsThePreviousCheckpoint(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	d, err := Lock(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Unlock()
	current, previous := filepath.Join(dir, Name), filepath.Join(dir, PreviousName)
	write := func(header string) {
		t.Helper()
		if err := d.Write(content(t, header)); err != nil {
			t.Fatal(err)
		}
	}
	write("1")
	wantHeader(t, current, "1")
	wantHeader(t, previous, "")
	write("2")
	wantHeader(t, current, "2")
	wantHeader(t, previous, "1")

	if err := os.WriteFile(current, []byte("corrupt"), 0o666); err != nil {
		t.Fatal(err)
	}
	var corrupt *CorruptError
	if _, err := Read(current); !errors.As(err, &corrupt) || corrupt.File != current {
		t.Errorf("the error is %v, want a *CorruptError about %s", err, current)
	}
	write("3") // the intact one stays
	wantHeader(t, current, "3")
	wantHeader(t, previous, "1")
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	long, err := Lock(dir, "a test")
	if err != nil {
		t.Fatal(err)
	}
	if !long.Is(dir) || long.Is(t.TempDir()) || long.Path() != dir {
		t.Error("the lock belongs to another directory")
	}
	var inUse *InUseError
	if _, err := Lock(dir, ""); !errors.As(err, &inUse) || *inUse != (InUseError{dir, "a test"}) {
		t.Errorf("the error is %v, want an *InUseError that names the holder", err)
	}
	if err := long.Unlock(); err != nil {
		t.Fatal(err)
	}
	var none *Dir
	if none.Is(dir) || none.Unlock() != nil {
		t.Error("a nil Dir holds a lock")
	}
}

func TestLockOfARemovedDirectory(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows does not remove the directory of an open file")
	}
	dir := t.TempDir()
	lock, err := Lock(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if lock.Is(dir) {
		t.Error("the lock of a directory that was removed is still valid")
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
}
