package book

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPlace: nothing, an empty directory and an earlier book are places for a book; anything else stays as it is.
func TestPlace(t *testing.T) {
	dir := t.TempDir()
	write := func(path ...string) string {
		t.Helper()
		file := filepath.Join(append([]string{dir}, path...)...)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("mine"), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	write("full", "thesis.txt")
	write("file")
	write("book", "old.html")
	write("book", mark)
	if err := os.MkdirAll(filepath.Join(dir, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("book", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"full": "thesis.txt", "file": "file"} {
		if _, err := findPlace(filepath.Join(dir, name)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error that names %s", name, err, want)
		}
	}
	for name, want := range map[string]string{"empty": "empty", "new": "new", "in/a/new": "in/a/new", "link": "book", "book": "book"} {
		place, err := findPlace(filepath.Join(dir, name))
		if real, _ := filepath.EvalSymlinks(dir); err != nil || place != filepath.Join(real, want) {
			t.Errorf("%s: got %s, %v", name, place, err)
			continue
		}
		site := filepath.Dir(write("site", "index.html"))
		if err := put(site, place, filepath.Join(t.TempDir(), "earlier")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		files, err := os.ReadDir(place)
		if err != nil || len(files) != 2 {
			t.Errorf("%s: there are %v, %v; want the new page and the mark", name, files, err)
		}
	}
}

// TestPutFails: if the new book does not get to its place, the earlier one is still there.
func TestPutFails(t *testing.T) {
	dir := t.TempDir()
	place := filepath.Join(dir, "place")
	if err := os.MkdirAll(place, 0o755); err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(place, "old.html")
	if err := os.WriteFile(old, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := put(dir, place, filepath.Join(t.TempDir(), "earlier")); err == nil { // a directory cannot move into itself
		t.Error("no error")
	}
	if _, err := os.Stat(old); err != nil {
		t.Errorf("the earlier book is gone: %v", err)
	}
}
