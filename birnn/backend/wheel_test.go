package backend

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// index serves a package index with one wheel, and returns what that wheel should hold.
func index(t *testing.T, content string) wheel {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	f, err := z.Create("p/lib.so")
	if err == nil {
		_, err = f.Write([]byte(content))
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	hash := func(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data)) }
	w := wheel{project: "p", file: "p-1.whl", sha256: hash(b.Bytes()), size: int64(b.Len()),
		library: "p/lib.so", librarySHA256: hash([]byte(content)), librarySize: int64(len(content))}

	mux := http.NewServeMux()
	mux.HandleFunc("GET /simple/p/", func(rw http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(rw, `<a href="../../files/p-0.whl">p-0.whl</a><A rel=x HREF='../../files/p-1.whl#sha256=%s'>p-1.whl</A>`, w.sha256)
	})
	mux.HandleFunc("GET /files/p-1.whl", func(rw http.ResponseWriter, _ *http.Request) { rw.Write(b.Bytes()) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	t.Setenv("PIP_INDEX_URL", server.URL+"/simple/")
	return w
}

func TestWheelIsInstalledWhole(t *testing.T) {
	w := index(t, "the library")
	dir := t.TempDir()
	write(t, filepath.Join(dir, "tmp", "left by a killed process"), []byte("x"))
	path, err := w.install(t.Context(), dir, t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); string(got) != "the library" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "tmp")); err == nil {
		t.Error("the temporary directory is still there")
	}
}

func TestWheelWithAWrongDigestIsRefused(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*wheel)
		want   string
	}{
		{"the wheel's", func(w *wheel) { w.sha256 = strings.Repeat("0", 64) }, "SHA-256"},
		{"the library's", func(w *wheel) { w.librarySHA256 = strings.Repeat("0", 64) }, "SHA-256"},
		{"a library larger than pinned", func(w *wheel) { w.librarySize-- }, "bytes"},
		{"no such member", func(w *wheel) { w.library = "q/lib.so" }, "q/lib.so"},
		{"no such file on the index", func(w *wheel) { w.file = "p-2.whl" }, "p-2.whl"},
		{"no such project on the index", func(w *wheel) { w.project = "q" }, "404"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := index(t, "the library")
			test.change(&w)
			dir := t.TempDir()
			_, err := w.install(t.Context(), dir, silent)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}
