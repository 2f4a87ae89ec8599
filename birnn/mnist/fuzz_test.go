package mnist

import (
	"bytes"
	"io"
	"runtime"
	"runtime/metrics"
	"testing"
)

const (
	// mostAllocated bounds the bytes that reading one of the tiny files may allocate, garbage included, whatever the file
	// holds: 64 KiB for the read buffer, 16 KiB for a chunk, 6 KiB for the elements, and 45 KiB for unpacking gzip.
	mostAllocated = 160 << 10

	// mostForGzip is added for each byte of a gzip file: every deflate block may bring new code tables, which package flate
	// allocates anew. Tables of the largest size, 64 KiB, take a block of 40 bytes at least.
	mostForGzip = 2 << 10
)

// FuzzIDX holds reading against the plain rule: exactly the header and so many elements, labels below 10. Whatever the
// input, the memory that it costs is bounded.
func FuzzIDX(f *testing.F) {
	images, labels := idx(make([]byte, 2*Pixels), 2, Rows, Cols), idx([]byte{1, 2, 3}, 3)
	for _, seed := range [][]byte{nil, images, labels, gzipped(images), gzipped(labels), images[:20], labels[:5],
		append(bytes.Clone(labels), 0), idx([]byte{1, 10, 3}, 3), idx(nil, -1, -1, -1), []byte("<html>"), gzipped(labels)[:15]} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		unpacked, unpackErr := io.ReadAll(io.LimitReader(unpackBytes(data), 1<<12))
		gotImages, err := readBounded(t, data, tinyImages, intensities)
		right := unpackErr == nil && len(unpacked) == len(images) && bytes.HasPrefix(unpacked, images[:16])
		if (err == nil) != right {
			t.Fatalf("images: error %v, want success: %v", err, right)
		}
		for i, v := range gotImages {
			if v != float32(unpacked[16+i])/255 {
				t.Fatalf("pixel %d is %v, want %d/255", i, v, unpacked[16+i])
			}
		}
		gotLabels, err := readBounded(t, data, tinyLabels, digits)
		right = unpackErr == nil && len(unpacked) == len(labels) && bytes.HasPrefix(unpacked, labels[:8]) && max(unpacked[8], unpacked[9], unpacked[10]) < 10
		if (err == nil) != right {
			t.Fatalf("labels: error %v, want success: %v", err, right)
		}
		for i, v := range gotLabels {
			if v != int32(unpacked[8+i]) {
				t.Fatalf("label %d is %d, want %d", i, v, unpacked[8+i])
			}
		}
	})
}

// readBounded reads data as f and fails the test where that allocates more than it may.
func readBounded[T float32 | int32](t *testing.T, data []byte, f file, values *[256]T) (elements []T, err error) {
	read := func() { elements, err = readIDX(unpackBytes(data), f, values) }
	most := uint64(mostAllocated)
	if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		most += mostForGzip * uint64(len(data))
	}
	before := roughlyAllocated()
	read()
	if roughlyAllocated()-before <= most {
		return elements, err
	}
	var start, end runtime.MemStats
	runtime.ReadMemStats(&start)
	read()
	runtime.ReadMemStats(&end)
	if got := end.TotalAlloc - start.TotalAlloc; got > most {
		t.Fatalf("%d bytes as %s allocated %d bytes, want at most %d", len(data), f.name, got, most)
	}
	return elements, err
}

// roughlyAllocated is how many bytes this process has allocated so far. It takes a microsecond, where runtime.ReadMemStats
// stops the world, but small blocks of memory are counted late: what looks like too much is to be measured again.
func roughlyAllocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// unpackBytes is unpack; a start that only looks like gzip gives a reader that fails.
func unpackBytes(data []byte) io.Reader {
	r, err := unpack(bytes.NewReader(data))
	if err != nil {
		return io.MultiReader(bytes.NewReader(data[:1]), failing{err})
	}
	return r
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
