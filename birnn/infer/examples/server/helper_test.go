package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/infer/digit"
)

// newTestServer starts a server with the embedded network; change, if any,
// changes its settings.
func newTestServer(t *testing.T, change func(*http.Server)) *httptest.Server {
	t.Helper()
	network, err := digit.Network()
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(network)
	if change != nil {
		change(s)
	}
	ts := httptest.NewUnstartedServer(s.Handler)
	ts.Config = s
	ts.Start()
	t.Cleanup(ts.Close)
	return ts
}

// bodyOf returns the body of a request with n empty images.
func bodyOf(n int) string {
	image := "[" + strings.Repeat("0,", pixels-1) + "0]"
	return `{"images":[` + strings.Repeat(image+",", n-1) + image + "]}"
}

// wantFailure fails the test unless the response has the status and an error in
// JSON with the text.
func wantFailure(t *testing.T, reason string, r *http.Response, status int, text string) {
	t.Helper()
	defer r.Body.Close()
	content, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	var f failure
	if err := json.Unmarshal(content, &f); err != nil || r.StatusCode != status || !strings.Contains(f.Error, text) ||
		r.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%s: %s, %q; want status %d and an error with %q", reason, r.Status, content, status, text)
	}
}
