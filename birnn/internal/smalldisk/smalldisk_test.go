package smalldisk

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	_ "github.com/easy-gomlx/tutorials/birnn/internal/longtest" // for the flag -long, which goes to all packages at once
)

// TestInside: the disk holds what it is to hold, no more, and nothing at all once it is read-only.
func TestInside(t *testing.T) {
	dir, inside := Inside(t, 64<<10)
	if !inside {
		return
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, make([]byte, 32<<10), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, make([]byte, 128<<10), 0o644); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("more than the disk holds: got %v, want ENOSPC", err)
	}
	ReadOnly(t, dir)
	if err := os.WriteFile(file, nil, 0o644); !errors.Is(err, syscall.EROFS) {
		t.Errorf("on the read-only disk: got %v, want EROFS", err)
	}
}
