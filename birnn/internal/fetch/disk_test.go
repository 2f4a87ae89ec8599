package fetch

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/smalldisk"
)

// wantStorageError checks that err is a *StorageError that wraps cause and names dst.
func wantStorageError(t *testing.T, err, cause error, dst string) {
	t.Helper()
	var storage *StorageError
	if !errors.As(err, &storage) || cause != nil && !errors.Is(err, cause) || !strings.Contains(err.Error(), dst) {
		t.Errorf("got %v, want a *StorageError for %s that wraps %v", err, dst, cause)
	}
}

// TestFullDisk downloads to a full disk: the old file stays, the space is freed, and no other server is asked. With more space the same
// call succeeds.
func TestFullDisk(t *testing.T) {
	dir, inside := smalldisk.Inside(t, 2*len(content)+64<<10)
	if !inside {
		return
	}
	dst, other := filepath.Join(dir, "file"), filepath.Join(dir, "other")
	before := []byte("before")
	for path, b := range map[string][]byte{dst: before, other: make([]byte, 320<<10)} {
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := serve(t, sends(content))
	store := map[string]func() error{
		"File": func() error { return File(t.Context(), dst, options(s.URL, s.URL)) },
		"Copy": func() error { return Copy(dst, bytes.NewReader(content), options()) },
	}
	for name, call := range store {
		wantStorageError(t, call(), syscall.ENOSPC, dst)
		if got, _ := os.ReadFile(dst); !bytes.Equal(got, before) {
			t.Errorf("%s: the old file became %d bytes", name, len(got))
		}
		wantOnly(t, dst, "file", "other")
	}
	if n := s.requests.Load(); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	if err := os.Remove(other); err != nil {
		t.Fatal(err)
	}
	for name, call := range store {
		if err := call(); err != nil {
			t.Errorf("%s with more space: %v", name, err)
		}
		wantContent(t, dst)
	}
}

// TestNowhereToStore: if the file can't be stored, no server is asked.
func TestNowhereToStore(t *testing.T) {
	s := serve(t, sends(content))
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, dst := range []string{filepath.Dir(file), filepath.Join(file, "below a file")} {
		wantStorageError(t, File(t.Context(), dst, options(s.URL)), nil, dst)
	}
	if dir, inside := smalldisk.Inside(t, 64<<10); inside {
		there := filepath.Join(dir, "file")
		if err := os.WriteFile(there, []byte("before"), 0o644); err != nil {
			t.Fatal(err)
		}
		smalldisk.ReadOnly(t, dir)
		for _, dst := range []string{there, filepath.Join(dir, "new directory", "file")} {
			wantStorageError(t, File(t.Context(), dst, options(s.URL)), syscall.EROFS, dst)
		}
		if got, _ := os.ReadFile(there); string(got) != "before" {
			t.Errorf("the old file became %q", got)
		}
	}
	if n := s.requests.Load(); n != 0 {
		t.Errorf("%d requests, want none", n)
	}
}
