package backend

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
)

// errNoPlugin: none is installed, or only bad ones where this package may replace them.
var errNoPlugin = errors.New("no good plugin for XLA on the CPU is installed")

// EnsurePlugin returns the absolute path of a plugin for XLA on the CPU, and installs one if there is none.
// In this order: one in a directory of PJRT_PLUGIN_LIBRARY_PATH; the one in [CacheDir]; one that go-xla has installed for this user
// or for all; then a new one in [CacheDir], by go-xla's installer (from GitHub) or from a wheel of the Python package index,
// pinned by its SHA-256. Two processes that install at the same time do the work once.
func EnsurePlugin(ctx context.Context, report func(format string, args ...any)) (path string, err error) {
	if report == nil {
		report = silent
	}
	cache, cacheErr := CacheDir()
	path, err = find(cache)
	if !errors.Is(err, errNoPlugin) {
		return path, err
	}
	if err != errNoPlugin { // a damaged one is told, and made good
		report("%v", err)
	}
	if cacheErr != nil {
		return "", fmt.Errorf("%w, and there is no place for one: %w", err, cacheErr)
	}
	if _, found := os.LookupEnv(xla.NoAutoInstallEnv); found {
		return "", fmt.Errorf("%w, and %s forbids to install one; run \"go run ./notebooks -prepare\", or %s", err, xla.NoAutoInstallEnv, useGo)
	}
	dir := filepath.Join(cache, "xla")
	if err := checkPath(pinned.path(dir)); err != nil { // before the download, not after it
		return "", err
	}
	return installIn(ctx, dir, sources(runtime.GOOS, runtime.GOARCH), report)
}

func silent(string, ...any) {}

// FindPlugin returns the plugin that [EnsurePlugin] would, but installs none.
func FindPlugin() (path string, err error) {
	cache, _ := CacheDir()
	return find(cache)
}

// find looks for an installed plugin. One named by the user's own setting must be good; elsewhere a bad one is passed by, and named in
// the error if there is no other.
func find(cache string) (string, error) {
	for _, dir := range filepath.SplitList(os.Getenv(pjrt.PJRTPluginPathsEnv)) {
		named := pluginsIn(dir)
		if len(named) == 0 {
			continue
		}
		if err := checkBinary(named[0]); err != nil {
			return "", fmt.Errorf("%w; put a good one there or unset %s", err, pjrt.PJRTPluginPathsEnv)
		}
		return filepath.Abs(named[0])
	}
	var bad []string
	if cache != "" {
		path := pinned.path(filepath.Join(cache, "xla"))
		err := checkOnce(path, pinned.librarySHA256)
		if err == nil {
			return path, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			bad = append(bad, err.Error())
		}
	}
	for _, dir := range searchDirs(cache) {
		for _, path := range pluginsIn(dir) {
			err := checkBinary(path)
			if err == nil {
				return path, nil
			}
			bad = append(bad, err.Error())
		}
	}
	if bad != nil {
		return "", fmt.Errorf("%w: %s", errNoPlugin, strings.Join(bad, "; "))
	}
	return "", errNoPlugin
}

// searchDirs are the directories that go-xla installs into: under our cache, for the user, and for all.
func searchDirs(cache string) []string {
	var dirs []string
	if cache != "" {
		dirs = append(dirs, filepath.Join(cache, "xla", "go-xla"))
	}
	if home, err := os.UserHomeDir(); err == nil {
		switch runtime.GOOS {
		case "linux":
			dirs = append(dirs, filepath.Join(home, ".local", "lib", "go-xla"))
		case "darwin":
			dirs = append(dirs, filepath.Join(home, "Library", "Application Support", "go-xla"))
		}
	}
	return append(dirs, "/usr/local/lib/go-xla")
}

// pluginsIn lists the CPU plugins of a directory by file name, the version that go-xla is tested with first, then the one without
// a version, then the others, newest name first.
func pluginsIn(dir string) []string {
	if dir == "" {
		return nil
	}
	tested := "pjrt_c_api_cpu_" + pjrt.DefaultCPUVersion + "_plugin"
	rank := func(path string) int {
		switch stem, _, _ := strings.Cut(filepath.Base(path), "_plugin."); stem + "_plugin" {
		case tested:
			return 0
		case "pjrt_c_api_cpu_plugin":
			return 1
		}
		return 2
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var paths []string
	for _, e := range entries {
		name := e.Name()
		ext := filepath.Ext(name)
		if strings.HasPrefix(name, "pjrt_c_api_cpu_") && (ext == ".so" || ext == ".dylib") {
			paths = append(paths, filepath.Join(dir, name))
		}
	}
	slices.SortStableFunc(paths, func(a, b string) int {
		if ra, rb := rank(a), rank(b); ra != rb {
			return ra - rb
		}
		return strings.Compare(b, a)
	})
	return paths
}

// source is a place that the plugin can be had from.
type source struct {
	name    string
	install func(ctx context.Context, dir string, report func(format string, args ...any)) (path string, err error)
}

// onlyPinned, set to anything, leaves out the sources whose bytes are not known beforehand, where there is one whose are.
const onlyPinned = "EASY_GOMLX_ONLY_PINNED"

// sources are the places for a platform, in the order in which they are tried.
func sources(goos, goarch string) []source {
	release := source{"go-xla's installer", installFromGitHub}
	wheel := source{"the wheel " + pinned.file, pinned.install}
	switch {
	case !pinned.fits(goos, goarch):
		return []source{release}
	case os.Getenv(onlyPinned) != "":
		return []source{wheel}
	}
	return []source{release, wheel}
}

// installIn installs a plugin under dir from the first source that has one, while other processes wait.
func installIn(ctx context.Context, dir string, from []source, report func(format string, args ...any)) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("%w: %w; set %s to a directory that can be written to, or %s", errNoPlugin, err, cacheVariable, useGo)
	}
	lock := flock.New(filepath.Join(dir, "lock"))
	switch _, err := lock.TryLockContext(ctx, 200*time.Millisecond); {
	case ctx.Err() != nil:
		return "", fmt.Errorf("%w: stopped while waiting for another installation in %s: %w", errNoPlugin, dir, ctx.Err())
	case err != nil:
		return "", fmt.Errorf("%w, and one can't be installed in %s: %w; set %s to a directory that can be written to, or %s", errNoPlugin, dir, err, cacheVariable, useGo)
	}
	defer lock.Unlock()
	if path, err := find(filepath.Dir(dir)); err == nil {
		return path, nil // the one that held the lock has installed it
	}
	var failures []string
	for _, s := range from {
		path, err := s.install(ctx, dir, report)
		if err == nil {
			report("installed %s", path)
			return path, nil
		}
		if ctx.Err() != nil {
			return "", fmt.Errorf("%w: installing it was stopped: %w", errNoPlugin, ctx.Err())
		}
		failures = append(failures, fmt.Sprintf("from %s: %v", s.name, err))
		report("no plugin from %s: %v", s.name, err)
	}
	return "", fmt.Errorf("%w, and installing it failed (%s); put a pjrt_c_api_cpu_plugin.so into a directory and name that in %s, or %s",
		errNoPlugin, strings.Join(failures, "; "), pjrt.PJRTPluginPathsEnv, useGo)
}
