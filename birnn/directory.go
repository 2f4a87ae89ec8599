package birnn

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
	checkpointFile = "model.safetensors"
	previousFile   = "model.previous.safetensors" // the save before the last one of the same training
	formerFile     = "model.former.safetensors"   // the last save of another training
	unreadableFile = "model.unreadable.safetensors"
)

// CheckpointError says why a checkpoint cannot be used.
type CheckpointError struct {
	File string // the file in question
	Err  error
}

func (e *CheckpointError) Error() string {
	return fmt.Sprintf("birnn: the checkpoint %s cannot be used: %v", e.File, e.Err)
}

// Unwrap returns the reason.
func (e *CheckpointError) Unwrap() error { return e.Err }

// readCheckpoint reads a file of a checkpoint directory and checks all that can
// be checked without the network. If that finds something the error is a
// [*CheckpointError].
func readCheckpoint(file string) (*checkpoint, error) {
	content, err := readRegular(file)
	if err != nil {
		return nil, fmt.Errorf("birnn: reading a checkpoint: %w", err)
	}
	c, err := decode(content)
	if err != nil {
		return nil, &CheckpointError{File: file, Err: err}
	}
	return c, nil
}

// readRegular reads a file, but no pipe, which might never end.
func readRegular(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", file)
	}
	return os.ReadFile(file)
}

// damaged adds to the error of a directory's checkpoint the one to go back to.
func damaged(dir string, err error) error {
	var bad *CheckpointError
	if !errors.As(err, &bad) {
		return err
	}
	previous := filepath.Join(dir, previousFile)
	if c, err := readCheckpoint(previous); err == nil {
		return &CheckpointError{File: bad.File, Err: fmt.Errorf("%w; the one before it, of step %d, is whole: to go back to it, rename %s to %s",
			bad.Err, c.Step, previous, checkpointFile)}
	}
	return bad
}

// writeCheckpoint replaces the checkpoint of a locked directory, and keeps the
// present one under another name.
func writeCheckpoint(dir string, content []byte, training string) error {
	current := filepath.Join(dir, checkpointFile)
	present, err := readRegular(current)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	keepAs := ""
	if err == nil {
		keepAs = nameToKeep(dir, present, training)
	}
	if keepAs != "" {
		if err := replace(filepath.Join(dir, keepAs), present); err != nil {
			return err
		}
	}
	if err := replace(current, content); err != nil {
		return err
	}
	if keepAs == previousFile || keepAs == unreadableFile {
		return nil
	}
	err = os.Remove(filepath.Join(dir, previousFile)) // it is not the one before this
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// nameToKeep returns the name under which the present checkpoint is kept when
// the given training replaces it. It is "" for one of another training that has
// not come as far as that which is kept already.
func nameToKeep(dir string, present []byte, training string) string {
	c, err := decode(present)
	switch {
	case err != nil:
		return unreadableFile
	case c.Training == training:
		return previousFile
	}
	if former, err := readCheckpoint(filepath.Join(dir, formerFile)); err == nil && former.Step > c.Step && former.Training != training {
		return ""
	}
	return formerFile
}

// replace is [durable.Replace] in a locked directory, where all temporary files
// are those of programs that were killed, whatever the clock says.
func replace(file string, content []byte) error {
	durable.RemoveLeftovers(file, time.Now().AddDate(1000, 0, 0))
	return durable.Replace(file, content)
}
