package mnist

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/durable"
)

// decodedName is the file in the cache that holds the decoded images, so that processes can map it and share its memory: the pixels of the
// training file and of the test file as float32, little-endian, and a trailer. It is written once the four files are verified.
const decodedName = "images.float32"

// trailer is what the file of decoded images ends with, if sum is the CRC-32C of its pixels. Another version, other images or damaged pixels
// have another trailer, so it need not be parsed.
func (c collection) trailer(sum uint32) string {
	return fmt.Sprintf("\nMNIST as float32, version 1\n%s\n%s\nCRC-32C %08x\n", c.files[0].sha256, c.files[2].sha256, sum)
}

// decodedSizes returns how many pixels the training file and the test file have.
func (c collection) decodedSizes() (train, test int) {
	return c.files[0].size - imagesHeader, c.files[2].size - imagesHeader
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// pieceSize is how many bytes of the file are read or written at once.
const pieceSize = 1 << 20

// intensity maps the bytes 0 to 255 to the pixels 0 to 1.
var intensity = func() (values [256]float32) {
	for b := range values {
		values[b] = float32(b) / 255
	}
	return values
}()

// mayMap reports whether this process can map decoded images. It does so once: a mapping is never undone, because slices of it may be in use.
func (l *loader) mayMap() bool {
	return binary.NativeEndian.Uint16([]byte{1, 0}) == 1 && !l.mapped.Load()
}

// mapDecoded maps the decoded images in the cache. The result is nil if that is not possible.
func (l *loader) mapDecoded(dir string) (pixels []float32) {
	if !l.mayMap() {
		return nil
	}
	f, err := l.openDecoded(dir)
	if err != nil {
		return nil
	}
	defer f.Close()
	if !l.mapped.CompareAndSwap(false, true) {
		return nil
	}
	train, test := l.decodedSizes()
	if pixels, err = mapFloats(f, train+test); err != nil {
		l.mapped.Store(false)
		return nil
	}
	return pixels
}

// openDecoded opens the file of decoded images. It returns an error if the file is damaged, or if others can have written it.
func (c collection) openDecoded(dir string) (*os.File, error) {
	path := filepath.Join(dir, decodedName)
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(err, fs.ErrInvalid) // opening a pipe would wait
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(checkOwner(f), c.verifyDecoded(f)); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// verifyDecoded returns an error unless f has the right size and trailer. It reads the file, which can't fail as touching a mapped file can.
func (c collection) verifyDecoded(f io.Reader) error {
	train, test := c.decodedSizes()
	sum := crc32.New(castagnoli)
	if _, err := io.CopyBuffer(sum, io.LimitReader(f, int64(train+test)*4), make([]byte, pieceSize)); err != nil {
		return err
	}
	want := c.trailer(sum.Sum32())
	if got, err := io.ReadAll(io.LimitReader(f, int64(len(want))+1)); err != nil || string(got) != want {
		return errors.Join(err, fmt.Errorf("it ends with %q, want %q", got, want))
	}
	return nil
}

// writeDecoded stores the decoded images of verified files in the cache. A process that has mapped the previous file keeps that one. If another
// process is writing, it returns an error at once.
func (l *loader) writeDecoded(dir string, contents [4][]byte) error {
	if !l.mayMap() {
		return errors.ErrUnsupported
	}
	unlock, err := tryLock(dir)
	if err != nil {
		return err
	}
	defer unlock()
	if f, err := l.openDecoded(dir); err == nil {
		return f.Close() // another process has just written it
	}
	path := filepath.Join(dir, decodedName)
	durable.RemoveLeftovers(path, time.Now().Add(time.Hour)) // of killed processes: this is the only one that writes
	f, err := durable.Create(path)
	if err != nil {
		return err
	}
	defer f.Discard()
	if err := f.Chmod(0o644); err != nil { // see checkOwner
		return err
	}
	sum := crc32.New(castagnoli)
	for _, images := range [][]byte{contents[0][imagesHeader:], contents[2][imagesHeader:]} {
		if err := encode(io.MultiWriter(f, sum), images); err != nil {
			return err
		}
	}
	if _, err := io.WriteString(f, l.trailer(sum.Sum32())); err != nil {
		return err
	}
	return f.Commit()
}

// encode writes images as float32.
func encode(w io.Writer, images []byte) error {
	piece := make([]byte, 0, pieceSize)
	for len(images) > 0 {
		n := min(len(images), cap(piece)/4)
		for _, b := range images[:n] {
			piece = binary.LittleEndian.AppendUint32(piece, math.Float32bits(intensity[b]))
		}
		if _, err := w.Write(piece); err != nil {
			return err
		}
		piece, images = piece[:0], images[n:]
	}
	return nil
}
