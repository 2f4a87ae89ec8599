package mnist

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// tiny is a file of two images.
var tiny, tinyContent = func() (file, []byte) {
	content := imagesIDX(Synthetic(2, 3))
	return file{name: "images", size: len(content), sha256: digestOf(content)}, content
}()

// TestCorruptFiles reads files that are corrupt in every way that a user or a network might cause.
func TestCorruptFiles(t *testing.T) {
	images := tinyContent
	packed := gzipped(images)
	flip := func(b []byte, at int) []byte {
		b = bytes.Clone(b)
		b[at] ^= 0x10
		return b
	}
	tests := []struct {
		name    string
		content []byte
		want    string // part of the error
	}{
		{"empty", nil, "ends after 0 of 1584 bytes"},
		{"empty gzip", gzipped(nil), "ends after 0 of 1584 bytes"},
		{"web page", []byte("<!DOCTYPE html><html></html>"), "ends after 28 of 1584 bytes"},
		{"a byte short", images[:len(images)-1], "ends after 1583 of 1584 bytes"},
		{"trailing byte", append(bytes.Clone(images), 0), "longer than 1584 bytes"},
		{"wrong magic number", flip(images, 2), "SHA-256"},
		{"hostile dimensions", append([]byte{0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}, images[16:]...), "SHA-256"},
		{"flipped bit", flip(images, 700), "SHA-256"},
		{"gzip of a flipped bit", gzipped(flip(images, 700)), "SHA-256"},
		{"only the start of gzip", []byte{0x1f, 0x8b}, "EOF"},
		{"truncated gzip", packed[:20], "ends after"},
		{"gzip with a wrong checksum", flip(packed, len(packed)-8), "invalid checksum"},
		{"gzip with a flipped bit", flip(packed, 12), "gzip"},
		{"gzip bomb", gzipped(make([]byte, 8<<20)), "longer than 1584 bytes"},
		{"garbage after gzip", append(bytes.Clone(packed), "more than ten bytes"...), "invalid header"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "images")
			writeFiles(t, dir, map[string][]byte{"images": tt.content})
			_, err := tiny.read(dir)
			var corrupt *CorruptError
			if !errors.As(err, &corrupt) || corrupt.File != path || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want a *CorruptError for %s with %q", err, path, tt.want)
			}
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, tt.content) {
				t.Error("the file was changed")
			}
		})
	}
}

// FuzzIDX compares verify with its contract: it accepts only input that unpacks to the right content, and allocates no more than that
// content takes, whatever the input.
func FuzzIDX(f *testing.F) {
	packed := gzipped(tinyContent)
	for _, seed := range [][]byte{nil, tinyContent, packed, tinyContent[:20], append(bytes.Clone(tinyContent), 0), packed[:15],
		append(bytes.Clone(packed), packed...), gzipped(packed), gzipped(make([]byte, 1<<20)), []byte("<html>")} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var got []byte
		var err error
		allocated := allocatedBy(func() { got, err = tiny.verify(bytes.NewReader(data)) })
		var reader io.Reader = bytes.NewReader(data)
		var unpackErr error
		if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
			reader, unpackErr = gzip.NewReader(reader)
		}
		if unpackErr == nil {
			var unpacked []byte
			unpacked, unpackErr = io.ReadAll(io.LimitReader(reader, 1<<12))
			if right := unpackErr == nil && bytes.Equal(unpacked, tinyContent); right && err != nil {
				t.Fatalf("the right content: %v", err)
			}
		}
		if err == nil && !bytes.Equal(got, tinyContent) {
			t.Fatal("accepted other content")
		}
		// 64 KiB for the read buffer and 64 KiB for gzip. Each deflate block may bring new code tables: up to 64 KiB of them in 40 bytes.
		if most := uint64(128<<10 + 2<<10*len(data)); allocated > most {
			t.Fatalf("%d bytes of input allocated %d bytes, want at most %d", len(data), allocated, most)
		}
	})
}

// allocatedBy returns how many bytes do allocates.
func allocatedBy(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestEndlessFile: of an endless file, such as a device, little more than the right size is read.
func TestEndlessFile(t *testing.T) {
	r := &endless{}
	if _, err := tiny.verify(r); err == nil {
		t.Error("no error")
	}
	if most := tiny.size + 64<<10 + 1; r.read > most {
		t.Errorf("read %d bytes, want at most %d", r.read, most)
	}
}

type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	clear(p)
	e.read += len(p)
	return len(p), nil
}
