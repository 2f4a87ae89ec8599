//go:build unix

package backend

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestPipeForAPlugin: what is no file is told, and nothing waits for a pipe's other end.
func TestPipeForAPlugin(t *testing.T) {
	for name, path := range map[string]func(cache string) string{
		"the pinned one": func(cache string) string { return pinned.path(filepath.Join(cache, "xla")) },
		"another":        func(cache string) string { return filepath.Join(cache, "xla", "go-xla", libraryName) },
	} {
		t.Run(name, func(t *testing.T) {
			cache := nothingInstalled(t)
			pipe := path(cache)
			if err := os.MkdirAll(filepath.Dir(pipe), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := syscall.Mkfifo(pipe, 0o644); err != nil {
				t.Fatal(err)
			}
			found := make(chan error, 1)
			go func() {
				_, err := FindPlugin()
				found <- err
			}()
			select {
			case err := <-found:
				if !errors.Is(err, errNoPlugin) || !strings.Contains(err.Error(), pipe+" is not a file") {
					t.Errorf("got %v, want that %s is not a file", err, pipe)
				}
			case <-time.After(10 * time.Second):
				t.Fatal("it hangs")
			}
		})
	}
}
