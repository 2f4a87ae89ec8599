//go:build !unix

package pyenv

import (
	"os/exec"

	"github.com/gofrs/flock"
)

type lock struct{ *flock.Flock }

// share does nothing: the programs that are started can't hold the lock too.
func (l *lock) share(*exec.Cmd) {}

// tryLock returns nil if another process holds the lock.
func tryLock(path string) (*lock, error) {
	l := flock.New(path)
	if ok, err := l.TryLock(); err != nil || !ok {
		return nil, err
	}
	return &lock{l}, nil
}
