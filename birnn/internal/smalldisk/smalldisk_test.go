package smalldisk

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	_ "github.com/easy-gomlx/tutorials/birnn/internal/longtest" // for the flag -long
)

// TestInside fills the disk, and writes to it after it was made read-only.
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
		t.Errorf("a file larger than the disk: got %v, want ENOSPC", err)
	}
	ReadOnly(t, dir)
	if err := os.WriteFile(file, nil, 0o644); !errors.Is(err, syscall.EROFS) {
		t.Errorf("on the read-only disk: got %v, want EROFS", err)
	}
}
