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

// TestRealFullDisk downloads to a disk with too little room: what was there stays, the room is given back, and no other server
// is asked. Once there is room the same call succeeds.
func TestRealFullDisk(t *testing.T) {
	dir, inside := smalldisk.Inside(t, 2*len(content)+64<<10)
	if !inside {
		return
	}
	dst, other := filepath.Join(dir, "file"), filepath.Join(dir, "other")
	before, filling := []byte("before"), make([]byte, 320<<10)
	for path, b := range map[string][]byte{dst: before, other: filling} {
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := serve(t, gives(content))
	store := map[string]func() error{
		"File": func() error { return File(t.Context(), dst, options(s.URL, s.URL)) },
		"Copy": func() error { return Copy(dst, bytes.NewReader(content), options()) },
	}
	for name, call := range store {
		var storage *StorageError
		err := call()
		if !errors.As(err, &storage) || !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), dst) {
			t.Errorf("%s: got %v, want a *StorageError that wraps ENOSPC and names %s", name, err, dst)
		}
		if got, _ := os.ReadFile(dst); !bytes.Equal(got, before) {
			t.Errorf("%s: what was there became %d bytes", name, len(got))
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
			t.Errorf("%s with room: %v", name, err)
		}
		wantContent(t, dst)
	}
}

// TestReadOnlyDisk: that nothing can be stored is told before any server is asked, and what is there stays of use.
func TestReadOnlyDisk(t *testing.T) {
	dir, inside := smalldisk.Inside(t, 64<<10)
	if !inside {
		return
	}
	there, absent := filepath.Join(dir, "file"), filepath.Join(dir, "new folder", "file")
	if err := os.WriteFile(there, []byte("before"), 0o644); err != nil {
		t.Fatal(err)
	}
	smalldisk.ReadOnly(t, dir)
	s := serve(t, gives(content))
	for _, dst := range []string{there, absent} {
		var storage *StorageError
		err := File(t.Context(), dst, options(s.URL))
		if !errors.As(err, &storage) || !errors.Is(err, syscall.EROFS) || !strings.Contains(err.Error(), dst) {
			t.Errorf("got %v, want a *StorageError that wraps EROFS and names %s", err, dst)
		}
	}
	if n := s.requests.Load(); n != 0 {
		t.Errorf("%d requests, want none", n)
	}
	if got, _ := os.ReadFile(there); string(got) != "before" {
		t.Errorf("what was there became %q", got)
	}
}
