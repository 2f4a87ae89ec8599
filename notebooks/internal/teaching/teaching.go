// Package teaching has the Python environment of the tools for teachers and authors: nbgrader, which hands out and marks the exercises, and
// jupytext, which writes the notebooks as text. Readers of the notebooks need neither.
package teaching

import (
	_ "embed"
	"path/filepath"

	"github.com/easy-gomlx/tutorials/birnn/backend"
	"github.com/easy-gomlx/tutorials/birnn/pyenv"
)

//go:embed requirements.txt
var requirements []byte

// Environment returns the environment, which is in the user's cache. It may
// not be installed yet: see [pyenv.Env.Ensure].
func Environment() (pyenv.Env, error) {
	cache, err := backend.CacheDir()
	return pyenv.Env{Dir: filepath.Join(cache, "teaching"), Requirements: requirements, Oldest: 11}, err
}
