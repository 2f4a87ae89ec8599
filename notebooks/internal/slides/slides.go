// Package slides makes slides of a notebook for a class: one web page, which needs neither a server nor a network.
//
// A slide shows what a class should look at: headings, lists, formulas, code and results. The text of the notebook is in the speaker notes,
// with the slide that it introduces; the questions are on a slide, and their answers in its notes. An author changes that for a cell in
// JupyterLab, with its slide type: Skip leaves the cell out, Notes moves all of it to the notes, and Slide shows all of it.
package slides

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/easy-gomlx/tutorials/birnn/pyenv"
	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
)

var (
	//go:embed python
	python embed.FS

	//go:embed requirements.txt
	requirements []byte
)

// Environment returns the Python environment that holds reveal.js and what else JupyterLab's environment lacks.
func Environment(s *setup.Setup) pyenv.Env {
	return pyenv.Env{Dir: filepath.Join(s.Cache, "slides"), Requirements: requirements}
}

// Write makes the slides of a notebook that has its outputs, and writes them to index.html in dir, which it creates if necessary. It
// needs a prepared setup, and installs [Environment].
func Write(ctx context.Context, s *setup.Setup, notebook, dir string) error {
	if _, err := os.Stat(notebook); err != nil {
		return fmt.Errorf("make slides: %w", err)
	}
	env := Environment(s)
	if err := env.Ensure(ctx, s.Console.Report); err != nil {
		return fmt.Errorf("install what the slides need: %w", setup.Explain(err))
	}
	packages, err := filepath.Glob(filepath.Join(env.Dir, "lib", "python3*", "site-packages"))
	if err != nil || len(packages) == 0 {
		return fmt.Errorf("there are no packages in %s; delete it, and it will be made again", env.Dir)
	}
	programs, err := os.MkdirTemp("", "slides-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(programs)
	files, err := fs.Sub(python, "python")
	if err == nil {
		err = os.CopyFS(programs, files)
	}
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err != nil {
		return fmt.Errorf("make the slides: %w", err)
	}
	cmd := s.Jupyter().Command(ctx, filepath.Join(programs, "main.py"), packages[0], notebook, filepath.Join(dir, "index.html"))
	var failure bytes.Buffer
	cmd.Stderr = &failure
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return errors.New("stopped while making the slides")
		}
		lines := strings.Split(strings.TrimSpace(failure.String()), "\n") // the last one of Python's says what is wrong
		return fmt.Errorf("make slides of %s: %s (%w)", notebook, lines[len(lines)-1], err)
	}
	return nil
}
