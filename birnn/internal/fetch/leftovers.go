package fetch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// makeRoom makes the folder of dst and removes what killed downloads left there a day ago or earlier.
func makeRoom(dst string) error {
	if err := os.MkdirAll(filepath.Dir(dst), 0o755); err != nil {
		return fmt.Errorf("fetch: making the folder for %s: %w", dst, &StorageError{Err: err})
	}
	if info, err := os.Stat(dst); err == nil && info.IsDir() {
		return fmt.Errorf("fetch: storing %s: %w", dst, &StorageError{Err: errors.New("a folder has that name")})
	}
	removeLeftovers(dst, time.Now().Add(-24*time.Hour))
	return nil
}

// removeLeftovers removes the temporary files for dst that killed processes left behind before the given time. What can't
// be removed stays: it is in nobody's way.
func removeLeftovers(dst string, before time.Time) {
	folder := filepath.Dir(dst)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, entry := range entries {
		digits, ok := strings.CutPrefix(entry.Name(), "."+filepath.Base(dst))
		if !ok || digits == "" || strings.Trim(digits, "0123456789") != "" {
			continue
		}
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() && info.ModTime().Before(before) {
			os.Remove(filepath.Join(folder, entry.Name()))
		}
	}
}
