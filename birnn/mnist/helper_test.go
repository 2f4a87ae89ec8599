package mnist

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
)

// small is a data set of 6 training images (2 of them for validation) and 3 test images, in the form of MNIST.
var small, smallFiles = func() (collection, map[string][]byte) {
	c := original
	c.validation = 2
	contents := map[string][]byte{}
	train, test := Synthetic(6, 1), Synthetic(3, 2)
	for i, content := range [][]byte{imagesIDX(train), labelsIDX(train), imagesIDX(test), labelsIDX(test)} {
		c.files[i].size, c.files[i].sha256 = len(content), digestOf(content)
		contents[c.files[i].name] = content
	}
	return c, contents
}()

func imagesIDX(s *Set) []byte {
	pixels := make([]byte, len(s.Images))
	for i, v := range s.Images {
		pixels[i] = byte(v*255 + 0.5)
	}
	return idx(pixels, s.Len(), Rows, Cols)
}

func labelsIDX(s *Set) []byte {
	labels := make([]byte, len(s.Labels))
	for i, v := range s.Labels {
		labels[i] = byte(v)
	}
	return idx(labels, s.Len())
}

// idx writes the IDX format.
func idx(elements []byte, dims ...int) []byte {
	b := []byte{0, 0, 8, byte(len(dims))}
	for _, d := range dims {
		b = binary.BigEndian.AppendUint32(b, uint32(d))
	}
	return append(b, elements...)
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// writeFiles stores files in a directory, which it creates if necessary.
func writeFiles(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// readFiles returns the files in a directory.
func readFiles(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = content
	}
	return files
}

func sameFiles(a, b map[string][]byte) bool { return maps.EqualFunc(a, b, bytes.Equal) }

// changed is smallFiles with one file replaced, or left out if the content is nil.
func changed(name string, content []byte) map[string][]byte {
	files := maps.Clone(smallFiles)
	if files[name] = content; content == nil {
		delete(files, name)
	}
	return files
}

var errNoModule = errors.New("no module in this test")

// smallLoader returns a loader of the small set without a source to fetch it from, and its cache, which doesn't exist yet.
func smallLoader(t *testing.T) (*loader, string) {
	t.Helper()
	base := filepath.Join(t.TempDir(), "näive dir%20#$;") // special in shells and URLs
	t.Setenv("MNIST_DIR", "")
	t.Setenv("EASY_GOMLX_CACHE", base)
	l := &loader{
		collection: small,
		report:     t.Logf,
		module:     func(context.Context) (string, error) { return "", errNoModule },
		mirrors:    []string{"none://example.org/"}, // rejected without a request
		mapped:     new(atomic.Bool),
	}
	return l, filepath.Join(base, "mnist")
}

// wantSmall checks that data is the small set, split correctly.
func wantSmall(t *testing.T, data *Data) {
	t.Helper()
	train, test := Synthetic(6, 1), Synthetic(3, 2)
	for _, part := range []struct {
		name       string
		got, whole *Set
		start, end int
	}{
		{"validation", data.Validation, train, 0, 2},
		{"train", data.Train, train, 2, 6},
		{"test", data.Test, test, 0, 3},
	} {
		images, labels := part.whole.Batch(part.start, part.end)
		if !slices.Equal(part.got.Images, images) || !slices.Equal(part.got.Labels, labels) {
			t.Errorf("the %s set is not images %d to %d of the file", part.name, part.start, part.end)
		}
	}
}

func as[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}
