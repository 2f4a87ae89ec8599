package birnn

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/durable"
	"github.com/gofrs/flock"
)

// lockFile is the file of a checkpoint directory whose lock the process holds that writes there. If that is for a whole
// training it says who it is; it is empty for a single save, which takes milliseconds. It stays when the lock is released.
const lockFile = ".lock"

const (
	trainingWait = time.Second      // how long the end of a training is waited for
	saveWait     = 10 * time.Second // how long the end of other saves is waited for
)

// InUseError says that another process trains into a checkpoint directory, or another model of this one.
type InUseError struct {
	Dir    string
	Holder string // "process 4711 on HOST trains there, since 15:04:05"
}

func (e *InUseError) Error() string {
	return fmt.Sprintf("birnn: the directory %s is in use (%s): stop that, or choose another directory", e.Dir, e.Holder)
}

// dirLock is the right to write to a checkpoint directory. It ends with the process, however that ends.
type dirLock struct {
	dir  string
	file *flock.Flock
}

// lockDir makes the directory if need be and takes its lock. The holder is empty for a single save.
func lockDir(dir, holder string) (*dirLock, error) {
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, lockFile)
	l := &dirLock{dir: dir, file: flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o666))}
	for start := time.Now(); ; time.Sleep(2 * time.Millisecond) {
		locked, err := l.file.TryLock()
		if err != nil {
			return nil, fmt.Errorf("locking the directory: %w", err)
		}
		if locked {
			break
		}
		if err := busy(dir, time.Since(start)); err != nil {
			return nil, err
		}
	}
	if err := os.WriteFile(path, []byte(holder), 0o666); err != nil {
		l.release()
		return nil, err
	}
	return l, nil
}

// busy returns an [*InUseError] when the lock was waited for long enough.
func busy(dir string, waited time.Duration) error {
	holder, err := os.ReadFile(filepath.Join(dir, lockFile))
	switch {
	case err != nil:
		return fmt.Errorf("locking the directory: %w", err)
	case len(holder) == 0 && waited > saveWait:
		return &InUseError{Dir: dir, Holder: "other processes save there without a pause"}
	case len(holder) > 0 && waited > trainingWait:
		return &InUseError{Dir: dir, Holder: string(holder)}
	}
	return nil
}

// thisProcess says who trains.
func thisProcess() string {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	return fmt.Sprintf("process %d on %s trains there, since %s", os.Getpid(), host, time.Now().Format(time.TimeOnly))
}

// makeDir makes the directory, and those above it, so that their names are on the disk too.
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

// is reports whether the lock is that of the given directory, as it is now: one
// that was removed and made again has another.
func (l *dirLock) is(dir string) bool {
	if l == nil {
		return false
	}
	mine, err := l.file.Stat()
	other, otherErr := os.Stat(filepath.Join(dir, lockFile))
	return err == nil && otherErr == nil && os.SameFile(mine, other)
}

func (l *dirLock) release() error {
	if l == nil {
		return nil
	}
	if l.is(l.dir) {
		os.Truncate(l.file.Path(), 0) // nobody trains there any more
	}
	return l.file.Unlock()
}
