// Package sequences loads small data sets of real sequences: utterances of different lengths ([JapaneseVowels]), recordings of movements
// ([BasicMotions]) and a monthly series to forecast ([Airline]). [ReadTS] reads more of the UCR and UEA archives' data sets from .ts files.
//
// The files come from the Python package aeon 1.6.0, a wheel of 6 MB that is pinned by its SHA-256. It is fetched once; what is needed
// of it, 2 MB, stays in the user's cache. The package depends on no machine-learning library: a [Set] is three slices.
package sequences

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// Set holds sequences of at most Time time steps of Features numbers each, with a class for each sequence.
type Set struct {
	X       []float32 // [n, Time, Features], row-major: zero beyond a sequence's length
	Lengths []int32   // [n], at least 1: the number of time steps of each sequence
	Labels  []int32   // [n], each an index in Classes

	Time, Features int
	Classes        []string // the names of the classes
}

// Len returns the number of sequences.
func (s *Set) Len() int { return len(s.Labels) }

// Sequence returns the time steps of sequence i, shape [Lengths[i], Features], without a copy. Like an index expression, it panics if i is
// out of range.
func (s *Set) Sequence(i int) []float32 {
	start := i * s.Time * s.Features
	end := start + int(s.Lengths[i])*s.Features
	return s.X[start:end:end]
}

// Add appends a sequence of your own, x [length, Features] row-major, of the class with that name; a new name becomes a new class. A set
// with only Features given is empty:
//
//	set := &sequences.Set{Features: 12}
//	err := set.Add("Taro", x)
//
// If the sequence is longer than those before it, they are padded (Pad). Sets that belong together, such as one to train and one to test
// with, must have the same Classes: give them to both, or divide one set. Add returns an error, and changes nothing, if x is empty, is not a
// whole number of time steps, or has a number that is not finite.
func (s *Set) Add(class string, x []float32) error {
	if s.Features < 1 {
		return fmt.Errorf("sequences: Add: Features is %d; it must be at least 1", s.Features)
	}
	if len(x) == 0 || len(x)%s.Features != 0 {
		return fmt.Errorf("sequences: Add: x has %d values; want at least one time step of %d features, and whole ones", len(x), s.Features)
	}
	for i, v := range x {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return fmt.Errorf("sequences: Add: time step %d, feature %d is %v; it must be finite", i/s.Features, i%s.Features, v)
		}
	}
	label := slices.Index(s.Classes, class)
	if label < 0 {
		label = len(s.Classes)
		s.Classes = append(s.Classes, class)
	}
	length := len(x) / s.Features
	s.Pad(length)
	s.X = append(append(s.X, x...), make([]float32, (s.Time-length)*s.Features)...)
	s.Lengths, s.Labels = append(s.Lengths, int32(length)), append(s.Labels, int32(label))
	return nil
}

// Select returns a copy of the sequences at the given indices, in that order. It panics if an index is out of range.
func (s *Set) Select(indices ...int) *Set {
	selected := &Set{Time: s.Time, Features: s.Features, Classes: slices.Clone(s.Classes)}
	size := s.Time * s.Features
	for _, i := range indices {
		selected.X = append(selected.X, s.X[i*size:(i+1)*size]...)
		selected.Lengths = append(selected.Lengths, s.Lengths[i])
		selected.Labels = append(selected.Labels, s.Labels[i])
	}
	return selected
}

// Split returns the sequences of the set in two parts, in their order: every nth one, starting with the first, and all others. In a file
// sorted by class, each part has its share of every class. It panics if n is less than 1.
func (s *Set) Split(n int) (every, others *Set) {
	var indices [2][]int
	for i := range s.Len() {
		part := min(i%n, 1)
		indices[part] = append(indices[part], i)
	}
	return s.Select(indices[0]...), s.Select(indices[1]...)
}

// Pad increases the set's Time to time, if it is less, with zeros that do not count in Lengths. Sets with the same Time can share a
// compiled graph.
func (s *Set) Pad(time int) {
	if time <= s.Time {
		return
	}
	x := make([]float32, s.Len()*time*s.Features)
	for i := range s.Len() {
		copy(x[i*time*s.Features:], s.Sequence(i))
	}
	s.X, s.Time = x, time
}

// Series is a series of numbers, one for each period of time.
type Series struct {
	Periods []string // such as 1949-01
	Values  []float64
}

// Options says where the files of a data set are. The zero value is what the functions of the package use if dir is empty.
type Options struct {
	// Dir is a directory with the files. If it is empty, it is the user's cache.
	Dir string
	// Report receives lines for the user, without a newline, while the files are fetched. It is not called if they are already there. If it
	// is nil, nothing is reported.
	Report func(format string, args ...any)
}

// JapaneseVowels loads 640 utterances of two Japanese vowels by nine male speakers; who speaks is the class. A time step is a frame of
// speech, described by 12 linear prediction cepstrum coefficients; an utterance has 7 to 29 of them. The training set has 270 utterances,
// 30 for each speaker, and the test set 370, 24 to 88 for each. Both sets have a Time of 29.
//
// Source: Kudo, Toyama and Shimbo, Multidimensional curve classification using passing-through regions (1999), in the UCI archive.
//
// If dir is not empty, it must hold the files JapaneseVowels_TRAIN.ts and JapaneseVowels_TEST.ts, and is only read. If it is empty, the
// files are kept in [CacheDir], and fetched if they are missing or corrupt there; otherwise nothing is requested from the network. The
// environment variable PIP_INDEX_URL names the package index to fetch them from, by default pypi.org. Any number of processes may load at
// the same time.
//
// The error is a [*MissingError] if a given directory lacks files, a [*CorruptError] if a file there is not the original one, an
// [*UnavailableError] if the package index did not provide the files, and wraps ctx.Err() if ctx is done.
func JapaneseVowels(ctx context.Context, dir string) (train, test *Set, err error) {
	return Options{Dir: dir}.JapaneseVowels(ctx)
}

// JapaneseVowels is like the function [JapaneseVowels], with options.
func (o Options) JapaneseVowels(ctx context.Context) (train, test *Set, err error) {
	return newLoader(o).sets(ctx, o.Dir, "JapaneseVowels")
}

// BasicMotions loads 80 recordings of a smart watch on the wrists of four students, 10 seconds long with 10 time steps a second; the
// movement is the class: standing, running, walking or playing badminton. The features are acceleration and angular velocity in three
// directions each. The training and the test set have 40 recordings each, 10 for each movement.
//
// The files are BasicMotions_TRAIN.ts and BasicMotions_TEST.ts; the rest is as for [JapaneseVowels].
func BasicMotions(ctx context.Context, dir string) (train, test *Set, err error) {
	return Options{Dir: dir}.BasicMotions(ctx)
}

// BasicMotions is like the function [BasicMotions], with options.
func (o Options) BasicMotions(ctx context.Context) (train, test *Set, err error) {
	return newLoader(o).sets(ctx, o.Dir, "BasicMotions")
}

// Airline loads the number of passengers of international airlines in each month from January 1949 to December 1960, in thousands.
//
// Source: Box and Jenkins, Time Series Analysis: Forecasting and Control (1970), series G. The file is Airline.csv; the rest is as for
// [JapaneseVowels].
func Airline(ctx context.Context, dir string) (*Series, error) {
	return Options{Dir: dir}.Airline(ctx)
}

// Airline is like the function [Airline], with options.
func (o Options) Airline(ctx context.Context) (*Series, error) {
	contents, err := newLoader(o).load(ctx, o.Dir, "Airline.csv")
	if err != nil {
		return nil, err
	}
	return readSeries(contents[0])
}
