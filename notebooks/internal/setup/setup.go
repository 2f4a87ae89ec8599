// Package setup prepares what the notebooks need: a Python environment with JupyterLab, the Go kernel with its helpers, XLA's plugin, MNIST
// and recorded speech. Everything is in one directory of the user's cache; nothing else on the machine changes, and no privileges are needed.
// A complete setup may be read-only and shared by many users.
//
// Each part is either complete or missing, so an interrupted setup resumes the next time.
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
	"github.com/easy-gomlx/tutorials/birnn/sequences"
)

// Setup is what the notebooks need, in one directory.
type Setup struct {
	Cache   string // the directory
	Console *Console

	lock *os.File // inherited by go commands; see acquire
}

// New returns the setup in [backend.CacheDir].
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

// usable returns an error for a directory whose name cannot be written to Jupyter's files or to PATH.
func usable(dir string) error {
	reason := ""
	switch {
	case !utf8.ValidString(dir):
		reason = "is not valid UTF-8, which Jupyter's files must be"
	case strings.ContainsRune(dir, filepath.ListSeparator):
		reason = fmt.Sprintf("contains %q, which separates the directories of PATH", filepath.ListSeparator)
	case strings.Contains(dir, "$"):
		reason = "contains $, which Jupyter expands as a variable"
	default:
		return nil
	}
	return fmt.Errorf("the cache directory, %q, %s; set EASY_GOMLX_CACHE to another one", dir, reason)
}

// Prepare makes what is missing. One process does so at a time; the others wait.
func (s *Setup) Prepare(ctx context.Context) error {
	if err := os.MkdirAll(s.Cache, 0o755); err != nil {
		return fmt.Errorf("make the cache directory: %w; set EASY_GOMLX_CACHE to a writable directory", err)
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
		{"Japanese Vowels", s.speech},
	} {
		if err := step.do(ctx); err != nil {
			if ctx.Err() != nil {
				return fmt.Errorf("stopped while preparing %s; the next start continues from here", step.name)
			}
			if s.Shared() {
				return fmt.Errorf("prepare %s: the shared setup in %s is of another version and read-only (%w); "+
					"ask its owner to prepare it again, or set EASY_GOMLX_CACHE to a directory of your own", step.name, s.Cache, Explain(err))
			}
			return fmt.Errorf("prepare %s: %w", step.name, Explain(err))
		}
	}
	return nil
}

// plugin installs XLA's plugin, unless another backend is selected.
func (s *Setup) plugin(ctx context.Context) error {
	if config := os.Getenv("GOMLX_BACKEND"); !NeedsPlugin(config) {
		s.Console.Done("GOMLX_BACKEND=%s does not need XLA's CPU plugin", config)
		return nil
	}
	path, err := backend.EnsurePlugin(ctx, s.Console.Report)
	if err != nil {
		return err
	}
	s.Console.Done("XLA's CPU plugin (%s)", path)
	return nil
}

// NeedsPlugin reports whether a value of GOMLX_BACKEND needs the plugin that package backend installs.
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
	s.Console.Done("MNIST (%d images for training, %d for validation, %d for testing)", data.Train.Len(), data.Validation.Len(), data.Test.Len())
	return nil
}

// speech fetches the sequences of different lengths.
func (s *Setup) speech(ctx context.Context) error {
	train, test, err := sequences.JapaneseVowels(ctx, "")
	if err != nil {
		return err
	}
	s.Console.Done("Japanese Vowels (%d utterances for training, %d for testing)", train.Len(), test.Len())
	return nil
}
