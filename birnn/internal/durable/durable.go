// Package durable replaces files so that whoever reads sees the old content or the new one, whole, whatever happens: the
// program is killed, the disk is full, the power fails.
package durable

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/google/renameio/v2"
)

// Replace gives the file the content. It goes into a temporary file beside it, which is flushed to the disk and takes the
// file's name; then the directory is flushed. After an error the temporary file is gone, and the file is as it was; if only the
// directory could not be flushed, it has the new content.
func Replace(path string, content []byte) error {
	dir := filepath.Dir(path)
	if err := renameio.WriteFile(path, content, 0o666, renameio.WithTempDir(dir)); err != nil {
		return err
	}
	return SyncDir(dir)
}

// SyncDir flushes a directory to the disk: the names of its files, not their content.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil // some file systems of a network or a container cannot, and need not
	}
	return err
}

// RemoveLeftovers removes the temporary files for path that killed programs left behind before the given time. What can't be
// removed stays: it is in nobody's way.
func RemoveLeftovers(path string, before time.Time) {
	folder := filepath.Dir(path)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, entry := range entries {
		digits, ok := strings.CutPrefix(entry.Name(), "."+filepath.Base(path))
		if !ok || digits == "" || strings.Trim(digits, "0123456789") != "" {
			continue
		}
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() && info.ModTime().Before(before) {
			os.Remove(filepath.Join(folder, entry.Name()))
		}
	}
}
