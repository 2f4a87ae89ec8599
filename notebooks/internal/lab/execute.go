package lab

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
)

//go:embed execute.py
var executePy string

// CheckpointsVariable names the directory for the notebook's checkpoints, so that the reader's own are not touched.
const CheckpointsVariable = "EASY_GOMLX_CHECKPOINTS"

// Execution is the run of a notebook without a browser.
type Execution struct {
	Notebook string // the file; the cells run in its directory
	Out      string // the directory for the notebook with its outputs, the web page and the checkpoints
	Epochs   int    // if positive, replaces the constant of that name, in a notebook that has one
}

// ErrCellFailed means that a cell of the notebook failed; its error has been printed.
var ErrCellFailed = errors.New("a cell of the notebook failed")

// Execute runs the notebook, and writes it with its outputs and as a web page, even if a cell fails.
func Execute(ctx context.Context, s *setup.Setup, e Execution) error {
	source, err := os.ReadFile(e.Notebook)
	if err != nil {
		return err
	}
	if e.Epochs > 0 {
		var found bool
		if source, found, err = SetEpochs(source, e.Epochs); err != nil {
			return fmt.Errorf("%s: %w", e.Notebook, err)
		}
		if !found {
			s.Console.Say("-epochs has no effect on %s, which has no line like \"epochs = 10\"", e.Notebook)
		}
	}
	dir, err := filepath.Abs(filepath.Dir(e.Notebook))
	if err != nil {
		return err
	}
	out, err := filepath.Abs(e.Out)
	if err != nil {
		return err
	}
	if out == dir {
		return fmt.Errorf("%s is the directory of the notebook, which would be overwritten; choose another one with -o", e.Out)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return fmt.Errorf("make the directory for the results: %w; choose another one with -o", err)
	}
	tmp, err := os.CreateTemp(out, ".running-*.ipynb")
	if err != nil {
		return fmt.Errorf("write to the directory for the results: %w; choose another one with -o", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(source)
	if err := errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	name := strings.TrimSuffix(filepath.Base(e.Notebook), ".ipynb")
	notebook, page := filepath.Join(out, name+".ipynb"), filepath.Join(out, name+".html")

	cmd := exec.Command(s.Jupyter().Python(), "-c", executePy, tmp.Name(), dir, notebook, page)
	cmd.Env = append(append(os.Environ(), s.Environ()...), CheckpointsVariable+"="+out)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	start := time.Now()
	err = runGroup(ctx, cmd, syscall.SIGINT, 20*time.Second)
	var ran *exec.ExitError
	if err != nil && !errors.As(err, &ran) {
		return fmt.Errorf("start Python for the notebook: %w", setup.Explain(err))
	}
	if err != nil {
		s.Console.Say("the cells that ran are in %s and %s", notebook, page)
		if ctx.Err() != nil {
			return errors.New("stopped")
		}
		return ErrCellFailed
	}
	s.Console.Done("%s and %s (%s)", notebook, page, time.Since(start).Round(time.Second))
	return nil
}
