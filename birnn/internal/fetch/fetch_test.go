package fetch

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestFileStoresTheContent(t *testing.T) {
	packed := gzipped(content)
	tests := []struct {
		name    string
		handler http.HandlerFunc
		decode  func(io.Reader) (io.Reader, error)
	}{
		{"as received", sends(content), nil},
		{"gzip", sends(packed), gunzip},
		{"gzip that the server declares as an encoding", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(packed)
		}, gunzip},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, tt.handler)
			o := options(s.URL)
			o.Decode = tt.decode
			dst := filepath.Join(t.TempDir(), "new directory", "file")
			if err := File(t.Context(), dst, o); err != nil {
				t.Fatal(err)
			}
			wantContent(t, dst)
			if n := s.requests.Load(); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
}

// TestFileTriesTheNextAddress puts a bad server before a good one: the bad one
// is asked once and reported.
func TestFileTriesTheNextAddress(t *testing.T) {
	page := "<!DOCTYPE html><html><body>Log in to this network</body></html>"
	flipped := bytes.Clone(content)
	flipped[len(flipped)/2] ^= 1
	tests := []struct {
		name    string
		handler http.HandlerFunc
		decode  func(io.Reader) (io.Reader, error)
		report  string // part of the reported reason
	}{
		{"not found", responds(404, "no"), nil, "HTTP 404 Not Found"},
		{"server error", responds(503, "busy"), nil, "HTTP 503 Service Unavailable"},
		{"captive portal", responds(200, page), nil, "login page"},
		{"captive portal for gzip", responds(200, page), gunzip, "login page"},
		{"flipped bit", sends(flipped), nil, "SHA-256"},
		{"empty", sends(nil), nil, "ends after 0 of 200000 bytes"},
		{"too short", sends(content[:1000]), nil, "ends after 1000 of 200000 bytes"},
		{"trailing byte", sends(append(bytes.Clone(content), 0)), nil, "longer than the expected 200000 bytes"},
		{"truncated gzip", sends(gzipped(content)[:5000]), gunzip, "unexpected EOF"},
		{"disconnects", disconnects, nil, "unexpected EOF"},
		{"silent", stallsAfter(-1), nil, "stalled"},
		{"stalls midway", stallsAfter(100_000), nil, "stalled"},
		{"trickles", trickles, nil, "stalled"},
		{"sends forever", sendsForever, nil, "longer than the expected"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bad := serve(t, tt.handler)
			body := content
			if tt.decode != nil {
				body = gzipped(content)
			}
			o := options(bad.URL, serve(t, sends(body)).URL)
			o.Decode = tt.decode
			var lines strings.Builder
			o.Report = reportTo(&lines)
			dst := filepath.Join(t.TempDir(), "file")
			start := time.Now()
			if err := File(t.Context(), dst, o); err != nil {
				t.Fatal(err)
			}
			wantContent(t, dst)
			if !strings.Contains(lines.String(), bad.URL+": ") || !strings.Contains(lines.String(), tt.report) {
				t.Errorf("reported %q, want %s with %q", lines.String(), bad.URL, tt.report)
			}
			if n := bad.requests.Load(); n != 1 {
				t.Errorf("the bad server got %d requests, want 1", n)
			}
			if d := time.Since(start); d > 10*time.Second {
				t.Errorf("took %v", d)
			}
		})
	}
}

func TestFileTriesAgain(t *testing.T) {
	tests := []struct {
		name  string
		bad   http.HandlerFunc
		fails int64 // this many bad responses before a good one
		tries int64 // requests in all
		ok    bool
	}{
		{"server error twice", responds(500, ""), 2, 3, true},
		{"server error three times", responds(500, ""), 3, 3, false},
		{"too many requests", responds(429, ""), 1, 2, true},
		{"broken connection", disconnects, 2, 3, true},
		{"wrong content", sends(content[:9]), 1, 2, true},
		{"gone", responds(410, ""), 1, 1, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var s *server
			s = serve(t, func(w http.ResponseWriter, r *http.Request) {
				if n := s.requests.Load(); n <= tt.fails {
					tt.bad(w, r)
					return
				}
				if r.Header.Get("Cache-Control") != "no-cache" {
					t.Error("a later request lacks Cache-Control: no-cache")
				}
				w.Write(content)
			})
			err := File(t.Context(), filepath.Join(t.TempDir(), "file"), options(s.URL))
			if (err == nil) != tt.ok {
				t.Errorf("error %v, want success: %v", err, tt.ok)
			}
			if n := s.requests.Load(); n != tt.tries {
				t.Errorf("%d requests, want %d", n, tt.tries)
			}
		})
	}
}

func TestFileKeepsTheOldFileWhenAllFail(t *testing.T) {
	gone, wrong := serve(t, responds(404, "")), serve(t, sends(content[:9]))
	dst := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(dst, []byte("before"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := File(t.Context(), dst, options(gone.URL, wrong.URL, "ftp://example.org/file", "http://user:secret@127.0.0.1:0/", "http://user:secret@[/"))
	var all *Error
	if !errors.As(err, &all) || len(all.Failures) != 5 {
		t.Fatalf("got %v, want an *Error with 5 failures", err)
	}
	for _, part := range []string{gone.URL, wrong.URL, "404", "9 of 200000 bytes", "ftp://example.org", dst, digestOf(content)} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error lacks %q:\n%v", part, err)
		}
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("error shows a password:\n%v", err)
	}
	if got, _ := os.ReadFile(dst); string(got) != "before" {
		t.Errorf("the old file became %q", got)
	}
	wantOnly(t, dst)
}

func TestCopy(t *testing.T) {
	dst := filepath.Join(t.TempDir(), "new directory", "file")
	o := options()
	o.Decode = gunzip
	if err := Copy(dst, bytes.NewReader(gzipped(content)), o); err != nil {
		t.Fatal(err)
	}
	wantContent(t, dst)
	flipped := bytes.Clone(content)
	flipped[7] ^= 4
	if err := Copy(dst, bytes.NewReader(gzipped(flipped)), o); err == nil || !strings.Contains(err.Error(), "SHA-256") || !strings.Contains(err.Error(), dst) {
		t.Errorf("got %v, want an error that says the SHA-256 of %s is wrong", err, dst)
	}
	wantContent(t, dst)
}

func TestPage(t *testing.T) {
	if got, err := Page(t.Context(), serve(t, responds(200, "hello")).URL); string(got) != "hello" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	s := serve(t, responds(404, ""))
	if _, err := Page(t.Context(), s.URL); err == nil || !strings.Contains(err.Error(), s.URL+": HTTP 404") {
		t.Errorf("got %v, want HTTP 404 from %s", err, s.URL)
	}
	if got, err := Page(t.Context(), serve(t, sendsForever).URL); len(got) != 4<<20 || err != nil {
		t.Errorf("got %d bytes, %v; want 4 MiB", len(got), err)
	}
}
