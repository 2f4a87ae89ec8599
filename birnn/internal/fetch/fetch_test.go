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
		change  func(*Options)
		reason  string
	}{
		{"as received", gives(content), nil, "the plain case"},
		{"gzip", gives(packed), func(o *Options) { o.Decode = gunzip }, "size and digest are those of the decoded content"},
		{"only a bound", gives(content), func(o *Options) { o.Size, o.MaxSize = 0, o.Size }, "a size right at the bound is allowed"},
		{"upper-case digest", gives(content), func(o *Options) { o.SHA256 = strings.ToUpper(o.SHA256) }, "tools print both"},
		{"marked as gzip", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(packed)
		}, func(o *Options) { o.Decode = gunzip }, "some servers declare a .gz file's own packing: it is not to be unpacked twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, tt.handler)
			o := options(s.URL)
			if tt.change != nil {
				tt.change(&o)
			}
			dst := filepath.Join(t.TempDir(), "new folder", "file")
			if err := File(t.Context(), dst, o); err != nil {
				t.Fatalf("%v (%s)", err, tt.reason)
			}
			wantContent(t, dst)
			if n := s.requests.Load(); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
}

// TestFileTurnsToTheNextAddress sets a bad server before a good one: the good one must be reached, the file stored, and the
// bad one asked no more often than its kind of failure deserves.
func TestFileTurnsToTheNextAddress(t *testing.T) {
	page := "<!DOCTYPE html><html><body>Log in to this network</body></html>"
	flipped := bytes.Clone(content)
	flipped[len(flipped)/2] ^= 1
	tests := []struct {
		name    string
		handler http.HandlerFunc
		decode  func(io.Reader) (io.Reader, error)
		report  string // part of the reported reason
	}{
		{"not found", answers(404, "no"), nil, "HTTP 404 Not Found"},
		{"server error", answers(503, "busy"), nil, "HTTP 503 Service Unavailable"},
		{"captive portal", answers(200, page), nil, "web page, perhaps the login page"},
		{"captive portal for gzip", answers(200, page), gunzip, "web page, perhaps the login page"},
		{"flipped bit", gives(flipped), nil, "its SHA-256 is"},
		{"empty", gives(nil), nil, "ends after 0 of 200000 bytes"},
		{"too short", gives(content[:1000]), nil, "ends after 1000 of 200000 bytes"},
		{"trailing byte", gives(append(bytes.Clone(content), 0)), nil, "longer than the expected 200000 bytes"},
		{"truncated gzip", gives(gzipped(content)[:5000]), gunzip, "unexpected EOF"},
		{"breaks off", breaksOff, nil, "unexpected EOF"},
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
			good := serve(t, gives(body))
			o := options(bad.URL, good.URL)
			o.Decode = tt.decode
			var lines strings.Builder
			o.Report = reportTo(&lines)
			dst := filepath.Join(t.TempDir(), "file")
			start := time.Now()
			if err := File(t.Context(), dst, o); err != nil {
				t.Fatal(err)
			}
			wantContent(t, dst)
			if !strings.Contains(lines.String(), tt.report) {
				t.Errorf("reported %q, want it to contain %q", lines.String(), tt.report)
			}
			if n := bad.requests.Load(); n != 1 {
				t.Errorf("the bad server got %d requests before the good one was asked, want 1", n)
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
		fails int64 // so many bad answers before a good one
		tries int64 // requests in all
		ok    bool
	}{
		{"server error twice", answers(500, ""), 2, 3, true},
		{"server error thrice", answers(500, ""), 3, 3, false},
		{"too many requests", answers(429, ""), 1, 2, true},
		{"broken connection", breaksOff, 2, 3, true},
		{"wrong content once", gives(content[:9]), 1, 2, true},
		{"wrong content twice", gives(content[:9]), 2, 2, false},
		{"gone", answers(410, ""), 1, 1, false},
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
					t.Error("a later try lacks Cache-Control: no-cache")
				}
				w.Write(content)
			})
			dst := filepath.Join(t.TempDir(), "file")
			err := File(t.Context(), dst, options(s.URL))
			if (err == nil) != tt.ok {
				t.Errorf("error %v, want success: %v", err, tt.ok)
			}
			if n := s.requests.Load(); n != tt.tries {
				t.Errorf("%d requests, want %d", n, tt.tries)
			}
		})
	}
}

func TestFileKeepsWhatWasThereWhenAllFail(t *testing.T) {
	gone, wrong := serve(t, answers(404, "")), serve(t, gives(content[:9]))
	dst := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(dst, []byte("before"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := File(t.Context(), dst, options(gone.URL, wrong.URL, "ftp://example.org/file", "http://user:secret@127.0.0.1:0/"))
	var all *Error
	if !errors.As(err, &all) || len(all.Failures) != 4 {
		t.Fatalf("got %v, want an *Error with 4 failures", err)
	}
	var status *StatusError
	var size *SizeError
	if !errors.As(err, &status) || status.Code != 404 || !errors.As(err, &size) || size.Got != 9 {
		t.Errorf("%v does not wrap the reasons", err)
	}
	for _, part := range []string{gone.URL, wrong.URL, "(2 tries)", "ftp://example.org", dst, digestOf(content)} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error lacks %q:\n%v", part, err)
		}
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("error shows a password:\n%v", err)
	}
	if got, _ := os.ReadFile(dst); string(got) != "before" {
		t.Errorf("the file that was there became %q", got)
	}
	wantOnly(t, dst)
}
