package birnn

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/durable"
	"github.com/gofrs/flock"
)

// lockFile is the file of a checkpoint directory whose lock the process holds that writes there. It says who that is, and
// stays when the lock is released.
const lockFile = ".lock"

// lockWait is how long a save waits for another one, which takes milliseconds.
const lockWait = 2 * time.Second

// InUseError says that another process trains into a checkpoint directory, or another model of this one.
type InUseError struct {
	Dir    string
	Holder string // "process 4711 on HOST, since 15:04:05"
}

func (e *InUseError) Error() string {
	return fmt.Sprintf("birnn: the directory %s is in use (%s): another training saves there; stop it, or choose another directory", e.Dir, e.Holder)
}

// dirLock is the right to write to a checkpoint directory. It ends with the process, however that ends.
type dirLock struct {
	dir  string
	file *flock.Flock
}

// lockDir makes the directory if need be and takes its lock, for which it waits for at most the given time.
func lockDir(dir string, wait time.Duration) (*dirLock, error) {
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, lockFile)
	l := &dirLock{dir: dir, file: flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o666))}
	for deadline := time.Now().Add(wait); ; time.Sleep(5 * time.Millisecond) {
		locked, err := l.file.TryLock()
		if err != nil {
			return nil, fmt.Errorf("locking the directory: %w", err)
		}
		if locked {
			break
		}
		if time.Now().After(deadline) {
			return nil, &InUseError{Dir: dir, Holder: holder(path)}
		}
	}
	host, _ := os.Hostname()
	about := fmt.Sprintf("process %d on %s, since %s", os.Getpid(), host, time.Now().Format(time.TimeOnly))
	if err := os.WriteFile(path, []byte(about), 0o666); err != nil {
		l.release()
		return nil, err
	}
	return l, nil
}

// makeDir makes the directory so that its name is on the disk too.
func makeDir(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	return durable.SyncDir(filepath.Dir(filepath.Clean(dir)))
}

// holder returns who wrote the lock file.
func holder(path string) string {
	if about, err := os.ReadFile(path); err == nil && len(about) > 0 {
		return string(about)
	}
	return "another process"
}

// is reports whether the lock is that of the given directory.
func (l *dirLock) is(dir string) bool {
	if l == nil {
		return false
	}
	mine, err := os.Stat(l.dir)
	other, otherErr := os.Stat(dir)
	return err == nil && otherErr == nil && os.SameFile(mine, other)
}

func (l *dirLock) release() error {
	if l == nil {
		return nil
	}
	return l.file.Unlock()
}
