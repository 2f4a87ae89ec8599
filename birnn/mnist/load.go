package mnist

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/easy-gomlx/tutorials/birnn/internal/cachedir"
)

// collection is a data set in four files, the first of which gives the validation set too. Tests use small ones.
type collection struct {
	trainImages, trainLabels, testImages, testLabels file

	validation int // images at the start of the training file
}

func (c collection) files() []file {
	return []file{c.trainImages, c.trainLabels, c.testImages, c.testLabels}
}

var original = collection{
	trainImages: file{
		name:   "train-images-idx3-ubyte",
		dims:   []int{NumTrain + NumValidation, Rows, Cols},
		sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
	},
	trainLabels: file{
		name:   "train-labels-idx1-ubyte",
		dims:   []int{NumTrain + NumValidation},
		sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
	},
	testImages: file{
		name:   "t10k-images-idx3-ubyte",
		dims:   []int{NumTest, Rows, Cols},
		sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
	},
	testLabels: file{
		name:   "t10k-labels-idx1-ubyte",
		dims:   []int{NumTest},
		sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
	},
	validation: NumValidation,
}

// loader is one call of Load: which files, and where they may come from.
type loader struct {
	collection
	report  func(format string, args ...any)
	module  func(ctx context.Context) (folder string, err error) // finds or fetches the Go module that ships the files
	mirrors []string                                             // addresses of folders, with a slash at the end
}

func newLoader(report func(format string, args ...any)) *loader {
	if report == nil {
		report = func(string, ...any) {}
	}
	return &loader{collection: original, report: report, module: moduleFolder, mirrors: webMirrors}
}

func (l *loader) load(ctx context.Context, dir string) (*Data, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("mnist: not loaded: %w", err)
	}
	if dir == "" {
		dir = os.Getenv("MNIST_DIR")
	}
	if dir != "" {
		if err := l.checkComplete(dir); err != nil {
			return nil, err
		}
		return l.read(func(f file) (any, error) { return readAny(dir, f) })
	}
	dir, err := CacheDir()
	if err != nil {
		return nil, fmt.Errorf("%w; or set MNIST_DIR to a folder that holds the data", err)
	}
	c := &cache{loader: l, dir: dir}
	return l.read(func(f file) (any, error) { return c.get(ctx, f) })
}

// CacheDir is the folder that fetched files are kept in: mnist under EASY_GOMLX_CACHE if that is set, otherwise under
// easy-gomlx in the user's cache directory. It need not exist yet.
func CacheDir() (string, error) {
	dir, err := cachedir.Get()
	if err != nil {
		return "", fmt.Errorf("mnist: %w", err)
	}
	return filepath.Join(dir, "mnist"), nil
}

// read gets the four files, at the same time, and makes the sets of them. get gives []float32 for images and []int32 for
// labels.
func (l *loader) read(get func(file) (any, error)) (*Data, error) {
	files := l.files()
	contents, errs := make([]any, len(files)), make([]error, len(files))
	var group sync.WaitGroup
	for i, f := range files {
		group.Go(func() { contents[i], errs[i] = get(f) })
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	train := &Set{Images: contents[0].([]float32), Labels: contents[1].([]int32)}
	test := &Set{Images: contents[2].([]float32), Labels: contents[3].([]int32)}
	return &Data{Train: part(train, l.validation, train.Len()), Validation: part(train, 0, l.validation), Test: test}, nil
}

func part(s *Set, start, end int) *Set {
	images, labels := s.Batch(start, end)
	return &Set{Images: images, Labels: labels}
}

// checkComplete tells which files a folder lacks.
func (l *loader) checkComplete(dir string) error {
	if info, err := os.Stat(dir); err != nil {
		return fmt.Errorf("mnist: the folder that was named can't be read: %w", err)
	} else if !info.IsDir() {
		return fmt.Errorf("mnist: %s is a file; name the folder that holds it", dir)
	}
	var missing []string
	for _, f := range l.files() {
		if len(candidates(dir, f)) == 0 {
			missing = append(missing, f.name)
		}
	}
	if len(missing) > 0 {
		return &MissingError{Dir: dir, Files: missing}
	}
	return nil
}

// candidates gives the paths under which the file lies in the folder.
func candidates(dir string, f file) []string {
	dotted := strings.Replace(f.name, "-idx", ".idx", 1)
	var paths []string
	for _, name := range []string{f.name, f.name + ".gz", dotted, dotted + ".gz"} {
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		if err == nil && info.Mode().IsRegular() || err != nil && !errors.Is(err, fs.ErrNotExist) {
			paths = append(paths, path)
		}
	}
	return paths
}

// readAny reads the first of the candidates that is right: []float32 for images, []int32 for labels. When none is right,
// the error is that of the first; when there is none, it is a *MissingError.
func readAny(dir string, f file) (any, error) {
	var first error
	for _, path := range candidates(dir, f) {
		content, err := readContent(path, f)
		if err == nil {
			return content, nil
		}
		if first == nil {
			first = err
		}
	}
	if first == nil {
		first = &MissingError{Dir: dir, Files: []string{f.name}}
	}
	return nil, first
}

func readContent(path string, f file) (any, error) {
	if f.isLabels() {
		return readFile(path, f, digits)
	}
	return readFile(path, f, intensities)
}
