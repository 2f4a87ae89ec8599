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

func TestGivenDirectory(t *testing.T) {
	same := func(name string) string { return name }
	gz := func(name string) string { return name + ".gz" }
	dotted := func(name string) string { return strings.Replace(name, "-idx", ".idx", 1) }
	tests := []struct {
		name   string
		rename func(string) string
		pack   func([]byte) []byte
	}{
		{"plain", same, bytes.Clone},
		{"gzip", gz, gzipped},
		{"dotted", dotted, bytes.Clone},
		{"dotted gzip", func(s string) string { return gz(dotted(s)) }, gzipped},
		{"unpacked under a .gz name", gz, bytes.Clone},
		{"packed under a plain name", same, gzipped},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files := map[string][]byte{"notes.txt": []byte("theirs")}
			for name, content := range smallFiles {
				files[tt.rename(name)] = tt.pack(content)
			}
			l, cacheDir := smallLoader(t)
			dir := t.TempDir()
			writeFiles(t, dir, files)
			data, err := l.load(t.Context(), dir)
			if err != nil {
				t.Fatal(err)
			}
			wantSmall(t, data)
			if !sameFiles(readFiles(t, dir), files) {
				t.Error("the given directory was written to")
			}
			if _, err := os.Stat(cacheDir); err == nil {
				t.Error("the cache was written to")
			}
		})
	}
}

// TestGivenDirectoryErrors: the error names what is wrong with a given directory, and no other source is tried.
func TestGivenDirectoryErrors(t *testing.T) {
	const name = "train-labels-idx1-ubyte"
	tests := []struct {
		name  string
		files map[string][]byte
		is    func(error) bool
		want  []string
	}{
		{"one file missing", changed(name, nil), as[*MissingError], []string{"lacks " + name + " ("}},
		{"empty", map[string][]byte{}, as[*MissingError], []string{"train-images-idx3-ubyte", name, "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}},
		{"swapped", changed(name, smallFiles["t10k-labels-idx1-ubyte"]), as[*CorruptError], []string{name, "not the original MNIST file"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, _ := smallLoader(t)
			l.module = func(context.Context) (string, error) { t.Error("the module was requested"); return "", errNoModule }
			dir := t.TempDir()
			writeFiles(t, dir, tt.files)
			_, err := l.load(t.Context(), dir)
			for _, want := range append(tt.want, dir) {
				if !tt.is(err) || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want an error with %q", err, want)
				}
			}
			if !sameFiles(readFiles(t, dir), tt.files) {
				t.Error("the given directory was written to")
			}
		})
	}
	l, _ := smallLoader(t)
	none := filepath.Join(t.TempDir(), "none")
	if _, err := l.load(t.Context(), none); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), none) {
		t.Errorf("got %v, want an error that says %s does not exist", err, none)
	}
}

// TestWhichDirectory: the argument takes precedence over MNIST_DIR, and that over the cache.
func TestWhichDirectory(t *testing.T) {
	l, cacheDir := smallLoader(t)
	good, empty := t.TempDir(), t.TempDir()
	writeFiles(t, good, smallFiles)
	writeFiles(t, cacheDir, smallFiles)
	for _, tt := range []struct {
		variable, argument string
		ok                 bool
	}{{"", "", true}, {empty, "", false}, {empty, good, true}, {good, "", true}} {
		t.Setenv("MNIST_DIR", tt.variable)
		if _, err := l.load(t.Context(), tt.argument); (err == nil) != tt.ok || err != nil && !as[*MissingError](err) {
			t.Errorf("MNIST_DIR=%q, argument %q: %v, want success: %v", tt.variable, tt.argument, err, tt.ok)
		}
	}
}

func TestNoHome(t *testing.T) {
	l, _ := smallLoader(t)
	for _, name := range []string{"EASY_GOMLX_CACHE", "HOME", "XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(name, "")
	}
	_, err := l.load(t.Context(), "")
	if err == nil || !strings.Contains(err.Error(), "MNIST_DIR") || !strings.Contains(err.Error(), "EASY_GOMLX_CACHE to") {
		t.Errorf("got %v, want an error that says to set MNIST_DIR or EASY_GOMLX_CACHE", err)
	}
	dir := t.TempDir()
	writeFiles(t, dir, smallFiles)
	if _, err := l.load(t.Context(), dir); err != nil {
		t.Errorf("from a given directory: %v", err)
	}
}

func TestLoadWithCanceledContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Load(ctx, t.TempDir()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}
