package setup

import (
	"bytes"
	"context"
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
	if line := lastLine(e.Output); line != "" {
		return fmt.Sprintf("%s: %v: %s", e.Program, e.Err, line)
	}
	return fmt.Sprintf("%s: %v", e.Program, e.Err)
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
