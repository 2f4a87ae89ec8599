package pypi

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
)

var contents = map[string]string{"p/data/first": "the first file", "p/second": "the second file"}

// serve starts a private package index with one wheel of the contents and a file that is not needed.
func serve(t *testing.T) Wheel {
	t.Helper()
	hash := func(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data)) }
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w := Wheel{Project: "p", Name: "p-1.whl"}
	for name, content := range contents {
		w.Files = append(w.Files, File{Name: name, SHA256: hash([]byte(content)), Size: int64(len(content))})
	}
	all := maps.Clone(contents)
	all["p/not needed"] = "a file"
	for name, content := range all {
		f, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte(content))
	}
	z.Close()
	w.SHA256, w.Size = hash(b.Bytes()), int64(b.Len())

	mux := http.NewServeMux()
	mux.HandleFunc("GET /simple/p/", func(rw http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(rw, `<a href="../../files/p-0.whl">p-0.whl</a><A rel=x HREF='http://%s/files/p-1.whl#sha256=%s'>p-1.whl</A>`, r.Host, w.SHA256)
	})
	mux.HandleFunc("GET /files/p-1.whl", func(rw http.ResponseWriter, _ *http.Request) { rw.Write(b.Bytes()) })
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user+password != "mesecret" {
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	t.Setenv("PIP_INDEX_URL", strings.Replace(server.URL, "://", "://me:secret@", 1)+"/simple/")
	return w
}

func silent(string, ...any) {}

func TestInstall(t *testing.T) {
	w, dir := serve(t), t.TempDir()
	if err := w.Install(t.Context(), dir, silent); err != nil {
		t.Fatal(err)
	}
	for _, f := range w.Files {
		if got, err := os.ReadFile(f.Path(dir)); string(got) != contents[f.Name] {
			t.Errorf("%s: got %q, %v; want %q", f.Name, got, err, contents[f.Name])
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != len(contents) {
		t.Errorf("the directory holds %v, want the files of the wheel alone", entries)
	}
}

// TestErrors: an error says what is wrong, without the index's password, and nothing wrong is installed.
func TestErrors(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Wheel)
		want   string
	}{
		"another wheel":              {func(w *Wheel) { w.SHA256 = strings.Repeat("0", 64) }, "SHA-256"},
		"another file in it":         {func(w *Wheel) { w.Files[0].SHA256 = strings.Repeat("0", 64) }, "SHA-256"},
		"a larger file in it":        {func(w *Wheel) { w.Files[0].Size-- }, "bytes"},
		"no such file in it":         {func(w *Wheel) { w.Files[0].Name = "q/lib.so" }, "q/lib.so"},
		"no such wheel on the index": {func(w *Wheel) { w.Name = "p-2.whl" }, "p-2.whl"},
		"no such project":            {func(w *Wheel) { w.Project = "q" }, "404"},
	} {
		t.Run(name, func(t *testing.T) {
			w, dir := serve(t), t.TempDir()
			w.Files = slices.Clone(w.Files)
			test.change(&w)
			err := w.Install(t.Context(), dir, silent)
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("got %v, want an error with %q and without the password", err, test.want)
			}
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}
