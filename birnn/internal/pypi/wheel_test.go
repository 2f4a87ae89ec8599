package pypi_test

import (
	"os"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/pypi"
	"github.com/easy-gomlx/tutorials/birnn/internal/pypi/pypitest"
)

var contents = map[string]string{"p/data/first": "the first file", "p/second": "the second file"}

func silent(string, ...any) {}

func TestInstall(t *testing.T) {
	w, _ := pypitest.Serve(t, contents)
	dir := t.TempDir()
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

// TestErrors: an error says what is wrong, without the index's password, and nothing is left behind.
func TestErrors(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*pypi.Wheel)
		want   string
	}{
		"another wheel":              {func(w *pypi.Wheel) { w.SHA256 = strings.Repeat("0", 64) }, "SHA-256"},
		"another file in it":         {func(w *pypi.Wheel) { w.Files[0].SHA256 = strings.Repeat("0", 64) }, "SHA-256"},
		"a larger file in it":        {func(w *pypi.Wheel) { w.Files[0].Size-- }, "bytes"},
		"no such file in it":         {func(w *pypi.Wheel) { w.Files[0].Name = "q/lib.so" }, "q/lib.so"},
		"no such wheel on the index": {func(w *pypi.Wheel) { w.Name = "p-2.whl" }, "p-2.whl"},
		"no such project":            {func(w *pypi.Wheel) { w.Project = "q" }, "404"},
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := pypitest.Serve(t, contents)
			test.change(&w)
			dir := t.TempDir()
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
