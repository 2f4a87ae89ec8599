package mnist

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/easy-gomlx/tutorials/birnn/internal/cachedir"
	"github.com/easy-gomlx/tutorials/birnn/internal/fetch"
)

// collection is a data set in four files. Tests use small ones.
type collection struct {
	files      [4]file // training images and labels, test images and labels
	validation int     // how many images at the start of the training file are for validation
}

var original = collection{
	files: [4]file{
		{
			name:   "train-images-idx3-ubyte",
			size:   imagesHeader + (NumValidation+NumTrain)*Pixels,
			sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
		},
		{
			name:   "train-labels-idx1-ubyte",
			size:   labelsHeader + NumValidation + NumTrain,
			sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
		},
		{
			name:   "t10k-images-idx3-ubyte",
			size:   imagesHeader + NumTest*Pixels,
			sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
		},
		{
			name:   "t10k-labels-idx1-ubyte",
			size:   labelsHeader + NumTest,
			sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
		},
	},
	validation: NumValidation,
}

// webMirrors serve the four files as NAME.gz.
var webMirrors = []string{
	"https://ossci-datasets.s3.amazonaws.com/mnist/",
	"https://storage.googleapis.com/cvdf-datasets/mnist/",
}

// loader knows which files to load, and where they can be fetched.
type loader struct {
	collection
	report  func(format string, args ...any)
	module  func(ctx context.Context) (dir string, err error) // downloads the Go module that ships the files
	mirrors []string                                          // addresses of directories, with a slash at the end
	mapped  *atomic.Bool                                      // whether this process has mapped the decoded images
}

// CacheDir is the directory that fetched files are kept in: mnist under EASY_GOMLX_CACHE if that is set, otherwise under easy-gomlx in
// the user's cache directory. It need not exist yet.
func CacheDir() (string, error) {
	dir, err := cachedir.Get()
	if err != nil {
		return "", fmt.Errorf("mnist: %w", err)
	}
	return filepath.Join(dir, "mnist"), nil
}

func (l *loader) load(ctx context.Context, dir string) (*Data, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("mnist: not loaded: %w", err)
	}
	if dir == "" {
		dir = os.Getenv("MNIST_DIR")
	}
	var train, test *Set
	var err error
	if dir != "" {
		train, test, err = l.given(dir)
	} else {
		train, test, err = l.cached(ctx)
	}
	if err != nil {
		return nil, err
	}
	part := func(start, end int) *Set {
		images, labels := train.Batch(start, end)
		return &Set{Images: images, Labels: labels}
	}
	return &Data{Train: part(l.validation, train.Len()), Validation: part(0, l.validation), Test: test}, nil
}

// read reads files in a directory at the same time. The contents of the others are nil.
func (c collection) read(dir string, wanted [4]bool) (contents [4][]byte, errs [4]error) {
	var group sync.WaitGroup
	for i, f := range c.files {
		if wanted[i] {
			group.Go(func() { contents[i], errs[i] = f.read(dir) })
		}
	}
	group.Wait()
	return contents, errs
}

var (
	allFiles   = [4]bool{true, true, true, true}
	onlyLabels = [4]bool{false, true, false, true}
)

// decoded returns the sets that the contents of the four files are.
func decoded(contents [4][]byte) (train, test *Set) {
	return newSet(decode(contents[0]), contents[1]), newSet(decode(contents[2]), contents[3])
}

// given returns the sets in a directory that is only read.
func (l *loader) given(dir string) (train, test *Set, err error) {
	if _, err := os.ReadDir(dir); err != nil {
		return nil, nil, fmt.Errorf("mnist: %w; name a directory with the four files", err)
	}
	contents, errs := l.read(dir, allFiles)
	all := &MissingError{Dir: dir}
	for _, err := range errs {
		var missing *MissingError
		if errors.As(err, &missing) {
			all.Files = append(all.Files, missing.Files...)
		} else if err != nil {
			return nil, nil, fmt.Errorf("%w; replace it, or name another directory", err)
		}
	}
	if all.Files != nil {
		return nil, nil, all
	}
	train, test = decoded(contents)
	return train, test, nil
}

// cached returns the sets in the cache: of decoded images that are mapped, if possible.
func (l *loader) cached(ctx context.Context) (train, test *Set, err error) {
	dir, err := CacheDir()
	if err != nil {
		return nil, nil, fmt.Errorf("%w; or set MNIST_DIR to a directory with the data", err)
	}
	pixels, wanted := l.mapDecoded(dir), onlyLabels
	if pixels == nil {
		wanted = allFiles
	}
	contents, err := l.readCache(ctx, dir, wanted)
	if err != nil {
		return nil, nil, err
	}
	if pixels == nil && l.writeDecoded(dir, contents) == nil {
		pixels = l.mapDecoded(dir)
	}
	if pixels == nil {
		train, test = decoded(contents)
		return train, test, nil
	}
	n, _ := l.decodedSizes()
	return newSet(pixels[:n], contents[1]), newSet(pixels[n:], contents[3]), nil
}

// readCache returns the contents of files in the cache, and fetches those that are missing or corrupt.
func (l *loader) readCache(ctx context.Context, dir string, wanted [4]bool) (contents [4][]byte, err error) {
	module := sync.OnceValues(func() (string, error) {
		l.report("fetching MNIST as the Go module %s", modulePath)
		return l.module(ctx)
	})
	contents, errs := l.read(dir, wanted)
	for i, f := range l.files {
		if errs[i] == nil {
			continue
		}
		if err := l.fetch(ctx, f, dir, errs[i], module); err != nil {
			return contents, err
		}
		l.report("%s is in %s", f.name, dir)
		if contents[i], err = f.read(dir); err != nil {
			return contents, err
		}
	}
	return contents, nil
}

// fetch stores a file in the cache. cause is the reason: it is missing or corrupt.
func (l *loader) fetch(ctx context.Context, f file, dir string, cause error, module func() (string, error)) error {
	var reasons []error
	if missing := (*MissingError)(nil); !errors.As(cause, &missing) {
		l.report("%v; fetching it again", cause)
		reasons = append(reasons, cause)
	}
	dst := filepath.Join(dir, f.name)
	o := fetch.Options{SHA256: f.sha256, Size: int64(f.size), Decode: unpack, Report: l.report}
	for _, mirror := range l.mirrors {
		o.URLs = append(o.URLs, mirror+f.name+".gz")
	}
	err := copyFromModule(f, dst, o, module)
	if err != nil && !isStorage(err) { // if it can't be stored, another source is no help
		reasons = append(reasons, fmt.Errorf("the Go module %s: %w", modulePath, err))
		err = fetch.File(ctx, dst, o)
	}
	var download *fetch.Error
	switch {
	case isStorage(err):
		return fmt.Errorf("mnist: %w; free some space, or set EASY_GOMLX_CACHE to a directory that can be written to, "+
			"or MNIST_DIR to one with the data", err)
	case errors.As(err, &download):
		return &UnavailableError{File: f.name, Dir: dir, Reasons: append(reasons, download.Failures...)}
	case err != nil:
		return fmt.Errorf("mnist: %w", err)
	}
	return nil
}

func copyFromModule(f file, dst string, o fetch.Options, module func() (string, error)) error {
	dir, err := module()
	if err != nil {
		return err
	}
	packed, err := os.Open(filepath.Join(dir, "data", f.name+".gz"))
	if err != nil {
		return err
	}
	defer packed.Close()
	return fetch.Copy(dst, packed, o)
}

func isStorage(err error) bool {
	var storage *fetch.StorageError
	return errors.As(err, &storage)
}
