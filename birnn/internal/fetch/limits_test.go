package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestFileRefusesBombs(t *testing.T) {
	zeros := make([]byte, 64<<20)
	var endless bytes.Buffer // gzip members that decode to nothing, 4 MB of them
	for range 200_000 {
		endless.Write([]byte{31, 139, 8, 0, 0, 0, 0, 0, 0, 255, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	}
	for name, packed := range map[string][]byte{"swells": gzipped(zeros), "decodes to nothing": endless.Bytes()} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, gives(packed))
			o := options(s.URL)
			var read int64
			o.Decode = func(r io.Reader) (io.Reader, error) {
				z, err := gzip.NewReader(r)
				return readerFunc(func(p []byte) (int, error) {
					n, err := z.Read(p)
					read += int64(n)
					return n, err
				}), err
			}
			dst := filepath.Join(t.TempDir(), "file")
			err := File(t.Context(), dst, o)
			var content *ContentError
			if !errors.As(err, &content) {
				t.Fatalf("got %v, want a *ContentError", err)
			}
			if name == "decodes to nothing" && !strings.Contains(err.Error(), "without an end") {
				t.Errorf("got %v, want it stopped by the bound on what is received", err)
			}
			if most := contentTries * (o.Size + 1); read > most {
				t.Errorf("decoded %d bytes, want at most %d", read, most)
			}
		})
	}
}

func TestFileEndsWithItsContext(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"before the header": stallsAfter(-1),
		"in the body":       stallsAfter(50_000),
		"between the tries": answers(500, ""),
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, handler)
			o := options(s.URL)
			o.StallTimeout, o.backoff = time.Minute, time.Minute
			var lines strings.Builder
			o.Report = reportTo(&lines)
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(100*time.Millisecond, cancel)
			dst := filepath.Join(t.TempDir(), "file")
			start := time.Now()
			err := File(ctx, dst, o)
			if !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want context.Canceled", err)
			}
			if d := time.Since(start); d > 5*time.Second {
				t.Errorf("took %v to stop", d)
			}
			if strings.Contains(lines.String(), "canceled") {
				t.Errorf("the end of the context was reported as the server's failure: %q", lines.String())
			}
			if _, err := os.Stat(dst); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the file is there: %v", err)
			}
		})
	}
}

func TestFileAtOnce(t *testing.T) {
	s := serve(t, gives(content))
	dst := filepath.Join(t.TempDir(), "file")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if err := File(t.Context(), dst, options(s.URL)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	wantContent(t, dst)
}

func TestFileRefusesBadOptions(t *testing.T) {
	tests := []struct {
		name   string
		dst    string
		change func(*Options)
		want   string
	}{
		{"no name", "", func(*Options) {}, "no name"},
		{"no address", "f", func(o *Options) { o.URLs = nil }, "no address"},
		{"no bound", "f", func(o *Options) { o.Size = 0 }, "no bound"},
		{"negative size", "f", func(o *Options) { o.Size, o.MaxSize = -1, 5 }, "no bound"},
		{"short digest", "f", func(o *Options) { o.SHA256 = "abcd" }, "64 hexadecimal digits"},
		{"no digest", "f", func(o *Options) { o.SHA256 = "" }, "64 hexadecimal digits"},
		{"a folder", ".", func(*Options) {}, "a folder has that name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := options("http://127.0.0.1:0/")
			tt.change(&o)
			if err := File(t.Context(), tt.dst, o); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
}
