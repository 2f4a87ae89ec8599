package mnist

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// tiny are the forms of the test files: two images, three labels.
var (
	tinyImages = file{name: "images", dims: []int{2, Rows, Cols}}
	tinyLabels = file{name: "labels", dims: []int{3}}
)

// TestFormatErrors gives damaged files of every kind that a user or a network may come up with.
func TestFormatErrors(t *testing.T) {
	images, labels := idx(make([]byte, 2*Pixels), 2, Rows, Cols), idx([]byte{1, 2, 3}, 3)
	longGzip := gzipped(bytes.Repeat(images, 500)) // a bomb on this scale: much more than the file's size
	badSum := gzipped(images)
	badSum[len(badSum)-8] ^= 1
	badBit := gzipped(images)
	badBit[12] ^= 0x10
	tests := []struct {
		name    string
		f       file
		content []byte
		want    string // part of the error
	}{
		{"empty", tinyImages, nil, "it is empty"},
		{"empty gzip", tinyImages, gzipped(nil), "it is empty"},
		{"web page", tinyLabels, []byte("<!DOCTYPE html><html></html>"), "web page"},
		{"XML after blanks", tinyLabels, []byte("\n <?xml version='1.0'?><Error/>"), "web page or XML"},
		{"cut off in the header", tinyImages, images[:10], "breaks off in its header, after 10 bytes"},
		{"header only", tinyImages, images[:16], "breaks off: 16 of 1584 bytes"},
		{"cut off by a byte", tinyImages, images[:len(images)-1], "breaks off: 1583 of 1584 bytes"},
		{"trailing byte", tinyImages, append(bytes.Clone(images), 0), "goes on after the expected 1584 bytes"},
		{"trailing label", tinyLabels, append(bytes.Clone(labels), 4), "goes on after the expected 11 bytes"},
		{"wrong magic", tinyImages, append([]byte{0, 0, 9, 3}, images[4:]...), "begins with 0x00000903, not with 0x00000803: it is no IDX"},
		{"labels for images", tinyImages, idx(make([]byte, 100), 100), "these are labels"},
		{"images for labels", tinyLabels, images, "these are images"},
		{"little-endian", tinyImages, append([]byte{3, 8, 0, 0}, images[4:]...), "begins with 0x03080000"},
		{"no images", tinyImages, idx(nil, 0, Rows, Cols), "announces 0 items, expected 2"},
		{"too many images", tinyImages, idx(nil, 3, Rows, Cols), "announces 3 items, expected 2"},
		{"fewer labels than images", tinyLabels, idx([]byte{1, 2}, 2), "announces 2 items, expected 3"},
		{"negative count", tinyImages, idx(nil, -1, Rows, Cols), "announces 4294967295 items"},
		{"huge count", tinyLabels, idx(nil, 1<<31), "announces 2147483648 items"},
		{"other width", tinyImages, idx(nil, 2, Rows, 32), "announces 32 columns, expected 28"},
		{"other height", tinyImages, idx(nil, 2, 0, Cols), "announces 0 rows, expected 28"},
		{"label 10", tinyLabels, idx([]byte{9, 10, 0}, 3), "label 1 is 10, above 9"},
		{"label 255", tinyLabels, idx([]byte{9, 0, 255}, 3), "label 2 is 255, above 9"},
		{"gzip of nothing else", tinyImages, []byte{0x1f, 0x8b}, "begins like a gzip file but is none"},
		{"truncated gzip", tinyImages, gzipped(images)[:20], "breaks off"},
		{"gzip without its end", tinyImages, gzipped(images)[:len(gzipped(images))-4], "damaged at its end"},
		{"gzip with a wrong sum", tinyImages, badSum, "invalid checksum"},
		{"gzip with a flipped bit", tinyImages, badBit, "gzip"},
		{"gzip bomb", tinyImages, longGzip, "goes on after the expected 1584 bytes"},
		{"garbage after gzip", tinyImages, append(gzipped(images), "more"...), "damaged at its end"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a file")
			writeFiles(t, filepath.Dir(path), map[string][]byte{"a file": tt.content})
			_, err := readContent(path, tt.f)
			var format *FormatError
			if !errors.As(err, &format) || format.File != path {
				t.Fatalf("got %v, want a *FormatError for %s", err, path)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %q, want it to contain %q", err, tt.want)
			}
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, tt.content) {
				t.Error("the file was changed")
			}
		})
	}
}

func TestFlippedBit(t *testing.T) {
	content := idx(make([]byte, 2*Pixels), 2, Rows, Cols)
	f := tinyImages
	f.sha256 = digestOf(content)
	path := filepath.Join(t.TempDir(), "images")
	for _, bad := range []bool{false, true} {
		if bad {
			content[700] ^= 0x20
		}
		for _, stored := range [][]byte{content, gzipped(content)} {
			writeFiles(t, filepath.Dir(path), map[string][]byte{"images": stored})
			_, err := readContent(path, f)
			var digest *DigestError
			if got := errors.As(err, &digest); got != bad {
				t.Errorf("with a flipped bit: %v; got %v", bad, err)
			}
			if bad && (digest.Got != digestOf(content) || digest.Want != f.sha256 || digest.File != path) {
				t.Errorf("error names other digests or another file: %v", err)
			}
		}
	}
}

func TestUnreadableFile(t *testing.T) {
	_, err := readContent(filepath.Join(t.TempDir(), "none"), tinyImages)
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want os.ErrNotExist", err)
	}
}

// endless is a reader that never ends, and counts what is taken from it.
type endless struct {
	start []byte
	taken int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.start)
	e.start = e.start[n:]
	clear(p[n:])
	e.taken += len(p)
	return len(p), nil
}

// TestReadIsBounded: what a header claims, and what follows the last element, must cost neither memory nor reading.
func TestReadIsBounded(t *testing.T) {
	tests := []struct {
		name  string
		f     file
		start []byte
		taken int    // bytes read at most
		bytes uint64 // allocated at most
	}{
		{"hostile header", original.trainImages, idx(nil, -1, -1, -1), 16, 4 << 10},
		{"labels for images", original.trainImages, idx(nil, 1<<30), 16, 4 << 10},
		{"goes on for ever", tinyImages, idx(nil, 2, Rows, Cols), 16 + 2*Pixels + 1, 64 << 10},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := &endless{start: tt.start}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := readIDX(r, tt.f, intensities)
			runtime.ReadMemStats(&after)
			if err == nil {
				t.Error("no error")
			}
			if r.taken > tt.taken {
				t.Errorf("read %d bytes, want at most %d", r.taken, tt.taken)
			}
			if got := after.TotalAlloc - before.TotalAlloc; got > tt.bytes {
				t.Errorf("allocated %d bytes, want at most %d", got, tt.bytes)
			}
		})
	}
}
