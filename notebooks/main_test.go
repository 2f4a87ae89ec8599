package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		args string
		want options
		ok   bool
	}{
		{"", options{out: "out", notebooks: []string{list}}, true},
		{"-execute", options{execute: true, out: "out", notebooks: []string{tutorial}}, true},
		{"-execute -epochs 2 -o x other.ipynb", options{execute: true, epochs: 2, out: "x", notebooks: []string{"other.ipynb"}}, true},
		{"-port 9000 -no-browser", options{port: 9000, noBrowser: true, out: "out", notebooks: []string{list}}, true},
		{"-epochs 2", options{}, false},           // nothing to train without -execute
		{"-execute -epochs -1", options{}, false}, // not a number of epochs
		{"a.ipynb b.ipynb", options{}, false},     // which one to open?
		{"-execute a.ipynb b.ipynb", options{execute: true, out: "out", notebooks: []string{"a.ipynb", "b.ipynb"}}, true},
		{"-execute a.ipynb -o x", options{}, false},
		{"a.ipynb -execute", options{}, false}, // would open JupyterLab instead
		{"-book site", options{book: "site", out: "out", notebooks: []string{list}}, true},
		{"-book site draw_a_digit.ipynb", options{}, false}, // the book has all of them
		{"-page site -network mine", options{page: "site", network: "mine", out: "out", notebooks: []string{list}}, true},
		{"-network mine", options{}, false}, // into which page?
		{"-page a -book b", options{}, false},
		{"-page a -execute", options{}, false},
		{"-page a b.ipynb", options{}, false},
		{"-book a -prepare", options{}, false},
		{"-unknown", options{}, false},
	} {
		got, err := parse(strings.Fields(test.args))
		if (err == nil) != test.ok {
			t.Errorf("%q: got error %v, want success: %v", test.args, err, test.ok)
			continue
		}
		if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(options{})); test.ok && diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.args, diff)
		}
	}
}

func TestFind(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Dir(here))
	for given, want := range map[string]string{"main.go": "main.go", "notebooks/main.go": "main.go", list: list} { // the current directory has a README.md too
		got, err := find(options{notebooks: []string{given}}, "", nil)
		if err != nil || !slices.Equal(got, []string{filepath.Join(here, want)}) {
			t.Errorf("%s: got %q, %v", given, got, err)
		}
	}
	for _, name := range []string{"nothing.ipynb", "no/thing.ipynb"} {
		if _, err := find(options{notebooks: []string{"main.go", name}}, "", nil); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v, want an error that names it", name, err)
		}
	}
}

// notebook writes a notebook with these code cells. The first one also makes the module under test available.
func notebook(t *testing.T, path string, cells ...string) {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	local := "!*go mod edit -replace \"" + setup.Module + "=" + root + "\" -require " + setup.Module + "@v0.0.0 && cp \"" + root + "/go.sum\" ."
	var list []map[string]any
	for _, source := range append([]string{local}, cells...) {
		list = append(list, map[string]any{"cell_type": "code", "metadata": map[string]any{}, "source": source, "outputs": []any{}, "execution_count": nil})
	}
	content, err := json.Marshal(map[string]any{"cells": list, "metadata": map[string]any{}, "nbformat": 4, "nbformat_minor": 4})
	if err == nil {
		err = os.WriteFile(path, content, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestFreshMachine prepares everything in a new directory, like the first start on a machine, and runs notebooks.
func TestFreshMachine(t *testing.T) {
	if testing.Short() {
		t.Skip("downloads 150 MB and builds three programs")
	}
	t.Setenv("EASY_GOMLX_CACHE", filepath.Join(t.TempDir(), "a näive cache ✓")) // spaces and characters beyond ASCII must work
	t.Setenv("GOMLX_BACKEND", "")
	os.Unsetenv("GOMLX_BACKEND")
	if err := run(t.Context(), options{prepare: true}); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if err := run(t.Context(), options{prepare: true}); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 15*time.Second {
		t.Errorf("preparing again took %v", took)
	}
	if err := run(t.Context(), options{doctor: true}); err != nil {
		t.Error(err)
	}
	t.Run("notebook", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "with a space")
		out := filepath.Join(dir, "out")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, "good.ipynb")
		notebook(t, file, "const (\n\tepochs = 10\n)\n%%\nfmt.Println(\"epochs:\", epochs)",
			"import \"github.com/easy-gomlx/tutorials/birnn/backend\"\n%%\nb, err := backend.Open(context.Background())\nfmt.Println(backend.Describe(b), err, os.Getenv(\"EASY_GOMLX_CHECKPOINTS\"))")
		if err := run(t.Context(), options{execute: true, epochs: 3, out: out, notebooks: []string{file}}); err != nil {
			t.Fatal(err)
		}
		contains(t, filepath.Join(out, "good.ipynb"), "epochs: 3", "XLA on the CPU (", out)
		contains(t, filepath.Join(out, "good.html"), "epochs: 3")
	})
	t.Run("file browser", func(t *testing.T) {
		s, err := setup.New(setup.NewConsole(os.Stdout))
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(s.Jupyter().Python(), "-c", listFiles)
		cmd.Env = append(os.Environ(), s.Environ()...)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range strings.Fields(string(out)) {
			if filepath.Ext(name) == ".go" || filepath.Ext(name) == ".png" || name == "internal" || name == "testdata" || name == "_text" {
				t.Errorf("the file browser shows %s", name)
			}
		}
		for _, name := range append(notebooks(t), list) {
			if !strings.Contains(string(out), name) {
				t.Errorf("the file browser does not show %s: %s", name, out)
			}
		}
	})
}

// listFiles prints what Jupyter's file browser shows of the notebooks' folder.
const listFiles = `
import asyncio
from jupyter_server.serverapp import ServerApp
server = ServerApp()
server.initialize(argv=["--allow-root"], new_httpserver=False)
print(*(file["name"] for file in asyncio.run(server.contents_manager.get("/"))["content"]), sep="\n")`

func contains(t *testing.T, path string, parts ...string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range parts {
		if !strings.Contains(string(content), part) {
			t.Errorf("%s lacks %q", filepath.Base(path), part)
		}
	}
}
