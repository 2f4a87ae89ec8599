package consumer

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
)

// TestWithoutClone runs the tutorial in an empty directory with nothing but the go command, as a reader who does not clone the repository.
func TestWithoutClone(t *testing.T) {
	if testing.Short() {
		t.Skip("trains in a real Jupyter, which may have to be downloaded")
	}
	module, dir := publish(t), t.TempDir()
	command := setup.Module + "/notebooks@latest"
	out := execute(t, dir, module.environ, "go", "run", command, "-execute", "-epochs", "1", "-o", "results")
	t.Log(out)
	for name, want := range map[string]string{
		"easy-gomlx": "require=" + setup.Module + "@" + module.version, // the copy, which uses the module that the go command downloaded
		"results":    "test        10000 images",
	} {
		if content := read(t, filepath.Join(dir, name, "bidirectional_rnn.ipynb")); !strings.Contains(string(content), want) {
			t.Errorf("the notebook in %s lacks %q", name, want)
		}
	}
	execute(t, dir, module.environ, "go", "run", command, "-page", "page")
	if content := read(t, filepath.Join(dir, "page", "index.html")); !strings.Contains(string(content), "Draw a digit") {
		t.Error("the page to draw on is another one")
	}
	out = execute(t, dir, module.environ, "go", "run", command, "-doctor")
	if strings.Contains(out, "✗") || !strings.Contains(out, "✓ Go kernel") {
		t.Errorf("the doctor reports problems:\n%s", out)
	}
}
