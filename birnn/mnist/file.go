package mnist

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// file is one of the four files of the data set. In its IDX format a header gives the element type and the dimensions, then come the
// elements, one byte each. Since the digest verifies the whole content, the header is skipped and not parsed.
type file struct {
	name   string
	size   int    // in bytes, unpacked
	sha256 string // of the unpacked file, in hexadecimal
}

const imagesHeader, labelsHeader = 16, 8 // bytes

// read returns the unpacked content of the file in a directory. The error is a *MissingError if the file isn't there, and a *CorruptError
// if its content is not exactly the expected one.
func (f file) read(dir string) ([]byte, error) {
	path := f.find(dir)
	if path == "" {
		return nil, &MissingError{Dir: dir, Files: []string{f.name}}
	}
	opened, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("mnist: %w", err)
	}
	defer opened.Close()
	content, err := f.verify(opened)
	if err != nil {
		return nil, &CorruptError{File: path, Err: err}
	}
	return content, nil
}

// find returns the path of the file in a directory, or "".
func (f file) find(dir string) string {
	dotted := strings.Replace(f.name, "-idx", ".idx", 1)
	for _, name := range []string{f.name, f.name + ".gz", dotted, dotted + ".gz"} {
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		if err == nil && info.Mode().IsRegular() || err != nil && !errors.Is(err, fs.ErrNotExist) {
			return path
		}
	}
	return ""
}

// verify unpacks r and returns the content. It takes no more memory than the right content needs, whatever r contains.
func (f file) verify(r io.Reader) ([]byte, error) {
	r, err := unpack(r)
	if err != nil {
		return nil, err
	}
	content := make([]byte, f.size+1)
	n, err := io.ReadFull(r, content)
	switch digest := sha256.Sum256(content[:n]); {
	case err == nil:
		return nil, fmt.Errorf("it is longer than %d bytes", f.size)
	case err != io.EOF && err != io.ErrUnexpectedEOF:
		return nil, err
	case n < f.size:
		return nil, fmt.Errorf("it ends after %d of %d bytes", n, f.size)
	case hex.EncodeToString(digest[:]) != f.sha256:
		return nil, fmt.Errorf("its SHA-256 (unpacked) is %x, want %s", digest, f.sha256)
	}
	return content[:n], nil
}

// unpack returns a reader of the unpacked content if r starts like a gzip file, and of r otherwise.
func unpack(r io.Reader) (io.Reader, error) {
	buffered := bufio.NewReaderSize(r, 64<<10)
	if start, _ := buffered.Peek(2); string(start) == "\x1f\x8b" {
		return gzip.NewReader(buffered)
	}
	return buffered, nil
}

// newSet makes a set of images and the content of a file of labels.
func newSet(images []float32, content []byte) *Set {
	content = content[labelsHeader:]
	s := &Set{Images: images, Labels: make([]int32, len(content))}
	for i, b := range content {
		s.Labels[i] = int32(b)
	}
	return s
}

// decode returns the pixels of the content of a file of images.
func decode(content []byte) []float32 {
	content = content[imagesHeader:]
	images := make([]float32, len(content))
	for i, b := range content {
		images[i] = intensity[b]
	}
	return images
}
