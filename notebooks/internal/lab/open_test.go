package lab

import (
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func emptyNotebook(t *testing.T, folder string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), folder, "a notebook "+folder+".ipynb")
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = os.WriteFile(path, []byte("{}"), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// busy listens on a port.
func busy(t *testing.T, port string) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Skipf("cannot listen on port %s: %v", port, err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().(*net.TCPAddr).Port
}

func TestOpenWithOddPaths(t *testing.T) {
	for _, name := range oddNames {
		s, record, _ := fakePython(t, recordArguments+`; pwd >> "$RECORD"`)
		notebook := emptyNotebook(t, name)
		if err := Open(t.Context(), s, Session{File: notebook, NoBrowser: true}); err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		args := recorded(t, record)
		for _, want := range []string{
			"--ServerApp.root_dir=" + filepath.Dir(notebook), "--LabApp.default_url=/lab/tree/" + url.PathEscape(filepath.Base(notebook)),
			"--no-browser", "--ServerApp.ip=localhost", filepath.Dir(notebook) + "\n",
		} {
			if !slices.Contains(args, want) {
				t.Errorf("JupyterLab was started with %q, which lack %q", args, want)
			}
		}
	}
}

// TestOpenOnABusyPort verifies that a given port in use is an error before anything starts, and that the next free port replaces the
// default one.
func TestOpenOnABusyPort(t *testing.T) {
	notebook := emptyNotebook(t, "n")
	s, record, _ := fakePython(t, recordArguments)
	err := Open(t.Context(), s, Session{File: notebook, Port: busy(t, "0")})
	if err == nil || !strings.Contains(err.Error(), "in use; choose another with -port") {
		t.Errorf("got %v, want an error that names -port", err)
	}
	if args := recorded(t, record); args != nil {
		t.Errorf("JupyterLab was started with %q", args)
	}

	s, record, screen := fakePython(t, recordArguments)
	if PortFree(DefaultPort) == nil {
		busy(t, "8888")
	}
	if err := Open(t.Context(), s, Session{File: notebook}); err != nil {
		t.Fatal(err)
	}
	if args := recorded(t, record); !slices.Contains(args, "--ServerApp.port=8888") || !slices.Contains(args, "--ServerApp.port_retries=50") {
		t.Errorf("JupyterLab was started with %q, want port 8888 or one of the next", args)
	}
	if said := screen(); !strings.Contains(said, "port 8888 is in use") {
		t.Errorf("it does not print that the port is in use:\n%s", said)
	}
}

// TestPythonCannotStart verifies that the error distinguishes a program that cannot start from one that fails.
func TestPythonCannotStart(t *testing.T) {
	notebook := emptyNotebook(t, "n")
	for name, start := range map[string]func(t *testing.T) error{
		"Open": func(t *testing.T) error {
			s, _, _ := fakePython(t, "")
			return Open(t.Context(), s, Session{File: notebook})
		},
		"Execute": func(t *testing.T) error {
			s, _, _ := fakePython(t, "")
			return Execute(t.Context(), s, Execution{Notebook: notebook, Out: t.TempDir()})
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := start(t)
			if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "start ") {
				t.Errorf("got %v, want an error that says what could not start, and why", err)
			}
		})
	}
}

func TestExecuteWithOddPaths(t *testing.T) {
	for _, name := range oddNames {
		s, record, _ := fakePython(t, recordArguments+`; test -f "$3" && cat "$3" > "$5"; touch "$6"`)
		notebook := emptyNotebook(t, name)
		out := filepath.Join(t.TempDir(), name, "out")
		if err := Execute(t.Context(), s, Execution{Notebook: notebook, Out: out}); err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		args := recorded(t, record)
		base := strings.TrimSuffix(filepath.Base(notebook), ".ipynb")
		want := []string{filepath.Dir(notebook), filepath.Join(out, base+".ipynb"), filepath.Join(out, base+".html")}
		if diff := cmp.Diff(want, args[3:]); diff != "" {
			t.Errorf("directory and results (-want +got):\n%s", diff)
		}
		entries, _ := os.ReadDir(out)
		if len(entries) != 2 {
			t.Errorf("the directory contains %v, want the notebook and the page", entries)
		}
	}
}

// TestExecuteCannotWrite verifies that the error comes before anything runs.
func TestExecuteCannotWrite(t *testing.T) {
	notebook := emptyNotebook(t, "n")
	for name, out := range map[string]string{
		"a file in its place": filepath.Join(notebook, "out"), "a system directory": "/proc/out", "the notebook's own": filepath.Dir(notebook),
	} {
		s, record, _ := fakePython(t, recordArguments)
		err := Execute(t.Context(), s, Execution{Notebook: notebook, Out: out})
		if err == nil || !strings.Contains(err.Error(), "with -o") || recorded(t, record) != nil {
			t.Errorf("%s: got %v, want an error that names -o before anything runs", name, err)
		}
	}
}
