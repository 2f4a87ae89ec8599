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

// CommandError is the failure of a go command.
type CommandError struct {
	Output string // what it printed
	Err    error
}

func (e *CommandError) Error() string {
	if line := lastLine(e.Output); line != "" {
		return fmt.Sprintf("go: %v: %s", e.Err, line)
	}
	return fmt.Sprintf("go: %v", e.Err)
}

func (e *CommandError) Unwrap() error { return e.Err }

// Go runs the go command in a directory, with more environment variables, and returns what it prints to its standard output. If the command
// fails, the error wraps a [*CommandError].
func Go(ctx context.Context, dir string, environ []string, args ...string) (string, error) {
	return output(goCommand(ctx, dir, environ, args))
}

// runGo runs the go command as Go does. It holds the setup's lock until it ends.
func (s *Setup) runGo(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := goCommand(ctx, dir, nil, args)
	if s.lock != nil {
		cmd.ExtraFiles = []*os.File{s.lock}
	}
	return output(cmd)
}

func goCommand(ctx context.Context, dir string, environ, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "GOFLAGS=", "GOWORK=off"), environ...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// output runs a go command, and returns what it prints to its standard output.
func output(cmd *exec.Cmd) (string, error) {
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", &CommandError{Output: errs.String() + out.String(), Err: err}
	}
	return strings.TrimSpace(out.String()), nil
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
