//go:build unix

package fetch

import (
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestPipeInPlaceOfTheFile: what is no file under the final name is replaced, and nothing waits for a pipe's other end.
func TestPipeInPlaceOfTheFile(t *testing.T) {
	s := serve(t, gives(content))
	dst := filepath.Join(t.TempDir(), "file")
	if err := syscall.Mkfifo(dst, 0o644); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- File(t.Context(), dst, options(s.URL)) }()
	select {
	case err := <-ended:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the download waits for the pipe's other end")
	}
	wantContent(t, dst)
}
