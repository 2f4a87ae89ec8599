package backend

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
	"github.com/google/go-cmp/cmp"
)

const libraryName = "pjrt_c_api_cpu_plugin.so"

// nothingInstalled points every setting at empty directories and returns the cache.
func nothingInstalled(t *testing.T) (cache string) {
	t.Helper()
	root := t.TempDir()
	t.Setenv("HOME", filepath.Join(root, "home"))
	t.Setenv("GOMLX_BACKEND", "")
	t.Setenv(pjrt.PJRTPluginPathsEnv, "")
	t.Setenv(xla.NoAutoInstallEnv, "1")
	t.Setenv(cacheVariable, filepath.Join(root, "cache"))
	if dir := "/usr/local/lib/go-xla"; len(pluginsIn(dir)) > 0 {
		t.Skipf("%s holds a plugin for all users", dir)
	}
	return filepath.Join(root, "cache")
}

func TestMissingPluginIsAFastErrorThatSaysHowToMendIt(t *testing.T) {
	nothingInstalled(t)
	_, err := Open(t.Context())
	if !errors.Is(err, errNoPlugin) {
		t.Fatalf("got %v, want %v", err, errNoPlugin)
	}
	for _, part := range []string{"go run ./notebooks -prepare", "GOMLX_BACKEND=go"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q lacks %q", err, part)
		}
	}
}

func TestFindPrefersTheUsersDirectory(t *testing.T) {
	good, foreign := ours(t)
	cache := nothingInstalled(t)
	theirs := t.TempDir()
	t.Setenv(pjrt.PJRTPluginPathsEnv, "/nonexistent:"+theirs)
	installed := write(t, filepath.Join(cache, "xla", "go-xla", libraryName), good)

	if got, err := FindPlugin(); got != installed || err != nil {
		t.Errorf("without a file in the user's directory: got %q, %v; want %q", got, err, installed)
	}
	named := write(t, filepath.Join(theirs, libraryName), good)
	if got, err := FindPlugin(); got != named || err != nil {
		t.Errorf("got %q, %v; want %q", got, err, named)
	}
	write(t, named, foreign)
	if _, err := FindPlugin(); err == nil || !strings.Contains(err.Error(), named) {
		t.Errorf("a bad file in the user's directory: got %v, want an error that names it", err)
	}
}

func TestFindPassesByBadFilesAndNamesThem(t *testing.T) {
	good, _ := ours(t)
	cache := nothingInstalled(t)
	damaged := write(t, pinned.path(filepath.Join(cache, "xla")), good) // a library, but not the pinned one
	page := write(t, filepath.Join(cache, "xla", "go-xla", libraryName), []byte("<html>"))

	_, err := find(cache)
	if !errors.Is(err, errNoPlugin) {
		t.Fatalf("got %v, want %v", err, errNoPlugin)
	}
	if !strings.Contains(err.Error(), damaged) || !strings.Contains(err.Error(), page) {
		t.Errorf("%q does not name both files", err)
	}
	elsewhere := write(t, filepath.Join(os.Getenv("HOME"), ".local", "lib", "go-xla", libraryName), good)
	if got, err := find(cache); got != elsewhere || err != nil {
		t.Errorf("got %q, %v; want %q", got, err, elsewhere)
	}
}

func TestPluginsInOrder(t *testing.T) {
	dir := t.TempDir()
	tested := "pjrt_c_api_cpu_" + pjrt.DefaultCPUVersion + "_plugin.so"
	for _, name := range []string{"pjrt_c_api_cpu_v0.1.0_plugin.so", libraryName, tested, "pjrt_c_api_cuda_plugin.so", libraryName + ".verified"} {
		write(t, filepath.Join(dir, name), nil)
	}
	var got []string
	for _, path := range pluginsIn(dir) {
		got = append(got, filepath.Base(path))
	}
	want := []string{tested, libraryName, "pjrt_c_api_cpu_v0.1.0_plugin.so"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestInstallTriesTheSourcesInTurn(t *testing.T) {
	nothingInstalled(t)
	dir := filepath.Join(t.TempDir(), "xla")
	fails := source{"A", func(context.Context, string, func(string, ...any)) (string, error) {
		return "", errors.New("host is down")
	}}
	works := source{"B", func(_ context.Context, dir string, _ func(string, ...any)) (string, error) {
		return filepath.Join(dir, "x"), nil
	}}

	got, err := installIn(t.Context(), dir, []source{fails, works}, silent)
	if want := filepath.Join(dir, "x"); got != want || err != nil {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	_, err = installIn(t.Context(), dir, []source{fails}, silent)
	if err == nil || !strings.Contains(err.Error(), "A: host is down") || !strings.Contains(err.Error(), "GOMLX_BACKEND=go") {
		t.Errorf("got %v, want an error that names the source, its failure and the way out", err)
	}
}

func TestInstallOnceForMany(t *testing.T) {
	good, _ := ours(t)
	cache := nothingInstalled(t)
	var mu sync.Mutex
	count := 0
	slow := source{"S", func(_ context.Context, dir string, _ func(string, ...any)) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		count++
		return write(t, filepath.Join(dir, "go-xla", libraryName), good), nil
	}}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if _, err := installIn(t.Context(), filepath.Join(cache, "xla"), []source{slow}, silent); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if count != 1 {
		t.Errorf("installed %d times, want once", count)
	}
}

func TestSources(t *testing.T) {
	release, wheel := "go-xla's installer", "the wheel "+pinned.file
	for _, test := range []struct {
		goos, goarch, only string
		want               []string
	}{
		{"linux", "amd64", "", []string{release, wheel}},
		{"linux", "amd64", "1", []string{wheel}},
		{"linux", "arm64", "1", []string{release}}, // none is pinned
		{"darwin", "arm64", "", []string{release}},
	} {
		t.Setenv(onlyPinned, test.only)
		var got []string
		for _, s := range sources(test.goos, test.goarch) {
			got = append(got, s.name)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s/%s, %s=%q: %q, want %q", test.goos, test.goarch, onlyPinned, test.only, got, test.want)
		}
	}
}

func TestInstallStopsWithItsContext(t *testing.T) {
	nothingInstalled(t)
	ctx, cancel := context.WithCancel(t.Context())
	waits := source{"W", func(ctx context.Context, _ string, _ func(string, ...any)) (string, error) {
		cancel()
		return "", ctx.Err()
	}}
	if _, err := installIn(ctx, t.TempDir(), []source{waits, waits}, silent); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestUnwritableCache(t *testing.T) {
	cache := nothingInstalled(t)
	write(t, cache, []byte("a file where the directory should be"))
	_, err := installIn(t.Context(), filepath.Join(cache, "xla"), nil, silent)
	if err == nil || !strings.Contains(err.Error(), cache) || !strings.Contains(err.Error(), cacheVariable) {
		t.Errorf("got %v, want an error that names the directory and %s", err, cacheVariable)
	}
}

func TestWithoutHome(t *testing.T) {
	nothingInstalled(t)
	t.Setenv("HOME", "")
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv(cacheVariable, "")
	_, err := EnsurePlugin(t.Context(), nil)
	if err == nil || !strings.Contains(err.Error(), "HOME") || !strings.Contains(err.Error(), cacheVariable) {
		t.Errorf("got %v, want an error that names HOME and %s", err, cacheVariable)
	}
}
