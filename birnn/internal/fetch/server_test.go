package fetch

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// content is what the test servers serve: 200,000 bytes that don't compress.
var content = func() []byte {
	b := make([]byte, 200_000)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}()

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func gunzip(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }

// server is a test server that counts its requests.
type server struct {
	*httptest.Server
	requests atomic.Int64
}

func serve(t *testing.T, handler http.HandlerFunc) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		handler(w, r)
	}))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

// Handlers for good and bad servers.

func sends(b []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.Write(b) }
}

func responds(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// disconnects announces the whole content and closes the connection after half of it.
func disconnects(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", fmt.Sprint(len(content)))
	w.Write(content[:len(content)/2])
	panic(http.ErrAbortHandler)
}

// stallsAfter sends n bytes of the content and then nothing until the client leaves; n < 0: not even the header.
func stallsAfter(n int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if n >= 0 {
			w.Header().Set("Content-Length", fmt.Sprint(len(content)))
			w.Write(content[:n])
			w.(http.Flusher).Flush()
		}
		<-r.Context().Done()
	}
}

// trickles sends a byte every 5 ms until the client leaves.
func trickles(w http.ResponseWriter, r *http.Request) {
	for r.Context().Err() == nil {
		w.Write(content[:1])
		w.(http.Flusher).Flush()
		time.Sleep(5 * time.Millisecond)
	}
}

// sendsForever sends blocks of zeros as fast as the client takes them.
func sendsForever(w http.ResponseWriter, _ *http.Request) {
	block := make([]byte, 64<<10)
	for {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

// options are for the content, with short waits.
func options(urls ...string) Options {
	return Options{
		URLs:         urls,
		SHA256:       digestOf(content),
		Size:         int64(len(content)),
		stallTimeout: time.Second,
		backoff:      time.Millisecond,
	}
}

// wantContent checks that dst holds the content, and its directory nothing else.
func wantContent(t *testing.T, dst string) {
	t.Helper()
	got, err := os.ReadFile(dst)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, content) {
		t.Errorf("%s has %d bytes that are not the content", dst, len(got))
	}
	wantOnly(t, dst)
}

// wantOnly checks that the directory of dst holds only these names; no names: dst's own.
func wantOnly(t *testing.T, dst string, names ...string) {
	t.Helper()
	if len(names) == 0 {
		names = []string{filepath.Base(dst)}
	}
	entries, err := os.ReadDir(filepath.Dir(dst))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, "\n") != strings.Join(names, "\n") {
		t.Errorf("the directory holds %q, want %q", got, names)
	}
}
