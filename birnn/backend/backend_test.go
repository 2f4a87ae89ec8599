package backend

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
)

// sumOfSquares runs a graph on the backend: 1 + 4 + 9.
func sumOfSquares(b compute.Backend) (float32, error) {
	exec, err := NewExec(b, func(x *Node) *Node { return ReduceAllSum(Mul(x, x)) })
	if err != nil {
		return 0, err
	}
	defer exec.Finalize()
	out, err := exec.Call1([]float32{1, 2, 3})
	if err != nil {
		return 0, err
	}
	return out.Value().(float32), nil
}

func TestPureGoNeedsNoPlugin(t *testing.T) {
	nothingInstalled(t)
	t.Setenv("GOMLX_BACKEND", "go")
	b, err := Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Finalize()
	if got, err := sumOfSquares(b); got != 14 || err != nil {
		t.Errorf("got %v, %v; want 14", got, err)
	}
	if got, want := Describe(b), "pure Go"; got != want {
		t.Errorf("Describe: got %q, want %q", got, want)
	}
}

func TestOpenNamesWhatCannotBeHad(t *testing.T) {
	nothingInstalled(t)
	page := write(t, filepath.Join(t.TempDir(), libraryName), []byte("<html>"))
	for _, test := range []struct{ backend, want string }{
		{"tpu", "no such backend"},
		{"xla:" + page, "web page"},
		{"xla:/nonexistent/plugin.so", "/nonexistent/plugin.so"},
		{"xla:cpu", "no good plugin"},
	} {
		t.Setenv("GOMLX_BACKEND", test.backend)
		b, err := Open(t.Context())
		if b != nil || err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), test.backend) {
			t.Errorf("%s: got %v, %v; want an error with %q", test.backend, b, err, test.want)
		}
	}
}

func TestMisleadingPathsAreRefused(t *testing.T) {
	for _, path := range []string{"/a,b/" + libraryName, "/home/nvidia/" + libraryName} {
		if err := checkPath(path); err == nil {
			t.Errorf("%s was accepted", path)
		}
	}
	nothingInstalled(t)
	os.Unsetenv("GOMLX_NO_AUTO_INSTALL") // restored by nothingInstalled
	cache := filepath.Join(t.TempDir(), "a,b")
	t.Setenv(cacheVariable, cache)
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // so that nothing is fetched where the path is let through
	if _, err := EnsurePlugin(ctx, nil); err == nil || !strings.Contains(err.Error(), "comma") {
		t.Errorf("got %v, want an error about the comma", err)
	}
	if _, err := os.Stat(cache); err == nil {
		t.Error("an installation began")
	}
}

// TestXLA installs the plugin as on a fresh machine and computes with it.
func TestXLA(t *testing.T) {
	if testing.Short() {
		t.Skip("downloads 60 MB")
	}
	nothingInstalled(t)
	os.Unsetenv("GOMLX_NO_AUTO_INSTALL") // restored by nothingInstalled
	for _, devices := range []int{0, 2} {
		b, err := OpenWith(t.Context(), Options{Report: t.Logf, CPUDevices: devices})
		if err != nil {
			t.Fatal(err)
		}
		t.Log(Describe(b))
		if got, err := sumOfSquares(b); got != 14 || err != nil {
			t.Errorf("got %v, %v; want 14", got, err)
		}
		if devices > 0 && b.NumDevices() != devices {
			t.Errorf("%d devices, want %d", b.NumDevices(), devices)
		}
		if got := Describe(b); !strings.HasPrefix(got, "XLA on the CPU (") {
			t.Errorf("Describe: got %q", got)
		}
		b.Finalize()
	}
}
