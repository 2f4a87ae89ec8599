//go:build unix

package pyenv

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// command returns a command that hides packages outside the interpreter's environment.
func command(ctx context.Context, python string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, python, args...)
	cmd.Env = append(os.Environ(), "PYTHONNOUSERSITE=1", "PYTHONPATH=", "PYTHONHOME=")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // pip then deletes its temporary files
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// Error is the failure of an interpreter, or of a module that it ran: venv or pip.
type Error struct {
	Args   []string // the command's
	Output string   // what the command printed
	Err    error    // usually an *exec.ExitError
}

func (e *Error) Unwrap() error { return e.Err }

// Error describes the usual failures of pip, to which pip gives a page, in one sentence.
func (e *Error) Error() string {
	name := strings.Join(e.Args[:min(len(e.Args), 3)], " ") // python -m pip
	if m := badHash.FindStringSubmatch(e.Output); m != nil {
		return fmt.Sprintf("%s: the file that the package index sent for %s does not match its pinned hash; try again, or use another index (PIP_INDEX_URL)", name, m[1])
	}
	if noConnection.MatchString(e.Output) {
		return fmt.Sprintf("%s: no connection to %s; connect to the network, or use another index (PIP_INDEX_URL)", name, indexHost())
	}
	if m := noFile.FindStringSubmatch(e.Output); m != nil {
		return fmt.Sprintf("%s: the package index has no %s for this Python and platform; use another index (PIP_INDEX_URL) or another Python", name, m[1])
	}
	if m := pipError.FindStringSubmatch(e.Output); m != nil {
		return fmt.Sprintf("%s: %s", name, strings.TrimSpace(m[1]))
	}
	if e.Output == "" {
		return fmt.Sprintf("%s: %v", name, e.Err)
	}
	return fmt.Sprintf("%s: %v: %s", name, e.Err, e.Output[strings.LastIndexByte(e.Output, '\n')+1:])
}

var (
	noConnection = regexp.MustCompile(`Name or service not known|name resolution|nodename nor servname|NewConnectionError|Network is unreachable|Connection refused|ProxyError|ConnectTimeout|Read timed out|Max retries exceeded`)
	noFile       = regexp.MustCompile(`No matching distribution found for ([^\s;]+)`)
	badHash      = regexp.MustCompile(`(?s)DO NOT MATCH THE HASHES.*?\n\s*([\w.-]+==[\w.]+|https?://\S+)`)
	pipError     = regexp.MustCompile(`(?m)^ERROR: (.+)$`)
)

// indexHost returns the host of pip's package index.
func indexHost() string {
	if u, err := url.Parse(os.Getenv("PIP_INDEX_URL")); err == nil && u.Host != "" {
		return u.Host
	}
	return "pypi.org"
}

// run runs a command that was made with ctx, and returns what it prints to its standard output.
func run(ctx context.Context, cmd *exec.Cmd) (string, error) {
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		return "", &Error{Args: cmd.Args, Output: strings.TrimSpace(errs.String() + out.String()), Err: err}
	}
	return strings.TrimSpace(out.String()), nil
}
