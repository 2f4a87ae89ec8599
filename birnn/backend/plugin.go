//go:build cgo

package backend

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/cachedir"
	"github.com/gofrs/flock"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/installer"
	"github.com/gomlx/go-xla/pjrt"
)

const cacheVariable = cachedir.Variable

// errNoPlugin means that no plugin is installed, or only corrupt ones that this package may replace.
var errNoPlugin = errors.New("no usable plugin for XLA on the CPU is installed")

// EnsurePlugin returns the absolute path of a plugin for XLA on the CPU that [Verify] accepts, and installs one if there is none. It
// looks in the directories of PJRT_PLUGIN_LIBRARY_PATH, in [CacheDir], and where go-xla installs plugins for this user or for all. A new
// one goes to [CacheDir]; it comes from go-xla's installer (GitHub) or else from a Python wheel that is pinned by its SHA-256. If two
// processes install at the same time, one of them waits for the other.
func EnsurePlugin(ctx context.Context, report func(format string, args ...any)) (path string, err error) {
	if report == nil {
		report = silent
	}
	cache, cacheErr := CacheDir()
	path, err = find(cache, Verify)
	if !errors.Is(err, errNoPlugin) {
		return path, err
	}
	if err != errNoPlugin { // a corrupt one, which will be replaced
		report("%v", err)
	}
	if cacheErr != nil {
		return "", fmt.Errorf("%w, and there is no directory to install one in: %w", err, cacheErr)
	}
	if _, found := os.LookupEnv(xla.NoAutoInstallEnv); found {
		return "", fmt.Errorf("%w, and %s is set, so none is installed now; run \"go run ./notebooks -prepare\", or %s", err, xla.NoAutoInstallEnv, useGo)
	}
	from := sources(runtime.GOOS, runtime.GOARCH)
	if from == nil {
		return "", fmt.Errorf("%w, and there is none for %s/%s; %s", err, runtime.GOOS, runtime.GOARCH, useGo)
	}
	dir := filepath.Join(cache, "xla")
	if err := checkPath(pinned.path(dir)); err != nil { // before the download, not after it
		return "", err
	}
	return installIn(ctx, dir, from, report)
}

// FindPlugin returns the plugin that [EnsurePlugin] would return, but neither reads all of it nor installs one.
func FindPlugin() (path string, err error) {
	cache, _ := CacheDir()
	return find(cache, checkBinary)
}

// find searches for an installed plugin that passes check. One in a directory named by the user must pass; elsewhere a bad one is
// skipped, and named in the error if there is no other.
func find(cache string, check func(path string) error) (string, error) {
	for _, dir := range filepath.SplitList(os.Getenv(pjrt.PJRTPluginPathsEnv)) {
		if named := pluginsIn(dir); len(named) > 0 {
			if err := check(named[0]); err != nil {
				return "", fmt.Errorf("%w; replace it or unset %s", err, pjrt.PJRTPluginPathsEnv)
			}
			return filepath.Abs(named[0])
		}
	}
	var bad []string
	for _, dir := range searchDirs(cache) {
		for _, path := range pluginsIn(dir) {
			err := check(path)
			if err == nil {
				return path, nil
			}
			bad = append(bad, err.Error())
		}
	}
	if bad != nil {
		return "", fmt.Errorf("%w (%s)", errNoPlugin, strings.Join(bad, "; "))
	}
	return "", errNoPlugin
}

// searchDirs returns where plugins are installed: the wheel's and go-xla's in our cache, and go-xla's for the user and for all.
func searchDirs(cache string) []string {
	var dirs []string
	if cache != "" {
		dirs = append(dirs, filepath.Join(cache, "xla"), filepath.Join(cache, "xla", "go-xla"))
	}
	if lib, err := installer.DefaultHomeLibPath(); err == nil {
		dirs = append(dirs, filepath.Join(lib, "go-xla"))
	}
	return append(dirs, "/usr/local/lib/go-xla")
}

// pluginsIn returns the CPU plugins in a directory: first the version that go-xla is tested with, then the one without a version, then
// the others in descending order.
func pluginsIn(dir string) []string {
	if dir == "" {
		return nil
	}
	var paths []string
	entries, _ := os.ReadDir(dir)
	for _, e := range slices.Backward(entries) {
		ext := filepath.Ext(e.Name())
		if strings.HasPrefix(e.Name(), "pjrt_c_api_cpu_") && (ext == ".so" || ext == ".dylib" || ext == ".dll") {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	preferred := []string{"pjrt_c_api_cpu_plugin", "pjrt_c_api_cpu_" + pjrt.DefaultCPUVersion + "_plugin"}
	slices.SortStableFunc(paths, func(a, b string) int {
		rank := func(path string) int {
			return slices.Index(preferred, strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
		}
		return rank(b) - rank(a)
	})
	return paths
}

// source is where a plugin can be installed from.
type source struct {
	name    string
	install func(ctx context.Context, dir string, report func(format string, args ...any)) (path string, err error)
}

// sources returns the sources for a platform, in the order in which they are tried.
func sources(goos, goarch string) []source {
	var from []source
	pinnedFits := pinned.goos == goos && pinned.goarch == goarch
	if slices.Contains(installer.CPUSupportedPlatforms, goos+"_"+goarch) && !(pinnedFits && os.Getenv("EASY_GOMLX_ONLY_PINNED") != "") {
		from = append(from, source{"go-xla's installer", installRelease})
	}
	if pinnedFits {
		from = append(from, source{"the wheel " + pinned.Name, pinned.install})
	}
	return from
}

// installIn installs a plugin under dir from the first source that works, while other processes wait.
func installIn(ctx context.Context, dir string, from []source, report func(format string, args ...any)) (string, error) {
	lock := flock.New(filepath.Join(dir, "lock"))
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		_, err = lock.TryLockContext(ctx, 200*time.Millisecond)
	}
	switch {
	case ctx.Err() != nil:
		return "", fmt.Errorf("%w, and waiting for another installation in %s was stopped: %w", errNoPlugin, dir, ctx.Err())
	case err != nil:
		return "", fmt.Errorf("%w, and none can be installed: %w; set %s to a directory that can be written to, or %s", errNoPlugin, err, cacheVariable, useGo)
	}
	defer lock.Unlock()
	if path, err := find(filepath.Dir(dir), Verify); err == nil {
		return path, nil // the process that held the lock has installed it
	}
	var failures []string
	for _, s := range from {
		path, err := s.install(ctx, dir, report)
		if err == nil {
			report("installed %s", path)
			return path, nil
		}
		if ctx.Err() != nil {
			return "", fmt.Errorf("%w, and the installation was stopped: %w", errNoPlugin, ctx.Err())
		}
		failures = append(failures, fmt.Sprintf("from %s: %v", s.name, err))
		report("no plugin from %s: %v", s.name, err)
	}
	return "", fmt.Errorf("%w, and installing one failed (%s); put a pjrt_c_api_cpu_plugin.so into a directory and name that in %s, or %s",
		errNoPlugin, strings.Join(failures, "; "), pjrt.PJRTPluginPathsEnv, useGo)
}
