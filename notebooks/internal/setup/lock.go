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

// acquire locks the directory. The processes that this one starts hold the lock
// too, so that a setup waits for programs that a killed one left running. A
// shared setup is complete and needs no lock.
func (s *Setup) acquire(ctx context.Context) (release func(), err error) {
	if s.Shared() {
		return func() {}, nil
	}
	file, err := os.OpenFile(filepath.Join(s.Cache, "setup.lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("%w; set EASY_GOMLX_CACHE to a writable directory", err)
	}
	for waiting := false; ; waiting = true {
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			s.lock = file
			return func() { s.lock = nil; file.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			file.Close()
			return nil, fmt.Errorf("lock %s: %w", file.Name(), err)
		}
		if !waiting {
			s.Console.Say("waiting for another setup to finish")
		}
		select {
		case <-ctx.Done():
			file.Close()
			return nil, errors.New("stopped while waiting for another setup")
		case <-time.After(200 * time.Millisecond):
		}
	}
}
