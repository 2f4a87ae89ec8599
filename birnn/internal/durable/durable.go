// Package durable replaces files so that a reader sees either the complete old content or the complete new content, even if the program is
// killed, the disk is full or the power fails.
package durable

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Replace writes content to the file at path, by way of a temporary file. If it returns an error, the file is unchanged, unless only
// flushing the directory failed; then it has the new content.
func Replace(path string, content []byte) error {
	f, err := Create(path)
	if err != nil {
		return err
	}
	defer f.Discard()
	if _, err := f.Write(content); err != nil {
		return err
	}
	return f.Commit()
}

// A File is a temporary file that [File.Commit] puts in the place of another one.
type File struct {
	*os.File
	Path string // the file that it replaces
	done bool
}

// Create opens a temporary file beside path, named .NAME and digits. It has the permissions of an existing file at path.
func Create(path string) (*File, error) {
	info, statErr := os.Lstat(path)
	for {
		name := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+strconv.Itoa(rand.Int()))
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if statErr == nil && info.Mode().IsRegular() {
			_ = f.Chmod(info.Mode().Perm()) // not every file system has permissions
		}
		return &File{File: f, Path: path}, nil
	}
}

// Commit flushes the temporary file to the disk, renames it to the path given to [Create], and flushes the directory.
func (f *File) Commit() error {
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := retry(func() error { return os.Rename(f.Name(), f.Path) }); err != nil {
		return err
	}
	f.done = true
	return SyncDir(filepath.Dir(f.Path))
}

// Discard closes and removes the temporary file. After a successful Commit it does nothing.
func (f *File) Discard() {
	if !f.done {
		f.Close()
		os.Remove(f.Name())
	}
}

// ReadFile reads a file that another process may be replacing.
func ReadFile(path string) (content []byte, err error) {
	err = retry(func() error {
		content, err = os.ReadFile(path)
		return err
	})
	return content, err
}

// retry calls a function again, for a second, if it fails on Windows: there a file cannot be replaced while it is read, nor read while it
// is replaced.
func retry(f func() error) error {
	err := f()
	for range 100 {
		if err == nil || runtime.GOOS != "windows" || errors.Is(err, fs.ErrNotExist) {
			break
		}
		time.Sleep(10 * time.Millisecond)
		err = f()
	}
	return err
}

// SyncDir flushes a directory to the disk: the names of its files, not their content.
func SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // directories can't be flushed there
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil // some network and container file systems don't support it
	}
	return err
}

// RemoveLeftovers removes the temporary files for path that killed programs left behind before the given time. Files that can't be
// removed are ignored.
func RemoveLeftovers(path string, before time.Time) {
	dir := filepath.Dir(path)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, entry := range entries {
		digits, ok := strings.CutPrefix(entry.Name(), "."+filepath.Base(path))
		if !ok || digits == "" || strings.Trim(digits, "0123456789") != "" {
			continue
		}
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() && info.ModTime().Before(before) {
			os.Remove(filepath.Join(dir, entry.Name()))
		}
	}
}
