package backend

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/smalldisk"
	"github.com/gomlx/go-xla/pjrt"
	"golang.org/x/sys/cpu"
)

func TestProcessorWithoutAVX(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skipf("AVX is asked for on amd64, and this is %s", runtime.GOARCH)
	}
	good, _ := ours(t)
	cache := nothingInstalled(t)
	write(t, filepath.Join(cache, "xla", "go-xla", libraryName), good) // would be loaded otherwise
	defer func(has bool) { cpu.X86.HasAVX = has }(cpu.X86.HasAVX)
	cpu.X86.HasAVX = false
	_, err := Open(t.Context())
	if err == nil || !strings.Contains(err.Error(), "a processor with AVX") || !strings.Contains(err.Error(), "GOMLX_BACKEND=go") {
		t.Errorf("got %v, want an error that names AVX and the way out", err)
	}
}

// TestBadFileInTheSearchPath: go-xla panics on a file that it finds there and can't load; here it is an error that names the file. The path is read
// when a program starts, so that another one has to.
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

// TestWhatAnInstallerLeft: go-xla's keeps whatever a server sends; what does not load is removed, or it would be found again.
func TestWhatAnInstallerLeft(t *testing.T) {
	good, foreign := ours(t)
	for name, content := range map[string][]byte{
		"error page": []byte("<html>rate limit"), "nothing": nil, "other processor": foreign, "no plugin": good, "cut off": good[:50],
	} {
		path := write(t, filepath.Join(t.TempDir(), libraryName), content)
		if got, err := loadable(filepath.Dir(path)); got != "" || err == nil {
			t.Errorf("%s: got %q, %v; want an error", name, got, err)
		}
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: the file is still there", name)
		}
	}
	if _, err := loadable(t.TempDir()); err == nil {
		t.Error("no error for an empty directory")
	}
}

// TestAnswers: go-xla's installer looks at no status and waits for ever, so it is only started where its server answers well.
func TestAnswers(t *testing.T) {
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		want    string // part of the error; "" for none
	}{
		"well":     {func(http.ResponseWriter, *http.Request) {}, ""},
		"not well": {http.NotFound, "404"},
		"never":    {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "deadline"},
	} {
		server := httptest.NewServer(test.handler)
		defer server.Close()
		start := time.Now()
		err := answers(t.Context(), server.URL, 200*time.Millisecond)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", name, err, test.want)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
}

// usePinned has a small wheel take the place of the pinned one, for this platform.
func usePinned(t *testing.T, w wheel) {
	t.Helper()
	w.goos, w.goarch = goos, goarch
	before := pinned
	t.Cleanup(func() { pinned = before })
	pinned = w
}

// TestWheelOnAFullDisk: neither the download nor the unpacked library may leave anything, wherever the room ends.
func TestWheelOnAFullDisk(t *testing.T) {
	dir, inside := smalldisk.Inside(t, 256<<10)
	if !inside {
		return
	}
	w := index(t, strings.Repeat("the library", 100_000)) // 1 MB, packed to a few kB
	room := filepath.Join(dir, "room")
	for _, left := range []int{0, 64 << 10} { // for not even the wheel, and for the wheel only
		if err := os.WriteFile(room, make([]byte, 256<<10-left), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := w.install(t.Context(), filepath.Join(dir), t.Logf)
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("with %d bytes of room: got %v, want ENOSPC", left, err)
		}
		if entries, _ := os.ReadDir(dir); len(entries) != 1 {
			t.Errorf("with %d bytes of room it left %v", left, entries)
		}
	}
}

// TestReadOnlyCache: an installed plugin is of use there, and where there is none it is told what to set.
func TestReadOnlyCache(t *testing.T) {
	dir, inside := smalldisk.Inside(t, 64<<10)
	if !inside {
		return
	}
	nothingInstalled(t)
	os.Unsetenv("GOMLX_NO_AUTO_INSTALL") // restored by nothingInstalled
	w := index(t, "the library")
	usePinned(t, w)
	installed := write(t, w.path(filepath.Join(dir, "with", "xla")), []byte("the library"))
	without := filepath.Join(dir, "without")
	for _, path := range []string{without, filepath.Join(dir, "begun", "xla")} {
		if err := os.MkdirAll(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	smalldisk.ReadOnly(t, dir)
	t.Setenv(cacheVariable, filepath.Join(dir, "with"))
	if got, err := EnsurePlugin(t.Context(), t.Logf); got != installed || err != nil {
		t.Errorf("got %q, %v; want %q", got, err, installed)
	}
	for _, cache := range []string{without, filepath.Join(dir, "begun"), filepath.Join(dir, "new")} {
		t.Setenv(cacheVariable, cache)
		_, err := EnsurePlugin(t.Context(), t.Logf)
		if !errors.Is(err, errNoPlugin) || !strings.Contains(err.Error(), cache) || !strings.Contains(err.Error(), "set "+cacheVariable) {
			t.Errorf("got %v, want an error that names %s and says what to set", err, cache)
		}
	}
}

func TestPluginUnderAnOddPath(t *testing.T) {
	good, _ := ours(t)
	for _, name := range []string{"a directory", "no\xffutf8", "näive ✓", "$HOME;*"} {
		nothingInstalled(t)
		cache := filepath.Join(t.TempDir(), name)
		t.Setenv(cacheVariable, cache)
		installed := write(t, filepath.Join(cache, "xla", "go-xla", libraryName), good)
		if got, err := FindPlugin(); got != installed || err != nil {
			t.Errorf("got %q, %v; want %q", got, err, installed)
		}
		if err := checkPath(installed); err != nil {
			t.Error(err)
		}
	}
}
