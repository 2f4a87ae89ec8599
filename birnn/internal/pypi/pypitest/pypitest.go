// Package pypitest serves a private package index to tests.
package pypitest

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/pypi"
)

// Pack makes a wheel of files, given by their paths in it. The same files make the same wheel. It also has a file that is not needed.
func Pack(t testing.TB, files map[string]string) (w pypi.Wheel, content []byte) {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	add := func(name, content string) {
		f, err := z.Create(name)
		if err == nil {
			_, err = f.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	w = pypi.Wheel{Project: "p", Name: "p-1.whl"}
	add("p/not needed", "a file")
	for _, name := range slices.Sorted(maps.Keys(files)) {
		add(name, files[name])
		w.Files = append(w.Files, pypi.File{Name: name, SHA256: digestOf([]byte(files[name])), Size: int64(len(files[name]))})
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	w.SHA256, w.Size = digestOf(b.Bytes()), int64(b.Len())
	return w, b.Bytes()
}

func digestOf(b []byte) string { return fmt.Sprintf("%x", sha256.Sum256(b)) }

// Serve packs a wheel and serves it from a package index that needs a password, "secret", for the rest of the test. It counts the
// requests.
func Serve(t testing.TB, files map[string]string) (w pypi.Wheel, requests *atomic.Int64) {
	t.Helper()
	w, content := Pack(t, files)
	requests = new(atomic.Int64)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /simple/p/", func(rw http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(rw, `<a href="../../files/p-0.whl">p-0.whl</a><A rel=x HREF='http://%s/files/p-1.whl#sha256=%s'>p-1.whl</A>`, r.Host, w.SHA256)
	})
	mux.HandleFunc("GET /files/p-1.whl", func(rw http.ResponseWriter, _ *http.Request) { rw.Write(content) })
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		if user, password, _ := r.BasicAuth(); user+password != "mesecret" {
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	t.Setenv("PIP_INDEX_URL", strings.Replace(server.URL, "://", "://me:secret@", 1)+"/simple/")
	return w, requests
}
