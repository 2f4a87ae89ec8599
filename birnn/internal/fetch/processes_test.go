package fetch

import (
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/longtest"
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
	longtest.AtOnce(t, processes, "FETCH_TEST_DST="+dst, "FETCH_TEST_URL="+s.URL)
	wantContent(t, dst)
}
