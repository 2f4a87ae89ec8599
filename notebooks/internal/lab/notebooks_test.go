package lab

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/notebooks/internal/browser"
	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
)

// elsewhere are the notebooks that other tests run in a real Jupyter.
var elsewhere = map[string]string{
	"bidirectional_rnn.ipynb": "packages consumer and browser",
	"exercises.ipynb":         "package browser",
	"solutions.ipynb":         "package exercises, with nbgrader",
}

// TestExecuteNotebooks runs all other notebooks in a real Jupyter: every cell succeeds, and the web page has all figures.
func TestExecuteNotebooks(t *testing.T) {
	if testing.Short() {
		t.Skip("runs notebooks in a real Jupyter, which may have to be downloaded")
	}
	s, err := setup.New(setup.NewConsole(os.Stdout))
	if err == nil {
		err = s.Prepare(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join("..", "..", "*.ipynb"))
	if err != nil || len(names) <= len(elsewhere) {
		t.Fatalf("there are the notebooks %q (%v)", names, err)
	}
	dir := browser.Clone(t)
	for _, path := range names {
		name := filepath.Base(path)
		if where, ok := elsewhere[name]; ok {
			t.Logf("%s is run by the tests of %s", name, where)
			continue
		}
		t.Run(name, func(t *testing.T) {
			notebook, out := filepath.Join(dir, name), t.TempDir()
			if err := os.WriteFile(notebook, oneSeed(t, path), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := Execute(t.Context(), s, Execution{Notebook: notebook, Out: out, Epochs: 1}); err != nil {
				t.Fatal(err)
			}
			figures := pngs(t, filepath.Join(out, name))
			page, err := os.ReadFile(filepath.Join(out, strings.TrimSuffix(name, ".ipynb")+".html"))
			if got := strings.Count(string(page), "src=\"data:image/png;base64,"); err != nil || got != figures || got == 0 {
				t.Errorf("the notebook has %d figures, and the page %d (%v)", figures, got, err)
			}
		})
	}
}

// oneSeed returns a notebook that trains networks of one seed where it would train those of several.
func oneSeed(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	several := regexp.MustCompile(`(\bseeds|\\tseeds)( +=) \d+`) // JSON has \t for the tab before it
	if n := len(several.FindAll(content, -1)); n > 1 || n == 0 && strings.Contains(string(content), "<= seeds") {
		t.Errorf("%s has %d lines like \"seeds = 3\", want one if it trains with several", path, n)
	}
	return several.ReplaceAll(content, []byte("$1$2 1"))
}

// pngs returns the number of figures in the outputs of a notebook.
func pngs(t *testing.T, path string) (n int) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var notebook struct {
		Cells []struct {
			Outputs []struct{ Data map[string]any }
		}
	}
	if err := json.Unmarshal(content, &notebook); err != nil {
		t.Fatal(err)
	}
	for _, cell := range notebook.Cells {
		for _, output := range cell.Outputs {
			if output.Data["image/png"] != nil {
				n++
			}
		}
	}
	return n
}
