package mnist

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestGivenFolder(t *testing.T) {
	renamed := func(name func(string) string, pack func([]byte) []byte) map[string][]byte {
		files := map[string][]byte{}
		for old, content := range smallFiles {
			files[name(old)] = pack(content)
		}
		return files
	}
	same := func(name string) string { return name }
	dotted := func(name string) string { return strings.Replace(name, "-idx", ".idx", 1) }
	gz := func(name func(string) string) func(string) string {
		return func(s string) string { return name(s) + ".gz" }
	}
	plain := bytes.Clone
	tests := []struct {
		name  string
		files map[string][]byte
	}{
		{"plain", renamed(same, plain)},
		{"gzip", renamed(gz(same), gzipped)},
		{"dotted", renamed(dotted, plain)},
		{"dotted gzip", renamed(gz(dotted), gzipped)},
		{"unpacked under a .gz name", renamed(gz(same), plain)},
		{"packed under a plain name", renamed(same, gzipped)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, cacheDir := smallLoader(t)
			dir := filepath.Join(t.TempDir(), "my digits \xff") // a blank and a byte that is no UTF-8
			writeFiles(t, dir, tt.files)
			data, err := l.load(t.Context(), dir)
			if err != nil {
				t.Fatal(err)
			}
			wantSmall(t, data)
			if !sameFiles(readFiles(t, dir), tt.files) {
				t.Error("the given folder was written to")
			}
			if _, err := os.Stat(cacheDir); err == nil {
				t.Error("the cache was written to")
			}
		})
	}
}

// TestGivenFolderErrors: what is wrong with a given folder is an error that names it; no other place is tried.
func TestGivenFolderErrors(t *testing.T) {
	flipped := bytes.Clone(smallFiles["t10k-images-idx3-ubyte"])
	flipped[500] ^= 1
	tests := []struct {
		name  string
		files map[string][]byte
		check func(err error) bool
		want  string
	}{
		{"one file missing", changed("train-labels-idx1-ubyte", nil), as[*MissingError], "lacks train-labels-idx1-ubyte (with or"},
		{"empty", map[string][]byte{}, as[*MissingError], "train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte"},
		{"another data set", changed("t10k-images-idx3-ubyte", flipped), as[*DigestError], "is not the original MNIST file"},
		{"swapped", changed("train-labels-idx1-ubyte", smallFiles["t10k-labels-idx1-ubyte"]), as[*FormatError], "announces 3 items, expected 6"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, _ := smallLoader(t)
			l.module = func(context.Context) (string, error) { t.Error("the module was asked for"); return "", errNoModule }
			dir := t.TempDir()
			writeFiles(t, dir, tt.files)
			_, err := l.load(t.Context(), dir)
			if !tt.check(err) || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), dir) {
				t.Errorf("got %v, want an error with %q that names %s", err, tt.want, dir)
			}
			if !sameFiles(readFiles(t, dir), tt.files) {
				t.Error("the given folder was written to")
			}
		})
	}
}

func as[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}

func TestGivenFolderIsNone(t *testing.T) {
	l, _ := smallLoader(t)
	none := filepath.Join(t.TempDir(), "none")
	if _, err := l.load(t.Context(), none); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), none) {
		t.Errorf("got %v, want that %s does not exist", err, none)
	}
	writeFiles(t, filepath.Dir(none), map[string][]byte{"none": nil})
	if _, err := l.load(t.Context(), none); err == nil || !strings.Contains(err.Error(), "is a file") {
		t.Errorf("got %v, want that %s is a file", err, none)
	}
}

// TestWhichFolder: the argument comes before MNIST_DIR, and that before the cache.
func TestWhichFolder(t *testing.T) {
	l, cacheDir := smallLoader(t)
	good, bad := t.TempDir(), t.TempDir()
	writeFiles(t, good, smallFiles)
	writeFiles(t, cacheDir, smallFiles)

	if _, err := l.load(t.Context(), ""); err != nil {
		t.Errorf("from the cache: %v", err)
	}
	t.Setenv("MNIST_DIR", bad)
	if _, err := l.load(t.Context(), ""); !as[*MissingError](err) {
		t.Errorf("from an empty MNIST_DIR: got %v, want a *MissingError", err)
	}
	if _, err := l.load(t.Context(), good); err != nil {
		t.Errorf("from the argument: %v", err)
	}
	t.Setenv("MNIST_DIR", good)
	if _, err := l.load(t.Context(), ""); err != nil {
		t.Errorf("from MNIST_DIR: %v", err)
	}
}

// TestGoodBesideBad: of several variants of a file, one that is right is enough.
func TestGoodBesideBad(t *testing.T) {
	l, _ := smallLoader(t)
	dir := t.TempDir()
	files := changed("train-images-idx3-ubyte", []byte("cut off"))
	files["train-images-idx3-ubyte.gz"] = gzipped(smallFiles["train-images-idx3-ubyte"])
	writeFiles(t, dir, files)
	data, err := l.load(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	wantSmall(t, data)
}

// TestFolderNamedLikeAFile: some archives unpack to a folder with the name of the file in it.
func TestFolderNamedLikeAFile(t *testing.T) {
	l, _ := smallLoader(t)
	dir := t.TempDir()
	writeFiles(t, dir, changed("train-images-idx3-ubyte", nil))
	writeFiles(t, filepath.Join(dir, "train-images-idx3-ubyte"), nil)
	if _, err := l.load(t.Context(), dir); !as[*MissingError](err) {
		t.Errorf("got %v, want a *MissingError", err)
	}
}

func TestNoHome(t *testing.T) {
	l, _ := smallLoader(t)
	t.Setenv("HOME", "")
	t.Setenv("XDG_CACHE_HOME", "")
	_, err := l.load(t.Context(), "")
	if err == nil || !strings.Contains(err.Error(), "MNIST_DIR") || !strings.Contains(err.Error(), "EASY_GOMLX_CACHE to") {
		t.Errorf("got %v, want an error that says to set MNIST_DIR or EASY_GOMLX_CACHE", err)
	}
	dir := t.TempDir()
	writeFiles(t, dir, smallFiles)
	if _, err := l.load(t.Context(), dir); err != nil {
		t.Errorf("with a given folder: %v", err)
	}
}

func TestLoadWithEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Load(ctx, t.TempDir()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}
