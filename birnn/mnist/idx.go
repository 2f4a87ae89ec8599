package mnist

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// The IDX format: two zero bytes, the element type (8: unsigned byte), the number of dimensions, each dimension as a 32-bit
// big-endian number, then the elements, row-major.
const idxBytes = 0x0800

// file is one of the four files, and all that is known of it beforehand.
type file struct {
	name   string // train-images-idx3-ubyte
	dims   []int  // [n, Rows, Cols] for images, [n] for labels
	sha256 string // of the unpacked file, in hexadecimal
}

func (f file) isLabels() bool  { return len(f.dims) == 1 }
func (f file) magic() uint32   { return idxBytes | uint32(len(f.dims)) }
func (f file) headerSize() int { return 4 + 4*len(f.dims) }
func (f file) size() int64     { return int64(f.headerSize() + f.elements()) }

func (f file) elements() int {
	n := 1
	for _, d := range f.dims {
		n *= d
	}
	return n
}

// The values that the bytes of a file stand for.
var (
	intensities = table(func(b int) float32 { return float32(b) / 255 })
	digits      = table(func(b int) int32 { return int32(b) })
)

func table[T any](value func(int) T) *[256]T {
	var t [256]T
	for b := range t {
		t[b] = value(b)
	}
	return &t
}

// readFile reads the file at path, gzipped or not, as what f says it is. The result has f.elements() elements.
func readFile[T float32 | int32](path string, f file, values *[256]T) ([]T, error) {
	opened, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("mnist: %w", err)
	}
	defer opened.Close()
	r, err := unpack(opened)
	if err != nil {
		return nil, &FormatError{File: path, Reason: "it begins like a gzip file but is none", Err: err}
	}
	digest := sha256.New()
	elements, err := readIDX(io.TeeReader(r, digest), f, values)
	var format *FormatError
	if errors.As(err, &format) {
		format.File = path
	}
	if err != nil {
		return nil, err
	}
	if got := hex.EncodeToString(digest.Sum(nil)); got != f.sha256 {
		return nil, &DigestError{File: path, Want: f.sha256, Got: got}
	}
	return elements, nil
}

// unpack gives what r holds: unpacked if it begins as gzip does, as it is otherwise.
func unpack(r io.Reader) (io.Reader, error) {
	buffered := bufio.NewReaderSize(r, 64<<10)
	if start, _ := buffered.Peek(2); len(start) == 2 && start[0] == 0x1f && start[1] == 0x8b {
		return gzip.NewReader(buffered)
	}
	return buffered, nil
}

// readIDX reads what f describes, and nothing more or less, from r. Nothing is allocated for the elements before the header is
// known to be right; at most one byte beyond the last element is read. Errors are a [*FormatError] without its File.
func readIDX[T float32 | int32](r io.Reader, f file, values *[256]T) ([]T, error) {
	if err := readHeader(r, f); err != nil {
		return nil, err
	}
	elements := make([]T, f.elements())
	var chunk [16 << 10]byte
	for done := 0; done < len(elements); {
		n, err := io.ReadFull(r, chunk[:min(len(chunk), len(elements)-done)])
		if i := f.badLabel(chunk[:n]); i >= 0 {
			return nil, &FormatError{Reason: fmt.Sprintf("label %d is %d, above %d", done+i, chunk[i], Classes-1)}
		}
		translate(elements[done:done+n], chunk[:n], values)
		done += n
		if err != nil {
			return nil, &FormatError{Reason: fmt.Sprintf("it breaks off: %d of %d bytes can be read", f.headerSize()+done, f.size()), Err: hideEOF(err)}
		}
	}
	switch n, err := io.ReadFull(r, chunk[:1]); {
	case n > 0:
		return nil, &FormatError{Reason: fmt.Sprintf("it goes on after the expected %d bytes", f.size())}
	case err != io.EOF:
		return nil, &FormatError{Reason: "it is damaged at its end", Err: err}
	}
	return elements, nil
}

// badLabel gives the index of the first element that no label can be, or -1.
func (f file) badLabel(elements []byte) int {
	if !f.isLabels() {
		return -1
	}
	return slices.IndexFunc(elements, func(b byte) bool { return b >= Classes })
}

// translate sets each element to the value of its byte; both slices have the same length.
func translate[T any](elements []T, bytes []byte, values *[256]T) {
	for i := range elements {
		elements[i] = values[bytes[i]]
	}
}

// readHeader reads the header and tells how it differs from f's.
func readHeader(r io.Reader, f file) error {
	header := make([]byte, f.headerSize())
	n, err := io.ReadFull(r, header)
	switch {
	case n == 0 && err == io.EOF:
		return &FormatError{Reason: "it is empty"}
	case bytes.HasPrefix(bytes.TrimSpace(header[:n]), []byte("<")):
		return &FormatError{Reason: "it is a web page or XML, not data"}
	case err != nil:
		return &FormatError{Reason: fmt.Sprintf("it breaks off in its header, after %d bytes", n), Err: hideEOF(err)}
	}
	if magic := binary.BigEndian.Uint32(header); magic != f.magic() {
		return &FormatError{Reason: fmt.Sprintf("it begins with %#08x, not with %#08x: %s", magic, f.magic(), whatIs(magic))}
	}
	for i, want := range f.dims {
		got := binary.BigEndian.Uint32(header[4+4*i:])
		if int64(got) != int64(want) {
			what := [...]string{"items", "rows", "columns"}[i]
			return &FormatError{Reason: fmt.Sprintf("its header announces %d %s, expected %d", got, what, want)}
		}
	}
	return nil
}

// whatIs says what a file with this magic number is.
func whatIs(magic uint32) string {
	switch magic {
	case idxBytes | 1:
		return "these are labels"
	case idxBytes | 3:
		return "these are images"
	}
	return "it is no IDX file of MNIST"
}

// hideEOF drops the end-of-file errors, which say no more than the reason does.
func hideEOF(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil
	}
	return err
}
