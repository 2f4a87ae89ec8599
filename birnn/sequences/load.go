package sequences

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/cachedir"
	"github.com/easy-gomlx/tutorials/birnn/internal/fetch"
	"github.com/easy-gomlx/tutorials/birnn/internal/pypi"
	"github.com/gofrs/flock"
)

// aeon is the package that ships the files (BSD-3-Clause).
var aeon = pypi.Wheel{
	Project: "aeon",
	Name:    "aeon-1.6.0-py3-none-any.whl",
	SHA256:  "d05227086706f80111ac5fee8de4d5d3115bb3bcfd1c786c8629393055816409",
	Size:    6421000,
	Files: []pypi.File{
		{
			Name:   "aeon/datasets/data/JapaneseVowels/JapaneseVowels_TRAIN.ts",
			SHA256: "68a430eabd919cc77f40b1f5f3bc0dcafacc1486bca9260785aeb7d262cc78cd",
			Size:   487971,
		},
		{
			Name:   "aeon/datasets/data/JapaneseVowels/JapaneseVowels_TEST.ts",
			SHA256: "b3d41d6a0ca3bcad3afb9ca7d4365382aa51341e2e58bae2a574babdda5b9462",
			Size:   649132,
		},
		{
			Name:   "aeon/datasets/data/BasicMotions/BasicMotions_TRAIN.ts",
			SHA256: "8dc43cc6306cb679c888c01e26f91772ac4441a916da43bac8b79734a538b9d6",
			Size:   227790,
		},
		{
			Name:   "aeon/datasets/data/BasicMotions/BasicMotions_TEST.ts",
			SHA256: "79213102bc6fca1a398ad98ce1185dff0208fa3d1465e687f48288946b0ff8dc",
			Size:   227713,
		},
		{
			Name:   "aeon/datasets/data/Airline/Airline.csv",
			SHA256: "28af0eb869db6d9fbd31d5af03993a0cbf36c0857c3eb046a068c094b60da851",
			Size:   1744,
		},
	},
}

// CacheDir is the directory that fetched files are kept in: sequences under EASY_GOMLX_CACHE if that is set, otherwise under easy-gomlx
// in the user's cache directory. It need not exist yet.
func CacheDir() (string, error) {
	dir, err := cachedir.Get()
	if err != nil {
		return "", fmt.Errorf("sequences: %w", err)
	}
	return filepath.Join(dir, "sequences"), nil
}

// loader knows the files and where to fetch them. Tests use another wheel.
type loader struct {
	wheel  pypi.Wheel
	report func(format string, args ...any)
}

func newLoader(o Options) *loader {
	if o.Report == nil {
		o.Report = func(string, ...any) {}
	}
	return &loader{wheel: aeon, report: o.Report}
}

// sets loads the training and the test set of a data set.
func (l *loader) sets(ctx context.Context, dir, name string) (train, test *Set, err error) {
	contents, err := l.load(ctx, dir, name+"_TRAIN.ts", name+"_TEST.ts")
	if err != nil {
		return nil, nil, err
	}
	if train, err = ReadTS(bytes.NewReader(contents[0])); err != nil {
		return nil, nil, err
	}
	if test, err = ReadTS(bytes.NewReader(contents[1])); err != nil {
		return nil, nil, err
	}
	train.Pad(test.Time)
	test.Pad(train.Time)
	return train, test, nil
}

// load returns the contents of the named files in dir, or in the cache if dir is empty.
func (l *loader) load(ctx context.Context, dir string, names ...string) ([][]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("sequences: not loaded: %w", err)
	}
	if dir != "" {
		return l.given(dir, names)
	}
	dir, err := CacheDir()
	if err != nil {
		return nil, fmt.Errorf("%w; or name a directory with the files", err)
	}
	contents, err := l.read(dir, names)
	if err == nil {
		return contents, nil
	}
	return l.fetch(ctx, dir, names)
}

// given returns the contents of files in a directory that is only read.
func (l *loader) given(dir string, names []string) ([][]byte, error) {
	if _, err := os.ReadDir(dir); err != nil {
		return nil, fmt.Errorf("sequences: %w; name a directory with the files", err)
	}
	contents, err := l.read(dir, names)
	if corrupt := (*CorruptError)(nil); errors.As(err, &corrupt) {
		return nil, fmt.Errorf("%w; replace it, or name another directory", err)
	}
	return contents, err
}

// read returns the contents of files in a directory, in the order of their names. The error is a [*MissingError] for all that are missing
// or a [*CorruptError] for the first that is corrupt.
func (l *loader) read(dir string, names []string) (contents [][]byte, err error) {
	missing := &MissingError{Dir: dir}
	for _, name := range names {
		i := slices.IndexFunc(l.wheel.Files, func(f pypi.File) bool { return f.Path("") == name })
		content, err := readFile(l.wheel.Files[i], dir)
		if errors.Is(err, os.ErrNotExist) {
			missing.Files = append(missing.Files, name)
		} else if err != nil {
			return nil, err
		}
		contents = append(contents, content)
	}
	if missing.Files != nil {
		return nil, missing
	}
	return contents, nil
}

// fetch stores the wheel's files in the cache, while other processes wait, and returns the contents of the named ones.
func (l *loader) fetch(ctx context.Context, dir string, names []string) ([][]byte, error) {
	lock := flock.New(filepath.Join(dir, "lock"))
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		_, err = lock.TryLockContext(ctx, 200*time.Millisecond)
	}
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("sequences: waiting for another process that fetches into %s was stopped: %w", dir, ctx.Err())
	case err != nil:
		return nil, storageError(err)
	}
	defer lock.Unlock()
	contents, err := l.read(dir, names)
	if err == nil {
		return contents, nil // the process that held the lock has fetched them
	}
	var reasons []error
	if corrupt := (*CorruptError)(nil); errors.As(err, &corrupt) {
		l.report("%v; fetching it again", err)
		reasons = append(reasons, err)
	}
	l.report("fetching %s (%.1f MB)", l.wheel.Name, float64(l.wheel.Size)/1e6)
	err = l.wheel.Install(ctx, dir, l.report)
	var storage *fetch.StorageError
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("sequences: fetching %s was stopped: %w", l.wheel.Name, ctx.Err())
	case errors.As(err, &storage):
		return nil, storageError(err)
	case err != nil:
		return nil, &UnavailableError{Files: names, Dir: dir, Reasons: append(reasons, err)}
	}
	l.report("the files are in %s", dir)
	return l.read(dir, names)
}

func storageError(err error) error {
	return fmt.Errorf("sequences: %w; free some space, or set %s to a directory that can be written to, or name a directory with the files",
		err, cachedir.Variable)
}

// readSeries reads a CSV file of periods and values, with a header.
func readSeries(content []byte) (*Series, error) {
	records, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("sequences: %w", err)
	}
	s := &Series{}
	for _, record := range records[1:] {
		value, err := strconv.ParseFloat(record[1], 64)
		if err != nil {
			return nil, fmt.Errorf("sequences: %w", err)
		}
		s.Periods, s.Values = append(s.Periods, record[0]), append(s.Values, value)
	}
	return s, nil
}
