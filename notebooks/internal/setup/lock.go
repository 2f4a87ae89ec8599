package setup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// acquire takes the lock on the directory. It is held by this process and those that it starts, so that what is left of a set-up that was killed
// ends before another one begins. A shared one is complete, so there is nothing to wait for.
func (s *Setup) acquire(ctx context.Context) (release func(), err error) {
	if s.Shared() {
		return func() {}, nil
	}
	file, err := os.OpenFile(filepath.Join(s.Cache, "setup.lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("%w; set EASY_GOMLX_CACHE to a directory that can be written to", err)
	}
	for told := false; ; told = true {
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			s.lock = file
			return func() { s.lock = nil; file.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			file.Close()
			return nil, fmt.Errorf("lock %s: %w", file.Name(), err)
		}
		if !told {
			s.Console.Say("waiting for another set-up to finish")
		}
		select {
		case <-ctx.Done():
			file.Close()
			return nil, errors.New("stopped while waiting for another set-up")
		case <-time.After(200 * time.Millisecond):
		}
	}
}
