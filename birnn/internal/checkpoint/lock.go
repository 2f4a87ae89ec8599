package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/durable"
	"github.com/gofrs/flock"
)

const (
	// lockName is the file whose lock is needed to write to the directory.
	lockName = ".lock"
	// holderName is the file that names the holder of the lock, if it is held
	// for long.
	holderName = ".in-use"
)

const (
	holderWait = time.Second      // for a lock that is held for long
	writeWait  = 10 * time.Second // for other processes' writes
)

// InUseError reports that another process, or another part of this one, writes
// to the directory.
type InUseError struct {
	Dir    string
	Holder string
}

func (e *InUseError) Error() string { return fmt.Sprintf("%s is in use by %s", e.Dir, e.Holder) }

// Dir is a directory that only this process may write to, until Unlock or the
// end of the process.
type Dir struct {
	dir  string
	file *flock.Flock
}

// Lock creates the directory, if it does not exist, and locks it. The holder
// describes this process to others while it holds the lock for long; it is
// empty for a single write, which takes milliseconds. The error is an
// [*InUseError] if another holds it.
func Lock(dir, holder string) (*Dir, error) {
	dir, err := filepath.Abs(dir) // the working directory may change
	if err != nil {
		return nil, err
	}
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	d := &Dir{dir: dir, file: flock.New(filepath.Join(dir, lockName), flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o666))}
	for start := time.Now(); ; time.Sleep(2 * time.Millisecond) {
		locked, err := d.file.TryLock()
		if err != nil {
			return nil, fmt.Errorf("locking %s: %w", dir, err)
		}
		if locked {
			break
		}
		if err := inUse(dir, time.Since(start)); err != nil {
			return nil, err
		}
	}
	if err := d.setHolder(holder); err != nil {
		d.file.Unlock()
		return nil, err
	}
	return d, nil
}

// inUse returns an [*InUseError] once the lock has been waited for long enough.
func inUse(dir string, waited time.Duration) error {
	holder, err := os.ReadFile(filepath.Join(dir, holderName))
	switch {
	case err == nil && waited > holderWait:
		return &InUseError{Dir: dir, Holder: string(holder)}
	case waited > writeWait:
		return &InUseError{Dir: dir, Holder: "processes that keep saving there"}
	}
	return nil
}

// setHolder records who holds the lock.
func (d *Dir) setHolder(holder string) error {
	file := filepath.Join(d.dir, holderName)
	if holder != "" {
		return os.WriteFile(file, []byte(holder), 0o666)
	}
	if err := os.Remove(file); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Is reports whether the lock belongs to the given directory as it is now: a
// directory that was removed and created again has another lock.
func (d *Dir) Is(dir string) bool {
	if d == nil {
		return false
	}
	mine, err := d.file.Stat()
	other, otherErr := os.Stat(filepath.Join(dir, lockName))
	return err == nil && otherErr == nil && os.SameFile(mine, other)
}

// Path returns the directory's absolute path, or "" for nil.
func (d *Dir) Path() string {
	if d == nil {
		return ""
	}
	return d.dir
}

// Unlock releases the lock.
func (d *Dir) Unlock() error {
	if d == nil {
		return nil
	}
	if d.Is(d.dir) {
		os.Remove(filepath.Join(d.dir, holderName)) // it would only mislead; the lock is what counts
	}
	return d.file.Unlock()
}

// makeDir creates the directory and its parents, and flushes their names to disk.
func makeDir(dir string) error {
	var parents []string // of the directories that are missing
	for d := filepath.Clean(dir); ; d = filepath.Dir(d) {
		if _, err := os.Stat(d); err == nil || filepath.Dir(d) == d {
			break
		}
		parents = append(parents, filepath.Dir(d))
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for _, parent := range parents {
		if err := durable.SyncDir(parent); err != nil {
			return err
		}
	}
	return nil
}
