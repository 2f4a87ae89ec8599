package fetch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/durable"
)

// makeRoom makes the folder of dst and removes what killed downloads left there a day ago or earlier.
func makeRoom(dst string) error {
	if err := os.MkdirAll(filepath.Dir(dst), 0o755); err != nil {
		return fmt.Errorf("fetch: making the folder for %s: %w", dst, &StorageError{Err: err})
	}
	if info, err := os.Stat(dst); err == nil && info.IsDir() {
		return fmt.Errorf("fetch: storing %s: %w", dst, &StorageError{Err: errors.New("a folder has that name")})
	}
	durable.RemoveLeftovers(dst, time.Now().Add(-24*time.Hour))
	return nil
}
