package mnist

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
)

// canMap is whether decoded images are kept in a file and mapped on this system.
const canMap = runtime.GOOS == "linux" || runtime.GOOS == "darwin"

func needMapping(t *testing.T) {
	t.Helper()
	if !canMap {
		t.Skipf("no file is mapped on %s", runtime.GOOS)
	}
}

// decodedFile returns what the file of the decoded images of a collection must contain.
func decodedFile(c collection, files map[string][]byte) []byte {
	train, test := c.files[0], c.files[2]
	var pixels []byte
	for _, b := range slices.Concat(files[train.name][imagesHeader:], files[test.name][imagesHeader:]) {
		pixels = binary.LittleEndian.AppendUint32(pixels, math.Float32bits(float32(b)/255))
	}
	return fmt.Appendf(pixels, "\nMNIST as float32, version 1\n%s\n%s\nCRC-32C %08x\n",
		train.sha256, test.sha256, crc32.Checksum(pixels, crc32.MakeTable(crc32.Castagnoli)))
}

// another returns a loader like l, as of another process.
func (l *loader) another() *loader {
	other := *l
	other.mapped = new(atomic.Bool)
	return &other
}

// TestDecodedImagesAreMapped: once they are in the cache, the files of images are not read any more.
func TestDecodedImagesAreMapped(t *testing.T) {
	needMapping(t)
	l, cacheDir := smallLoader(t)
	writeFiles(t, cacheDir, smallFiles)
	wantLoaded(t, l, cacheDir)
	for _, f := range []file{l.files[0], l.files[2]} {
		if err := os.Remove(filepath.Join(cacheDir, f.name)); err != nil {
			t.Fatal(err)
		}
	}
	data, err := l.another().load(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	wantSmall(t, data)
	_ = append(data.Train.Images, 99)
	wantSmall(t, data)
}

// TestMappedImagesArePrivate: what a process writes to its images is seen neither in the file nor by others that have mapped it.
func TestMappedImagesArePrivate(t *testing.T) {
	needMapping(t)
	l, cacheDir := smallLoader(t)
	writeFiles(t, cacheDir, smallFiles)
	other := l.another()
	data, err := l.load(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	others, err := other.load(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if !l.mapped.Load() || !other.mapped.Load() {
		t.Fatal("the images are not mapped")
	}
	want := Synthetic(6, 1)
	images, labels := want.Batch(2, 6)
	shuffled := &Set{Images: images, Labels: labels}
	shuffled.Shuffle(7)
	data.Train.Shuffle(7)
	if !slices.Equal(data.Train.Images, shuffled.Images) || !slices.Equal(data.Train.Labels, shuffled.Labels) {
		t.Error("mapped images are shuffled in another order")
	}
	clear(data.Test.Images)
	wantSmall(t, others)
	wantCached(t, cacheDir)
}

// TestSecondLoad: a process maps the images once, since a mapping is never undone; what it loads later is garbage-collected.
func TestSecondLoad(t *testing.T) {
	needMapping(t)
	l, cacheDir := smallLoader(t)
	writeFiles(t, cacheDir, smallFiles)
	first, err := l.load(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	clear(first.Test.Images)
	wantLoaded(t, l, cacheDir)
	if l.mapDecoded(cacheDir) != nil {
		t.Error("the images were mapped again")
	}
}

// TestDamagedDecodedImages: a file that is not exactly the right one is replaced, in one step and never in place: a process that has mapped it
// would be killed if it became shorter.
func TestDamagedDecodedImages(t *testing.T) {
	needMapping(t)
	good := decodedFile(small, smallFiles)
	pixels := bytes.Index(good, []byte("\nMNIST"))
	flipped := func(at int) []byte {
		content := bytes.Clone(good)
		content[at] ^= 1
		return content
	}
	other := small
	other.files[0].sha256 = digestOf(nil)
	for name, content := range map[string][]byte{
		"empty":                       {},
		"one byte":                    good[:1],
		"ends in the pixels":          good[:pixels/2],
		"no trailer":                  good[:pixels],
		"a byte short":                good[:len(good)-1],
		"a byte long":                 append(bytes.Clone(good), '\n'),
		"twice":                       slices.Concat(good, good),
		"first pixel":                 flipped(0),
		"last pixel":                  flipped(pixels - 1),
		"trailer":                     flipped(len(good) - 2),
		"another version":             bytes.Replace(good, []byte("version 1"), []byte("version 2"), 1),
		"another data set":            decodedFile(other, smallFiles),
		"zeros, as after a power cut": make([]byte, len(good)),
	} {
		t.Run(name, func(t *testing.T) {
			l, cacheDir := smallLoader(t)
			writeFiles(t, cacheDir, smallFiles)
			writeFiles(t, cacheDir, map[string][]byte{decodedName: content})
			open, err := os.Open(filepath.Join(cacheDir, decodedName))
			if err != nil {
				t.Fatal(err)
			}
			defer open.Close()
			wantLoaded(t, l, cacheDir)
			if !l.mapped.Load() {
				t.Error("the new file is not mapped")
			}
			if still, err := readAll(open); err != nil || !bytes.Equal(still, content) {
				t.Errorf("the file was written in place: %d bytes were %d, error %v", len(content), len(still), err)
			}
		})
	}
}

func readAll(f *os.File) ([]byte, error) {
	var b bytes.Buffer
	_, err := b.ReadFrom(f)
	return b.Bytes(), err
}

// TestReplacedWhileMapped: a process keeps the images that it has mapped when another replaces or removes the file.
func TestReplacedWhileMapped(t *testing.T) {
	needMapping(t)
	l, cacheDir := smallLoader(t)
	writeFiles(t, cacheDir, smallFiles)
	data, err := l.load(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(cacheDir, decodedName)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	writeFiles(t, cacheDir, map[string][]byte{decodedName: []byte("damaged")})
	wantLoaded(t, l.another(), cacheDir)
	wantSmall(t, data)
}

// TestGivenDirectoryIsNotMapped: a directory that is only read gets no file, and one there is not trusted.
func TestGivenDirectoryIsNotMapped(t *testing.T) {
	l, _ := smallLoader(t)
	dir := t.TempDir()
	hostile := changed(decodedName, []byte("not ours"))
	writeFiles(t, dir, hostile)
	data, err := l.load(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	wantSmall(t, data)
	if !sameFiles(readFiles(t, dir), hostile) || l.mapped.Load() {
		t.Error("the given directory was written to, or its file was mapped")
	}
}

// TestAnotherProcessDecodes: while another process writes the file, the images are decoded into memory.
func TestAnotherProcessDecodes(t *testing.T) {
	needMapping(t)
	l, cacheDir := smallLoader(t)
	writeFiles(t, cacheDir, smallFiles)
	unlock, err := tryLock(cacheDir)
	if err != nil {
		t.Fatal(err)
	}
	data, err := l.load(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	wantSmall(t, data)
	if _, err := os.Stat(filepath.Join(cacheDir, decodedName)); err == nil || l.mapped.Load() {
		t.Errorf("the file was written: %v", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	wantLoaded(t, l, cacheDir)
}
