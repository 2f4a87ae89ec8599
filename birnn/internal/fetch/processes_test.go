package fetch

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

// TestProcessesAtOnce has several processes, not only goroutines, download the same file while each of the others does.
func TestProcessesAtOnce(t *testing.T) {
	if dst := os.Getenv("FETCH_TEST_DST"); dst != "" {
		if err := File(t.Context(), dst, options(os.Getenv("FETCH_TEST_URL"))); err != nil {
			t.Fatal(err)
		}
		return
	}
	const processes = 3
	var arrived atomic.Int64
	all := make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Write(content[:100_000])
		w.(http.Flusher).Flush()
		if arrived.Add(1) == processes {
			close(all)
		}
		select {
		case <-all: // each has half of it now
		case <-time.After(5 * time.Second):
			t.Error("the processes did not download at the same time")
		}
		w.Write(content[100_000:])
	})
	dst := filepath.Join(t.TempDir(), "new folder", "file")
	var children []*exec.Cmd
	for range processes {
		child := exec.Command(os.Args[0], "-test.run=^TestProcessesAtOnce$")
		child.Env = append(os.Environ(), "FETCH_TEST_DST="+dst, "FETCH_TEST_URL="+s.URL)
		child.Stdout = new(bytes.Buffer)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		children = append(children, child)
	}
	for _, child := range children {
		if err := child.Wait(); err != nil {
			t.Errorf("one of the processes: %v\n%s", err, child.Stdout)
		}
	}
	wantContent(t, dst)
}
