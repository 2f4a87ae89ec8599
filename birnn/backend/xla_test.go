//go:build cgo

package backend

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/gomlx/go-xla/pjrt"
	"golang.org/x/sys/cpu"
)

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

func TestOpenErrors(t *testing.T) {
	nothingInstalled(t)
	page := write(t, filepath.Join(t.TempDir(), libraryName), []byte("<html>"))
	for _, config := range []string{"xla:" + page, "xla:/nonexistent/plugin.so", "xla:cpu", ""} {
		t.Setenv("GOMLX_BACKEND", config)
		b, err := Open(t.Context())
		if b != nil || err == nil || !strings.Contains(err.Error(), config) {
			t.Errorf("%q: got %v, %v; want an error", config, b, err)
		}
		noPlugin := !strings.HasPrefix(config, "xla:/")
		if errors.Is(err, errNoPlugin) != noPlugin || noPlugin && (!strings.Contains(err.Error(), "-prepare") || !strings.Contains(err.Error(), "GOMLX_BACKEND=go")) {
			t.Errorf("%q: got %v, want an error that says no plugin is installed and what to do: %v", config, err, noPlugin)
		}
	}
}

func TestProcessorWithoutAVX(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skipf("AVX exists on amd64, and this is %s", runtime.GOARCH)
	}
	defer func(has bool) { cpu.X86.HasAVX = has }(cpu.X86.HasAVX)
	cpu.X86.HasAVX = false
	t.Setenv("GOMLX_BACKEND", "")
	if _, err := Open(t.Context()); err == nil || !strings.Contains(err.Error(), "AVX") || !strings.Contains(err.Error(), "GOMLX_BACKEND=go") {
		t.Errorf("got %v, want an error that names AVX and the alternative", err)
	}
}

// TestBadFileInTheSearchPath: go-xla panics on a file there that it can't load; here it is an error that names the file. go-xla reads the
// path when a program starts, so the test needs another process.
func TestBadFileInTheSearchPath(t *testing.T) {
	if os.Getenv("BACKEND_TEST_CHILD") == "" {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "pjrt_c_api_other_plugin.so"), []byte("<html>"))
		write(t, filepath.Join(dir, libraryName), []byte("<html>"))
		child := exec.Command(os.Args[0], "-test.run=^TestBadFileInTheSearchPath$")
		child.Env = append(os.Environ(), "BACKEND_TEST_CHILD=1", "HOME="+dir, pjrt.PJRTPluginPathsEnv+"="+dir)
		if out, err := child.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	page := filepath.Join(os.Getenv(pjrt.PJRTPluginPathsEnv), libraryName)
	for _, name := range []string{"xla:cuda", "xla:other", "xla:cpu", ""} {
		t.Setenv("GOMLX_BACKEND", name)
		b, err := Open(t.Context())
		if b != nil || err == nil || !strings.Contains(err.Error(), page) {
			t.Errorf("%s: got %v, %v; want an error that names %s", name, b, err, page)
		}
	}
}

func TestMisleadingPathsAreRejected(t *testing.T) {
	for path, ok := range map[string]bool{"/a,b/": false, "/home/nvidia/": false, "/näive ✓/no\xffutf8/$HOME;*/": true} {
		if err := checkPath(path + libraryName); (err == nil) != ok {
			t.Errorf("%s: got %v, want success: %v", path, err, ok)
		}
	}
	nothingInstalled(t)
	os.Unsetenv("GOMLX_NO_AUTO_INSTALL") // restored by nothingInstalled
	cache := filepath.Join(t.TempDir(), "a,b")
	t.Setenv(cacheVariable, cache)
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // so that nothing is fetched if the path is accepted
	if _, err := EnsurePlugin(ctx, nil); err == nil || !strings.Contains(err.Error(), "comma") {
		t.Errorf("got %v, want an error about the comma", err)
	}
	if _, err := os.Stat(cache); err == nil {
		t.Error("an installation started")
	}
	good, _ := libraries(t)
	write(t, filepath.Join(cache, "xla", libraryName), good)
	if _, err := Open(t.Context()); err == nil || !strings.Contains(err.Error(), "comma") {
		t.Errorf("with a plugin there: got %v, want an error about the comma", err)
	}
}
