//go:build cgo

package backend

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
)

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
		t.Skipf("a plugin is installed for all users in %s", dir)
	}
	return filepath.Join(root, "cache")
}

// TestFindPlugin installs plugins in ascending order of preference, good and bad ones.
func TestFindPlugin(t *testing.T) {
	good, foreign := libraries(t)
	cache := nothingInstalled(t)
	useIndex(t, string(good))
	theirs := t.TempDir()
	t.Setenv(pjrt.PJRTPluginPathsEnv, "/nonexistent:"+theirs)
	bad := write(t, filepath.Join(cache, "xla", "go-xla", libraryName), []byte("<html>"))
	if _, err := FindPlugin(); !errors.Is(err, errNoPlugin) || !strings.Contains(err.Error(), bad) {
		t.Errorf("got %v, want an error that says there is none and names %s", err, bad)
	}
	for _, path := range []string{
		filepath.Join(os.Getenv("HOME"), ".local", "lib", "go-xla", libraryName),
		bad,
		pinned.path(filepath.Join(cache, "xla")),
		filepath.Join(theirs, libraryName),
	} {
		write(t, path, good)
		if got, err := FindPlugin(); got != path || err != nil {
			t.Errorf("got %q, %v; want %q", got, err, path)
		}
	}
	named := write(t, filepath.Join(theirs, libraryName), foreign)
	if _, err := FindPlugin(); err == nil || errors.Is(err, errNoPlugin) || !strings.Contains(err.Error(), named) {
		t.Errorf("a bad file in the user's directory: got %v, want an error that names it", err)
	}
}

func TestPluginsInOrder(t *testing.T) {
	dir := t.TempDir()
	tested := "pjrt_c_api_cpu_" + pjrt.DefaultCPUVersion + "_plugin.so"
	for _, name := range []string{"pjrt_c_api_cpu_v0.1.0_plugin.so", "pjrt_c_api_cpu_v0.2.0_plugin.so", libraryName, tested, "pjrt_c_api_cuda_plugin.so", libraryName + ".lock"} {
		write(t, filepath.Join(dir, name), nil)
	}
	var got []string
	for _, path := range pluginsIn(dir) {
		got = append(got, filepath.Base(path))
	}
	if want := []string{tested, libraryName, "pjrt_c_api_cpu_v0.2.0_plugin.so", "pjrt_c_api_cpu_v0.1.0_plugin.so"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSources(t *testing.T) {
	release, wheel := "go-xla's installer", "the wheel "+pinned.Name
	for _, test := range []struct {
		goos, goarch, only string
		want               []string
	}{
		{"linux", "amd64", "", []string{release, wheel}},
		{"linux", "amd64", "1", []string{wheel}},
		{"linux", "arm64", "1", []string{release}}, // no wheel is pinned
		{"darwin", "arm64", "", []string{release}},
		{"darwin", "amd64", "", nil},
	} {
		t.Setenv("EASY_GOMLX_ONLY_PINNED", test.only)
		var got []string
		for _, s := range sources(test.goos, test.goarch) {
			got = append(got, s.name)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s/%s, only pinned %q: %q, want %q", test.goos, test.goarch, test.only, got, test.want)
		}
	}
}

func fails(context.Context, string, func(string, ...any)) (string, error) {
	return "", errors.New("host is down")
}

func TestInstallTriesTheSourcesInTurn(t *testing.T) {
	nothingInstalled(t)
	dir := filepath.Join(t.TempDir(), "xla")
	works := func(_ context.Context, dir string, _ func(string, ...any)) (string, error) {
		return filepath.Join(dir, "x"), nil
	}
	got, err := installIn(t.Context(), dir, []source{{"A", fails}, {"B", works}}, silent)
	if want := filepath.Join(dir, "x"); got != want || err != nil {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	_, err = installIn(t.Context(), dir, []source{{"A", fails}}, silent)
	if !errors.Is(err, errNoPlugin) || !strings.Contains(err.Error(), "A: host is down") || !strings.Contains(err.Error(), "GOMLX_BACKEND=go") {
		t.Errorf("got %v, want an error that names the source, its failure and the alternative", err)
	}
}

func TestInstallOnceForMany(t *testing.T) {
	good, _ := libraries(t)
	dir := filepath.Join(nothingInstalled(t), "xla")
	var count atomic.Int64
	install := func(_ context.Context, dir string, _ func(string, ...any)) (string, error) {
		count.Add(1)
		return write(t, filepath.Join(dir, "go-xla", libraryName), good), nil
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if _, err := installIn(t.Context(), dir, []source{{"S", install}}, silent); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := count.Load(); n != 1 {
		t.Errorf("installed %d times, want once", n)
	}
}

func TestInstallStopsWithItsContext(t *testing.T) {
	nothingInstalled(t)
	ctx, cancel := context.WithCancel(t.Context())
	stopped := func(ctx context.Context, _ string, _ func(string, ...any)) (string, error) {
		cancel()
		return "", ctx.Err()
	}
	if _, err := installIn(ctx, t.TempDir(), []source{{"A", stopped}, {"B", fails}}, silent); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestNowhereToInstall(t *testing.T) {
	cache := nothingInstalled(t)
	write(t, cache, []byte("a file where the directory should be"))
	_, err := installIn(t.Context(), filepath.Join(cache, "xla"), nil, silent)
	if !errors.Is(err, errNoPlugin) || !strings.Contains(err.Error(), cache) || !strings.Contains(err.Error(), cacheVariable) {
		t.Errorf("got %v, want an error that names the directory and %s", err, cacheVariable)
	}
	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData", cacheVariable} {
		t.Setenv(name, "")
	}
	_, err = EnsurePlugin(t.Context(), nil)
	if !errors.Is(err, errNoPlugin) || !strings.Contains(err.Error(), "HOME") || !strings.Contains(err.Error(), cacheVariable) {
		t.Errorf("got %v, want an error that names HOME and %s", err, cacheVariable)
	}
}
