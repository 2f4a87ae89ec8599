//go:build unix

package pyenv

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// Python is an interpreter of this machine.
type Python struct {
	Path    string // of the interpreter itself, not of a link or shim
	Version string // such as 3.11.7
}

const (
	oldest = 10 // the default of Env.Oldest
	newest = 14 // the newest Python to look for by its versioned name if Env.Newest is zero
)

// FindPython returns an interpreter on PATH that the environment can be made
// with: python3, python, or python3.14 and so on. It needs a supported version
// and the modules venv and ensurepip. The error says what is missing and how
// to install it.
func (e Env) FindPython(ctx context.Context) (Python, error) {
	var unusable error
	for _, name := range e.names() {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		python, err := e.probe(ctx, path)
		if err == nil {
			return python, nil
		}
		// The error that is easiest to fix is that of a Python without venv.
		if unusable == nil || errors.Is(err, errNoVenv) && !errors.Is(unusable, errNoVenv) {
			unusable = err
		}
	}
	if unusable == nil {
		unusable = fmt.Errorf("no Python on PATH; install Python %s (Debian and Ubuntu: sudo apt install python3-venv; macOS: from python.org)", e.versions())
	}
	return Python{}, unusable
}

func (e Env) names() []string {
	names := []string{"python3", "python"}
	for minor := e.newest(); minor >= e.oldest(); minor-- {
		names = append(names, fmt.Sprintf("python3.%d", minor))
	}
	return names
}

func (e Env) oldest() int { return max(e.Oldest, oldest) }

func (e Env) newest() int {
	if e.Newest == 0 {
		return newest
	}
	return e.Newest
}

// versions describes the supported versions.
func (e Env) versions() string {
	if e.Newest == 0 {
		return fmt.Sprintf("3.%d or newer", e.oldest())
	}
	return fmt.Sprintf("3.%d to 3.%d", e.oldest(), e.Newest)
}

var errNoVenv = errors.New("Python lacks its venv module")

const probeScript = `import sys
try:
    import ensurepip, venv
    has = "venv"
except ImportError:
    has = "none"
print(sys.version.split()[0], has, sys.executable, sep="\n")`

// probe returns the interpreter behind a path, or why it can't be used.
func (e Env) probe(ctx context.Context, path string) (Python, error) {
	out, err := run(ctx, command(ctx, path, "-c", probeScript))
	if err != nil { // such as a shim without an interpreter
		return Python{}, fmt.Errorf("the Python on PATH does not run: %w; install Python %s", err, e.versions())
	}
	lines := strings.Split(out, "\n")
	var major, minor int
	if len(lines) == 3 {
		fmt.Sscanf(lines[0], "%d.%d", &major, &minor) // may end in rc2 or a1+
	}
	if major == 0 {
		return Python{}, fmt.Errorf("%s is not a Python interpreter: it printed %q; install Python %s", path, out, e.versions())
	}
	python := Python{Path: lines[2], Version: lines[0]}
	if major != 3 || minor < e.oldest() || e.Newest > 0 && minor > e.Newest {
		return Python{}, fmt.Errorf("Python %s (%s) is not supported; install Python %s from python.org or your system's packages", python.Version, python.Path, e.versions())
	}
	if lines[1] != "venv" {
		return Python{}, fmt.Errorf("%w: %s (%s); install it (Debian and Ubuntu: sudo apt install python3-venv)", errNoVenv, python.Version, python.Path)
	}
	return python, nil
}
