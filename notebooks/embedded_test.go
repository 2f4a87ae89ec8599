package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
)

// TestCopyNotebooks verifies that the cells of a copy use the given version of the module, and that a file of the reader's is kept.
func TestCopyNotebooks(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a directory", "of mine")
	copied := func(version string) (content, said string) {
		screen, err := os.Create(filepath.Join(t.TempDir(), "screen"))
		if err != nil {
			t.Fatal(err)
		}
		defer screen.Close()
		files, err := find(options{dir: dir, notebooks: []string{list, tutorial}}, version, setup.NewConsole(screen))
		if want := []string{filepath.Join(dir, list), filepath.Join(dir, tutorial)}; err != nil || !slices.Equal(files, want) {
			t.Fatalf("got %q, %v", files, err)
		}
		notebook, err := os.ReadFile(files[1])
		if err != nil {
			t.Fatal(err)
		}
		printed, err := os.ReadFile(screen.Name())
		if err != nil {
			t.Fatal(err)
		}
		return string(notebook), string(printed)
	}

	first, said := copied("v0.1.0")
	if !strings.Contains(said, filepath.Join(dir, tutorial)) {
		t.Errorf("it does not print where the notebook is: %q", said)
	}
	if again, said := copied("v0.1.0"); again != first || said != "" {
		t.Errorf("an unchanged file: printed %q, and the file is the same: %v", said, again == first)
	}
	if later, said := copied("v0.2.0"); later != first || !strings.Contains(said, "kept") || !strings.Contains(said, "-dir") {
		t.Errorf("a file of another version: printed %q, and the file is the same: %v", said, later == first)
	}
	entries, err := os.ReadDir(dir)
	if names, _ := copiedNames(); err != nil || len(names) < 7 || len(entries) != len(names) {
		t.Errorf("the directory contains %v (%v), want the notebooks %v", entries, err, names)
	}
}

// TestEmbeddedNotebooks verifies that no cell of a copy needs the files of a clone.
func TestEmbeddedNotebooks(t *testing.T) {
	names, err := fs.Glob(embedded, "*.ipynb")
	if err != nil || len(names) == 0 {
		t.Fatalf("no notebooks: %v", err)
	}
	for _, name := range names {
		content, err := embedded.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got := forVersion("v0.1.0").Replace(string(content))
		if !json.Valid([]byte(got)) {
			t.Errorf("%s is not JSON", name)
		}
		for part, want := range map[string]int{"{GONB_DIR}/../": 0, "=${GONB_DIR}": 0, "@v0.0.0": 0, "@v0.1.0": 1, "%goflags -mod=mod": 1} {
			if n := strings.Count(got, part); n != want {
				t.Errorf("%s contains %q %d times, want %d", name, part, n, want)
			}
		}
	}
}

// TestDirInAClone verifies that -dir is an error where it has no effect.
func TestDirInAClone(t *testing.T) {
	if _, err := find(options{dir: "x", notebooks: []string{tutorial}}, "", nil); err == nil || !strings.Contains(err.Error(), "-dir") {
		t.Errorf("got %v, want an error that names -dir", err)
	}
}
