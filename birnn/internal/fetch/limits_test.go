package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/leaktest"
	"github.com/easy-gomlx/tutorials/birnn/internal/longtest"
)

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func reportTo(w io.Writer) func(string, ...any) {
	return func(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }
}

// TestFileRejectsBombs counts the decoded bytes of gzip bombs. Reading endless members that decode to nothing must end too.
func TestFileRejectsBombs(t *testing.T) {
	member := []byte{31, 139, 8, 0, 0, 0, 0, 0, 0, 255, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	nothing := bytes.Repeat(member, 10_000)
	for name, handler := range map[string]http.HandlerFunc{
		"swells": sends(gzipped(make([]byte, 64<<20))),
		"decodes to nothing": func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				w.Write(nothing)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(serve(t, handler).URL)
			var read int64
			o.Decode = func(r io.Reader) (io.Reader, error) {
				z, err := gzip.NewReader(r)
				return readerFunc(func(p []byte) (int, error) {
					n, err := z.Read(p)
					read += int64(n)
					return n, err
				}), err
			}
			var all *Error
			if err := File(t.Context(), filepath.Join(t.TempDir(), "file"), o); !errors.As(err, &all) {
				t.Fatalf("got %v, want an *Error", err)
			}
			if most := rounds * (o.Size + 1); read > most {
				t.Errorf("decoded %d bytes, want at most %d", read, most)
			}
		})
	}
}

func TestFileEndsWithItsContext(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"before the header":    stallsAfter(-1),
		"in the body":          stallsAfter(50_000),
		"between the attempts": responds(500, ""),
	} {
		t.Run(name, func(t *testing.T) {
			o := options(serve(t, handler).URL)
			o.stallTimeout, o.backoff = time.Minute, time.Minute
			var lines strings.Builder
			o.Report = reportTo(&lines)
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(100*time.Millisecond, cancel)
			dst := filepath.Join(t.TempDir(), "file")
			start := time.Now()
			if err := File(ctx, dst, o); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want context.Canceled", err)
			}
			if d := time.Since(start); d > 5*time.Second {
				t.Errorf("took %v to stop", d)
			}
			if strings.Contains(lines.String(), "canceled") {
				t.Errorf("reported as the server's failure: %q", lines.String())
			}
			if _, err := os.Stat(dst); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the file is there: %v", err)
			}
		})
	}
}

// TestStallOverHTTP2, where the transport's error doesn't give the reason.
func TestStallOverHTTP2(t *testing.T) {
	s := httptest.NewUnstartedServer(stallsAfter(100_000))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	useClient(t, s.Client())
	o := options(s.URL)
	o.stallTimeout = 100 * time.Millisecond
	if err := File(t.Context(), filepath.Join(t.TempDir(), "file"), o); err == nil || !strings.Contains(err.Error(), "stalled") {
		t.Errorf("got %v, want an error that says the server stalled", err)
	}
}

func useClient(t *testing.T, c *http.Client) {
	before := client
	t.Cleanup(func() { client = before })
	client = c
}

// TestProgressIsThrottled: many small reads give one line of progress.
func TestProgressIsThrottled(t *testing.T) {
	for total, want := range map[int64]string{200_000: "file from host: 0.1 of 0.2 MB\n", -1: "file from host: 0.1 MB\n"} {
		var lines strings.Builder
		m := &meter{body: iotest.OneByteReader(bytes.NewReader(content)), what: "file from host", total: total, report: reportTo(&lines)}
		m.received.Store(99_999)
		if _, err := io.Copy(io.Discard, m); err != nil {
			t.Fatal(err)
		}
		if lines.String() != want {
			t.Errorf("reported %q, want %q", lines.String(), want)
		}
	}
}

// TestProcessesAtOnce has several processes download the same file, each while the others do.
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
	dst := filepath.Join(t.TempDir(), "new directory", "file")
	longtest.AtOnce(t, processes, "FETCH_TEST_DST="+dst, "FETCH_TEST_URL="+s.URL)
	wantContent(t, dst)
}

// TestNothingLeaks counts goroutines and open files after downloads of every outcome.
func TestNothingLeaks(t *testing.T) {
	useClient(t, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}) // idle connections would count
	packed := gzipped(content)
	dst := filepath.Join(t.TempDir(), "file")
	for name, handler := range map[string]http.HandlerFunc{
		"success":            sends(packed),
		"not found":          responds(404, "no"),
		"a long error page":  responds(500, strings.Repeat("page ", 100_000)),
		"wrong content":      sends(gzipped(content[:999])),
		"a web page":         responds(200, "<html>"),
		"a truncated file":   sends(packed[:5000]),
		"a lost connection":  disconnects,
		"a stopped download": stallsAfter(1000),
		"endless content":    sendsForever,
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, handler)
			leaktest.Check(t, func() {
				for range 10 {
					o := options(s.URL)
					o.Decode = gunzip
					o.stallTimeout = time.Hour
					ctx := t.Context()
					if name == "a stopped download" {
						var cancel context.CancelFunc
						ctx, cancel = context.WithTimeout(ctx, 5*time.Millisecond)
						defer cancel()
					}
					if err := File(ctx, dst, o); (err == nil) != (name == "success") {
						t.Errorf("error %v", err)
					}
				}
			})
		})
	}
	t.Run("Copy", func(t *testing.T) {
		leaktest.Check(t, func() {
			for range 10 {
				if err := Copy(dst, strings.NewReader("short"), options()); err == nil {
					t.Error("no error for short content")
				}
			}
		})
	})
}
