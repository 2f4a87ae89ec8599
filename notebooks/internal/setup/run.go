package setup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// CommandError is a program that failed, with what it wrote.
type CommandError struct {
	Program string
	Output  string
	Err     error
}

func (e *CommandError) Error() string {
	return fmt.Sprintf("%s: %v: %s", e.Program, e.Err, lastLine(e.Output))
}
func (e *CommandError) Unwrap() error { return e.Err }

// run runs a program in a directory, with additions to the environment, and returns what it writes.
func (s *Setup) run(ctx context.Context, dir string, env []string, program string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	if s.lock != nil {
		cmd.ExtraFiles = []*os.File{s.lock}
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", &CommandError{Program: program, Output: errs.String() + out.String(), Err: err}
	}
	return strings.TrimSpace(out.String()), nil
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}

// explainDisk adds what to do to an error about the disk.
func explainDisk(err error) error {
	text := err.Error()
	var command *CommandError
	if errors.As(err, &command) {
		text += command.Output
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), strings.Contains(text, "No space left"), strings.Contains(text, "no space left"):
		return fmt.Errorf("the disk is full (a set-up needs about 2 GB); make room, or set EASY_GOMLX_CACHE to a directory on another disk: %w", err)
	case errors.Is(err, syscall.EDQUOT), strings.Contains(text, "Disk quota"), strings.Contains(text, "disk quota"):
		return fmt.Errorf("your disk quota is used up (a set-up needs about 2 GB); make room, or set EASY_GOMLX_CACHE to a directory elsewhere: %w", err)
	case errors.Is(err, syscall.EROFS), strings.Contains(text, "Read-only file system"), strings.Contains(text, "read-only file system"):
		return fmt.Errorf("the disk can't be written to; set EASY_GOMLX_CACHE to a directory that can: %w", err)
	}
	return err
}
