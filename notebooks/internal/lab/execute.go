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

// CheckpointsVariable tells the notebook where a run without a person keeps its model, so that it leaves theirs alone.
const CheckpointsVariable = "EASY_GOMLX_CHECKPOINTS"

// Execution is a notebook to be run without a browser.
type Execution struct {
	Notebook string // the file; its folder is where the cells run
	Out      string // the folder for the notebook with its outputs, the web page and the checkpoint
	Epochs   int    // replaces the constant of that name where positive
}

// ErrCellFailed: the notebook ran, and a cell of it failed, which has been told.
var ErrCellFailed = errors.New("the notebook failed")

// Execute runs the notebook and writes it with its outputs, and as a web page, also where a cell fails.
func Execute(ctx context.Context, s *setup.Setup, e Execution) error {
	source, err := os.ReadFile(e.Notebook)
	if err != nil {
		return err
	}
	if e.Epochs > 0 {
		if source, err = setEpochs(source, e.Epochs); err != nil {
			return fmt.Errorf("%s: %w", e.Notebook, err)
		}
	}
	folder, err := filepath.Abs(filepath.Dir(e.Notebook))
	if err != nil {
		return err
	}
	out, err := filepath.Abs(e.Out)
	if err != nil {
		return err
	}
	if out == folder {
		return fmt.Errorf("%s is where the notebook lies, and it would be overwritten; choose another folder with -o", e.Out)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return fmt.Errorf("make the folder for the results: %w; choose another one with -o", err)
	}
	tmp, err := os.CreateTemp(out, ".running-*.ipynb")
	if err != nil {
		return fmt.Errorf("write to the folder for the results: %w; choose another one with -o", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(source)
	if err := errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	name := strings.TrimSuffix(filepath.Base(e.Notebook), ".ipynb")
	notebook, page := filepath.Join(out, name+".ipynb"), filepath.Join(out, name+".html")

	cmd := exec.Command(s.Python(), "-c", executePy, tmp.Name(), folder, notebook, page)
	cmd.Env = append(append(os.Environ(), s.Environ()...), CheckpointsVariable+"="+filepath.Join(out, "checkpoint"))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	start := time.Now()
	err = runGroup(ctx, cmd, syscall.SIGINT, 20*time.Second)
	var ran *exec.ExitError
	if err != nil && !errors.As(err, &ran) {
		return fmt.Errorf("start Python for the notebook: %w", setup.Explain(err))
	}
	if err != nil {
		s.Console.Say("what ran is in %s and %s", notebook, page)
		if ctx.Err() != nil {
			return errors.New("stopped")
		}
		return ErrCellFailed
	}
	s.Console.Done("%s and %s (%s)", notebook, page, time.Since(start).Round(time.Second))
	return nil
}
