//go:build unix

package pyenv

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// acquire waits for the lock on a file, which it creates.
func acquire(ctx context.Context, path string, report func(string, ...any)) (*lock, error) {
	for waiting := false; ; waiting = true {
		l, err := tryLock(path)
		if err != nil {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		if l != nil {
			return l, nil
		}
		if !waiting {
			report("waiting for another process to release %s", path)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("waiting for another process to release %s: %w", path, context.Cause(ctx))
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// lock is an open file: whichever process has it open holds the lock.
type lock struct{ *os.File }

// share makes a program that is about to start hold the lock too.
func (l *lock) share(cmd *exec.Cmd) { cmd.ExtraFiles = []*os.File{l.File} }

// tryLock returns nil if another process holds the lock.
func tryLock(path string) (*lock, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return &lock{file}, nil
	}
	file.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
		return nil, nil
	}
	return nil, err
}
