package doctor

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
)

// runChecks runs the checks in a setup with only what prepare makes, and returns
// what they print.
func runChecks(t *testing.T, port int, prepare func(cache string)) (said string, cache string, err error) {
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
	prepare(s.Cache)
	problems := Check(t.Context(), s, port)
	content, err := os.ReadFile(screen.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(content), s.Cache, problems
}

func TestNothingSetUp(t *testing.T) {
	said, cache, err := runChecks(t, 0, func(string) {})
	if !errors.Is(err, ErrProblems) {
		t.Errorf("got %v, want %v", err, ErrProblems)
	}
	for _, line := range []string{"✓ cache directory", "✗ JupyterLab: not installed", "✗ Go kernel: gonb", "✗ MNIST: not downloaded", "✗ Japanese Vowels: not downloaded", "to fix it: go run ./notebooks -prepare"} {
		if !strings.Contains(said, line) {
			t.Errorf("it does not print %q:\n%s", line, said)
		}
	}
	if _, err := os.Stat(cache); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it made %s", cache)
	}
}

// TestProblems reports each corrupt file, and that the given port is in use.
func TestProblems(t *testing.T) {
	if all, _ := filepath.Glob("/usr/local/lib/go-xla/pjrt_c_api_cpu_*"); len(all) > 0 {
		t.Skipf("%s is installed for all users", all[0])
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var files []string
	said, _, err := runChecks(t, l.Addr().(*net.TCPAddr).Port, func(cache string) {
		for _, name := range []string{
			"mnist/train-images-idx3-ubyte", "mnist/train-labels-idx1-ubyte", "mnist/t10k-images-idx3-ubyte", "mnist/t10k-labels-idx1-ubyte",
			"sequences/JapaneseVowels_TRAIN.ts", "xla/go-xla/pjrt_c_api_cpu_plugin.so", "tools/gonb-v0.11.5/gonb",
		} {
			file := filepath.Join(cache, name)
			err := os.MkdirAll(filepath.Dir(file), 0o755)
			if err == nil {
				err = os.WriteFile(file, []byte("<html>"), 0o755)
			}
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, file)
		}
	})
	if !errors.Is(err, ErrProblems) {
		t.Errorf("got %v, want %v", err, ErrProblems)
	}
	for _, line := range []string{
		"✗ MNIST: mnist: " + files[0], "✗ Japanese Vowels: sequences: " + files[4], "✗ XLA's CPU plugin: ", files[5], "✗ Go kernel: gonb v0.11.5 is corrupt", "✗ computation: not tested",
		"✗ port: port ", "in use; choose another with -port",
	} {
		if !strings.Contains(said, line) {
			t.Errorf("it does not print %q:\n%s", line, said)
		}
	}
}

func TestNearest(t *testing.T) {
	dir := t.TempDir()
	if got := nearest(filepath.Join(dir, "a", "b")); got != dir {
		t.Errorf("got %q, want %q", got, dir)
	}
}
