// Package setup prepares what the notebooks need: a Python environment with JupyterLab, the Go kernel with its helpers, XLA's plugin, and
// MNIST. All of it lies in one directory of the user's cache; nothing else on the machine is changed, and no rights are needed.
// A directory that holds all of it already may be one that the user can only read: then many share it.
//
// Each part is either there as a whole or not at all, so that a set-up that was interrupted, at any point, goes on the next time.
package setup

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/easy-gomlx/tutorials/birnn/backend"
	"github.com/easy-gomlx/tutorials/birnn/mnist"
)

// Setup is the place where everything lies, and how its preparation is told about.
type Setup struct {
	Cache   string // the directory that everything lies in
	Console *Console

	lock *os.File // open in every process that is started, so that another set-up waits for those too
}

// New is for the directory that [backend.CacheDir] names.
func New(console *Console) (*Setup, error) {
	cache, err := backend.CacheDir()
	if err == nil {
		err = usable(cache)
	}
	if err != nil {
		return nil, err
	}
	return &Setup{Cache: cache, Console: console}, nil
}

// usable refuses a directory whose name some file or variable that it has to be written into can't hold.
func usable(dir string) error {
	reason := ""
	switch {
	case !utf8.ValidString(dir):
		reason = "has bytes that are no UTF-8, which Jupyter's files can't hold"
	case strings.ContainsRune(dir, filepath.ListSeparator):
		reason = fmt.Sprintf("has a %q, which parts the directories of PATH", filepath.ListSeparator)
	case strings.Contains(dir, "$"):
		reason = "has a $, behind which Jupyter looks for a variable"
	default:
		return nil
	}
	return fmt.Errorf("the directory that everything is kept in, %q, %s; set EASY_GOMLX_CACHE to another one", dir, reason)
}

// Prepare makes what is missing. Only one process does so at a time; the others wait, and then find it done.
func (s *Setup) Prepare(ctx context.Context) error {
	if err := os.MkdirAll(s.Cache, 0o755); err != nil {
		return fmt.Errorf("make the directory that everything is kept in: %w; set EASY_GOMLX_CACHE to a directory that can be written to", err)
	}
	unlock, err := s.acquire(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"JupyterLab", s.jupyter},
		{"the Go kernel", s.kernel},
		{"XLA", s.plugin},
		{"MNIST", s.digits},
	} {
		if err := step.do(ctx); err != nil {
			if ctx.Err() != nil {
				return fmt.Errorf("stopped while preparing %s; the next start goes on from here", step.name)
			}
			if s.Shared() {
				return fmt.Errorf("prepare %s: the set-up in %s is of another version, and only who made it can write there (%w); "+
					"have it prepared again, or set EASY_GOMLX_CACHE to a directory of your own", step.name, s.Cache, Explain(err))
			}
			return fmt.Errorf("prepare %s: %w", step.name, Explain(err))
		}
	}
	return nil
}

// plugin installs XLA's plugin, unless another backend is asked for.
func (s *Setup) plugin(ctx context.Context) error {
	if config := os.Getenv("GOMLX_BACKEND"); !NeedsPlugin(config) {
		s.Console.Done("GOMLX_BACKEND=%s, so XLA's CPU plugin is not looked for", config)
		return nil
	}
	path, err := backend.EnsurePlugin(ctx, s.Console.Report)
	if err != nil {
		return err
	}
	s.Console.Done("XLA's CPU plugin (%s)", path)
	return nil
}

// NeedsPlugin reports whether a setting of GOMLX_BACKEND leaves the choice of the plugin to package backend.
func NeedsPlugin(config string) bool {
	switch config {
	case "", "xla", "xla:", "xla:cpu":
		return true
	}
	return false
}

func (s *Setup) digits(ctx context.Context) error {
	data, err := mnist.LoadWith(ctx, mnist.Options{Report: s.Console.Report})
	if err != nil {
		return err
	}
	s.Console.Done("MNIST (%d images for training, %d for validation, %d for the test)", data.Train.Len(), data.Validation.Len(), data.Test.Len())
	return nil
}
