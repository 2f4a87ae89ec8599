// Package checkpoint keeps a checkpoint, which is a header and named arrays, in
// a directory. It deals with bytes and files; their meaning is up to the
// caller.
//
// The files are in the safetensors format (see package safetensors), so that
// other programs can read them. Their metadata has the caller's header and the
// SHA-256 of the file with zeros in its place.
//
// A reader sees a checkpoint as it was before a write or as it is after it,
// whenever the program is killed or the power fails. The previous checkpoint is
// kept beside it.
package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/durable"
)

// The files of a checkpoint directory.
const (
	Name         = "model.safetensors"
	PreviousName = "model.previous.safetensors"
)

// CorruptError reports that a file is not a checkpoint, or is corrupt.
type CorruptError struct {
	File string
	Err  error
}

func (e *CorruptError) Error() string { return e.File + ": " + e.Err.Error() }

// Unwrap returns the reason.
func (e *CorruptError) Unwrap() error { return e.Err }

// Read reads a checkpoint file. The error is a [*CorruptError] if it has the
// wrong content.
func Read(file string) (File, error) {
	content, err := readRegular(file)
	if err != nil {
		return File{}, err
	}
	f, err := Decode(content)
	if err != nil {
		return File{}, &CorruptError{File: file, Err: err}
	}
	return f, nil
}

// readRegular reads a regular file. A pipe might never end.
func readRegular(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", file)
	}
	return os.ReadFile(file)
}

// Write replaces the checkpoint of the directory. The existing checkpoint
// becomes the previous one, unless it is corrupt. After an error the checkpoint
// is unchanged.
func (d *Dir) Write(content []byte) error {
	current := filepath.Join(d.dir, Name)
	switch present, err := readRegular(current); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	default:
		if _, err := Decode(present); err != nil {
			break
		}
		if err := replace(filepath.Join(d.dir, PreviousName), present); err != nil {
			return err
		}
	}
	return replace(current, content)
}

// replace is [durable.Replace] in a locked directory, where every temporary
// file is left over from a program that was killed.
func replace(file string, content []byte) error {
	durable.RemoveLeftovers(file, time.Now().AddDate(1000, 0, 0))
	return durable.Replace(file, content)
}
