package fetch

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/leaktest"
)

// TestNothingLeaks: after many downloads of every outcome there are as many goroutines and open files as before.
func TestNothingLeaks(t *testing.T) {
	const times = 10
	packed := gzipped(content)
	closing := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // or connections wait for the next request
	outcomes := []struct {
		name    string
		handler http.HandlerFunc
		ok      bool
	}{
		{"success", gives(packed), true},
		{"not found", answers(404, "no"), false},
		{"server error with a long page", answers(500, strings.Repeat("page ", 100_000)), false},
		{"wrong content", gives(gzipped(content[:999])), false},
		{"web page", answers(200, "<html>"), false},
		{"truncated", gives(packed[:5000]), false},
		{"breaks off", breaksOff, false},
		{"stalls", stallsAfter(1000), false},
		{"sends forever", sendsForever, false},
	}
	dst := filepath.Join(t.TempDir(), "file")
	for _, o := range outcomes {
		t.Run(o.name, func(t *testing.T) {
			s := serve(t, o.handler)
			leaktest.Check(t, func() {
				for range times {
					opts := options(s.URL)
					opts.Client, opts.Decode, opts.StallTimeout = closing, gunzip, time.Hour
					ctx, cancel := context.WithCancel(t.Context())
					if o.name == "stalls" {
						time.AfterFunc(5*time.Millisecond, cancel)
					}
					if err := File(ctx, dst, opts); (err == nil) != o.ok {
						t.Errorf("error %v, want success: %v", err, o.ok)
					}
					cancel()
				}
			})
		})
	}
	t.Run("Copy", func(t *testing.T) {
		leaktest.Check(t, func() {
			for range times {
				var size *SizeError
				if err := Copy(dst, strings.NewReader("short"), options()); !errors.As(err, &size) {
					t.Errorf("got %v, want a *SizeError", err)
				}
			}
		})
	})
}
