package doctor

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
)

// examine runs the doctor on a machine where nothing is set up, and returns what it says.
func examine(t *testing.T) (said string, cache string, err error) {
	t.Helper()
	root := t.TempDir()
	for name, value := range map[string]string{
		"HOME": root, "XDG_CACHE_HOME": filepath.Join(root, "user"), "EASY_GOMLX_CACHE": filepath.Join(root, "cache"),
		"MNIST_DIR": "", "PJRT_PLUGIN_LIBRARY_PATH": "", "GOMLX_BACKEND": "", "GOCACHE": filepath.Join(root, "go"),
	} {
		t.Setenv(name, value)
	}
	screen, err := os.Create(filepath.Join(t.TempDir(), "screen"))
	if err != nil {
		t.Fatal(err)
	}
	defer screen.Close()
	s, err := setup.New(setup.NewConsole(screen))
	if err != nil {
		t.Fatal(err)
	}
	examined := Examine(t.Context(), s, 0)
	content, err := os.ReadFile(screen.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(content), s.Cache, examined
}

func TestNothingSetUp(t *testing.T) {
	said, cache, err := examine(t)
	if !errors.Is(err, ErrUnwell) {
		t.Errorf("got %v, want %v", err, ErrUnwell)
	}
	for _, line := range []string{"✓ cache directory", "✗ JupyterLab: not installed", "✗ Go kernel: gonb", "✗ MNIST: not fetched", "mend it with: go run ./notebooks -prepare"} {
		if !strings.Contains(said, line) {
			t.Errorf("it does not say %q:\n%s", line, said)
		}
	}
	if _, err := os.Stat(cache); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the doctor made %s", cache)
	}
}

func TestNearest(t *testing.T) {
	dir := t.TempDir()
	if got := nearest(filepath.Join(dir, "a", "b")); got != dir {
		t.Errorf("got %q, want %q", got, dir)
	}
}
