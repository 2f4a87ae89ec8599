package infer_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/infer"
	"github.com/easy-gomlx/tutorials/birnn/internal/memtest"
)

// TestFileSystems loads the same network from directories, archives and the
// program itself.
func TestFileSystems(t *testing.T) {
	content, err := files.ReadFile("digit/network/" + fileName)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "a", "b", fileName), content)
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	f, err := w.Create("nets/" + fileName)
	if err == nil {
		_, err = f.Write(content)
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	unzipped, err := zip.NewReader(bytes.NewReader(archive.Bytes()), int64(archive.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var want []float32
	for _, tt := range []struct {
		reason string
		fsys   fs.FS
		dir    string
	}{
		{"embedded", files, "digit/network"},
		{"a directory", os.DirFS(dir), "a/b"},
		{"the root", os.DirFS(filepath.Join(dir, "a", "b")), "."},
		{"no directory is the root", os.DirFS(filepath.Join(dir, "a", "b")), ""},
		{"dots in the path", os.DirFS(dir), "./a/../a/b/"},
		{"an archive", unzipped, "nets"},
		{"memory", fstest.MapFS{"x/" + fileName: {Data: content}}, "x"},
	} {
		n, err := infer.Load(tt.fsys, tt.dir)
		if err != nil {
			t.Errorf("%s: %v", tt.reason, err)
			continue
		}
		got, err := n.Predict(random(n.Timesteps() * n.NumInput()))
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: the probabilities are %v, want %v", tt.reason, got, want)
		}
	}
}

// TestNoFile: a missing file, or something that is not a file, is not a corrupt checkpoint.
func TestNoFile(t *testing.T) {
	content := smallFile(t)
	directory := t.TempDir()
	writeFile(t, filepath.Join(directory, fileName, "x"), nil)
	for _, tt := range []struct {
		reason string
		fsys   fs.FS
		dir    string
		is     error // that the error wraps, if any
		want   string
	}{
		{"an empty directory", os.DirFS(t.TempDir()), ".", fs.ErrNotExist, fileName},
		{"a missing directory", os.DirFS(filepath.Join(directory, "no")), "x", fs.ErrNotExist, "x/" + fileName},
		{"an absolute path", os.DirFS("/"), "/tmp", fs.ErrInvalid, "relative"},
		{"a path out of the file system", os.DirFS(directory), "..", fs.ErrInvalid, "relative"},
		{"no file system", nil, ".", nil, "file system is nil"},
		{"a directory", os.DirFS(directory), ".", nil, "not a regular file"},
		{"a directory in memory", fstest.MapFS{fileName + "/x": {}}, ".", nil, "not a regular file"},
		{"a pipe", fstest.MapFS{fileName: {Mode: fs.ModeNamedPipe}}, ".", nil, "not a regular file"},
		{"a size that memory cannot hold", claimFS{content, 1 << 50}, ".", nil, "at most"},
		{"a false size", claimFS{content, 3 << 30}, ".", nil, "does not have the"},
		{"a size that is too small", claimFS{content, 100}, ".", nil, "does not have the"},
		{"a negative size", claimFS{content, -1}, ".", nil, "does not have the"},
	} {
		var n *infer.Network
		var err error
		memtest.Check(t, 1<<20, func() { n, err = infer.Load(tt.fsys, tt.dir) })
		var corrupt *infer.CheckpointError
		if n != nil || err == nil || errors.As(err, &corrupt) || tt.is != nil && !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, %v; want an error with %q that wraps %v", tt.reason, n, err, tt.want, tt.is)
		}
	}
}

// claimFS holds one file, of which it claims another size.
type claimFS struct {
	content []byte
	size    int64
}

func (c claimFS) Open(string) (fs.File, error) {
	f, err := fstest.MapFS{fileName: {Data: c.content}}.Open(fileName)
	return claimFile{f, c}, err
}

type claimFile struct {
	fs.File
	claim claimFS
}

func (f claimFile) Stat() (fs.FileInfo, error) { return f.claim, nil }

func (c claimFS) Name() string       { return fileName }
func (c claimFS) Size() int64        { return c.size }
func (c claimFS) Mode() fs.FileMode  { return 0o444 }
func (c claimFS) ModTime() time.Time { return time.Time{} }
func (c claimFS) IsDir() bool        { return false }
func (c claimFS) Sys() any           { return nil }

// TestCompact: the small form gives the same numbers, and is stable.
func TestCompact(t *testing.T) {
	full := smallFile(t)
	n, err := loadBytes(full)
	if err != nil {
		t.Fatal(err)
	}
	small, err := infer.Compact(fstest.MapFS{fileName: {Data: full}}, ".")
	if err != nil {
		t.Fatal(err)
	}
	if len(small) >= len(full) {
		t.Errorf("the small form has %d bytes, the full one %d", len(small), len(full))
	}
	again, err := loadBytes(small)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := infer.Compact(fstest.MapFS{fileName: {Data: small}}, "."); err != nil || !bytes.Equal(second, small) {
		t.Errorf("encoded again: %d bytes, %v; want the same %d", len(second), err, len(small))
	}
	if content, err := infer.Compact(fstest.MapFS{fileName: {Data: full[1:]}}, "."); content != nil || !errors.As(err, new(*infer.CheckpointError)) {
		t.Errorf("a corrupt file: %d bytes, %v; want a *CheckpointError", len(content), err)
	}
	x := random(n.Timesteps() * n.NumInput())
	want, err := n.Predict(x)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Predict(x); err != nil || !slices.Equal(got, want) {
		t.Errorf("the small form predicts %v, %v; want %v", got, err, want)
	}
}

func writeFile(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
}
