package pyenv

import (
	"context"
	"fmt"
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
