package page_test

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/infer"
	"github.com/easy-gomlx/tutorials/birnn/infer/digit"
	"github.com/easy-gomlx/tutorials/notebooks/internal/page"
)

// written returns a directory with the page, which is written once for all tests.
func written(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: builds a program, and MNIST may have to be fetched")
	}
	if err := writeOnce(); err != nil {
		t.Fatal(err)
	}
	return shared
}

var shared string // set by TestMain

var writeOnce = sync.OnceValue(func() error { return page.Write(ctx, shared, page.Options{}) })

// maxTransfer is the most that a reader downloads from a web server that compresses, in bytes.
const maxTransfer = 2_000_000

// TestSize measures the page, and compressed as web servers do: by gzip, at its usual level.
func TestSize(t *testing.T) {
	content := read(t, filepath.Join(written(t), page.Index))
	var small bytes.Buffer
	w := gzip.NewWriter(&small)
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("the page has %d bytes, %d compressed", len(content), small.Len())
	if small.Len() >= maxTransfer {
		t.Errorf("compressed the page has %d bytes, want less than %d", small.Len(), maxTransfer)
	}
}

// TestNothingFromElsewhere verifies that nothing in the page but links names another host.
func TestNothingFromElsewhere(t *testing.T) {
	content := string(read(t, filepath.Join(written(t), page.Index)))
	content = regexp.MustCompile(`<a href="https://[^"]*">`).ReplaceAllString(content, "")
	content = strings.ReplaceAll(content, "http://www.w3.org/2000/svg", "")           // a name
	content = strings.ReplaceAll(content, "https://github.com/golang/go/issues/", "") // in a comment of Go's script
	for _, found := range regexp.MustCompile(`https?://.{0,40}`).FindAllString(content, -1) {
		t.Errorf("the page names another host: %s", found)
	}
	if strings.Contains(content, "{{") {
		t.Error("the page has a placeholder that was not filled")
	}
}

// TestKeepsOtherFiles verifies that an index.html or sw.js of somebody else stays, and that a page is replaced.
func TestKeepsOtherFiles(t *testing.T) {
	for _, name := range []string{page.Index, "sw.js"} {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte("somebody else's"), 0o644); err != nil {
			t.Fatal(err)
		}
		err := page.Write(t.Context(), filepath.Dir(file), page.Options{})
		if err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("got %v, want an error that names %s", err, file)
		}
		if got := read(t, file); string(got) != "somebody else's" {
			t.Errorf("%s became %q", name, got)
		}
	}
	dir := written(t)
	before := read(t, filepath.Join(dir, page.Index))
	if err := page.Write(t.Context(), dir, page.Options{}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, read(t, filepath.Join(dir, page.Index))) {
		t.Error("the page written again is a different one")
	}
}

// TestOwnNetwork verifies that the network of a directory is written, and what is said of a directory without one.
func TestOwnNetwork(t *testing.T) {
	empty := t.TempDir()
	if err := page.Write(t.Context(), t.TempDir(), page.Options{Network: empty}); err == nil || !strings.Contains(err.Error(), empty) {
		t.Errorf("got %v, want an error that names %s", err, empty)
	}
	if err := os.WriteFile(filepath.Join(empty, "model.safetensors"), []byte("damaged"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := page.Write(t.Context(), t.TempDir(), page.Options{Network: empty}); err == nil || !strings.Contains(err.Error(), empty) {
		t.Errorf("got %v, want an error that names %s", err, empty)
	}
	want := read(t, filepath.Join(written(t), page.Index))
	trained := t.TempDir()
	file, err := fs.ReadFile(digit.Files(), "network/model.safetensors")
	if err == nil {
		err = os.WriteFile(filepath.Join(trained, "model.safetensors"), file, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := infer.Load(os.DirFS(trained), "."); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "new", "page")
	if err := page.Write(t.Context(), dir, page.Options{Network: trained}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, read(t, filepath.Join(dir, page.Index))) {
		t.Error("with the same network the page is a different one")
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
