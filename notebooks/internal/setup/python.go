package setup

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// The oldest Python that JupyterLab and all that it needs support.
const oldestMinor = 10

// Python is an interpreter of this machine.
type Python struct {
	Path    string // of the interpreter itself, behind links and shims
	Version string // such as 3.11.7
	HasVenv bool   // whether it can make an environment
}

// FindPython looks for a Python that is new enough: python3, then python, then python3.14 and so on under their own names.
func (s *Setup) FindPython(ctx context.Context) (Python, error) {
	names := []string{"python3", "python"}
	for minor := 14; minor >= oldestMinor; minor-- {
		names = append(names, fmt.Sprintf("python3.%d", minor))
	}
	var without, old *Python
	var failed error
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		p, err := s.askPython(ctx, path)
		switch {
		case err != nil: // such as a shim without an interpreter behind it
			if failed == nil {
				failed = err
			}
		case !newEnough(p.Version):
			old = &p
		case !p.HasVenv:
			without = &p
		default:
			return p, nil
		}
	}
	switch {
	case without != nil:
		return *without, fmt.Errorf("Python %s (%s) lacks its venv module; install that (Debian and Ubuntu: sudo apt install python3-venv)", without.Version, without.Path)
	case old != nil:
		return *old, fmt.Errorf("Python %s (%s) is too old; install Python 3.%d or newer from python.org or your system's packages", old.Version, old.Path, oldestMinor)
	case failed != nil:
		if explained := Explain(failed); explained != failed {
			return Python{}, explained
		}
		return Python{}, fmt.Errorf("the Python on PATH does not run: %w; install Python 3.%d or newer", failed, oldestMinor)
	}
	return Python{}, fmt.Errorf("no Python found on PATH; install Python 3.%d or newer (Debian and Ubuntu: sudo apt install python3-venv; macOS: from python.org)", oldestMinor)
}

const question = `import sys
try:
    import ensurepip, venv
    has = "venv"
except ImportError:
    has = "none"
print(sys.executable, sys.version.split()[0], has, sep="\n")`

func (s *Setup) askPython(ctx context.Context, path string) (Python, error) {
	answer, err := s.run(ctx, "", nil, path, "-c", question)
	if err != nil {
		return Python{}, err
	}
	return parseAnswer(answer)
}

func parseAnswer(answer string) (Python, error) {
	lines := strings.Split(answer, "\n")
	if len(lines) != 3 {
		return Python{}, fmt.Errorf("a Python that answers %q", answer)
	}
	return Python{Path: strings.TrimSpace(lines[0]), Version: strings.TrimSpace(lines[1]), HasVenv: strings.TrimSpace(lines[2]) == "venv"}, nil
}

// newEnough reads a version such as 3.11.7, 3.13.0rc2 or 3.14.0a1+.
func newEnough(version string) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return false
	}
	major, err1 := strconv.Atoi(parts[0])
	minor, err2 := strconv.Atoi(parts[1])
	return err1 == nil && err2 == nil && (major > 3 || major == 3 && minor >= oldestMinor)
}

// exists reports whether there is something at the path.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
