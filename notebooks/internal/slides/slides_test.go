package slides

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
)

var update = flag.Bool("update", false, "write testdata/rules.html")

// prepared returns the setup with JupyterLab's environment.
func prepared(t *testing.T) *setup.Setup {
	t.Helper()
	if testing.Short() {
		t.Skip("skipped with -short: needs JupyterLab's environment, which may have to be downloaded")
	}
	s, err := setup.New(setup.NewConsole(os.Stderr))
	if err == nil {
		err = s.Jupyter().Ensure(t.Context(), t.Logf)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// write writes the slides of a notebook and returns their file.
func write(t *testing.T, notebook string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "slides")
	if err := Write(t.Context(), prepared(t), notebook, dir); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Errorf("%s has %v (%v), want only index.html", dir, files, err)
	}
	return filepath.Join(dir, "index.html")
}

// TestRules verifies what is on a slide, what is in its notes and what is left out, with a notebook that has a case of each.
func TestRules(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(write(t, filepath.Join("testdata", "rules.ipynb")))
	if err != nil {
		t.Fatal(err)
	}
	_, got, _ := strings.Cut(string(content), "<main>\n")
	got, _, _ = strings.Cut(got, "</main>")
	golden := filepath.Join("testdata", "rules.html")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("the slides differ from %s, which -update writes (-want +got):\n%s", golden, diff)
	}
}

// TestErrors: an error is one line that names the notebook and says what is wrong with it, and there are no slides.
func TestErrors(t *testing.T) {
	t.Parallel()
	s := prepared(t)
	for name, test := range map[string]struct{ content, want string }{
		"no notebook":    {"{", "does not appear to be JSON"},
		"no title":       {`{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}`, "first-level heading"},
		"does not exist": {"", "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			notebook := filepath.Join(dir, "class.ipynb")
			if test.content != "" {
				if err := os.WriteFile(notebook, []byte(test.content), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			err := Write(t.Context(), s, notebook, filepath.Join(dir, "slides"))
			if err == nil || !strings.Contains(err.Error(), notebook) || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want a line with %q", err, test.want)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "slides", "*")); len(left) > 0 {
				t.Errorf("there are %q", left)
			}
		})
	}
}
