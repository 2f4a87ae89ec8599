//go:build cgo

package backend

import (
	"archive/zip"
	"context"
	"fmt"
	"html"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/durable"
	"github.com/easy-gomlx/tutorials/birnn/internal/fetch"
)

// wheel is a Python package that contains the plugin.
type wheel struct {
	project, file string // on the index
	sha256        string // of the wheel
	size          int64
	library       string // the plugin's name in it
	librarySHA256 string
	librarySize   int64
	goos, goarch  string
}

// pinned contains XLA as of jaxlib 0.11.2 (Apache-2.0); it needs glibc 2.27.
var pinned = wheel{
	project:       "lammps-jax-pjrt-cpu",
	file:          "lammps_jax_pjrt_cpu-0.11.2-py3-none-manylinux_2_27_x86_64.whl",
	sha256:        "1319390d948b39f69f7dade496b7c385149d9ca6097a6b62114da113216d9ad1",
	size:          62711338,
	library:       "lammps_jax_pjrt_cpu/pjrt_c_api_cpu_plugin.so",
	librarySHA256: "ad1309ac822b1b24d51b7f9947c7c9fa9ef5d67f390584cbc3d1fa2428fed9c2",
	librarySize:   201600336,
	goos:          "linux",
	goarch:        "amd64",
}

// path is where the library is installed in dir.
func (w wheel) path(dir string) string { return filepath.Join(dir, path.Base(w.library)) }

// installed reports whether file is where this package installs the library.
func (w wheel) installed(file string) bool {
	cache, err := CacheDir()
	return err == nil && file == w.path(filepath.Join(cache, "xla"))
}

// install downloads the wheel and puts its library into dir, which no other process writes to.
func (w wheel) install(ctx context.Context, dir string, report func(format string, args ...any)) (string, error) {
	archive, library := filepath.Join(dir, w.file), w.path(dir)
	defer os.Remove(archive)
	for _, file := range []string{archive, library} {
		durable.RemoveLeftovers(file, time.Now().Add(time.Hour)) // of installations that were killed
	}
	link, err := w.find(ctx)
	if err != nil {
		return "", err
	}
	report("downloading XLA's CPU plugin (%s, %d MB)", w.file, w.size/1e6)
	o := fetch.Options{URLs: []string{link}, SHA256: w.sha256, Size: w.size, Report: report}
	if err := fetch.File(ctx, archive, o); err != nil {
		return "", err
	}
	if err := w.unpack(archive, library); err != nil {
		return "", fmt.Errorf("unpack %s: %w", w.file, err)
	}
	return library, nil
}

var anchor = regexp.MustCompile(`(?i)<a\s[^>]*href\s*=\s*["']([^"']+)["']`)

// find asks the package index (PEP 503) for the wheel's address.
func (w wheel) find(ctx context.Context) (string, error) {
	index := os.Getenv("PIP_INDEX_URL")
	if index == "" {
		index = "https://pypi.org/simple"
	}
	page, err := url.Parse(strings.TrimSuffix(index, "/") + "/" + w.project + "/")
	if err != nil {
		return "", fmt.Errorf("PIP_INDEX_URL can't be parsed")
	}
	body, err := fetch.Page(ctx, page.String())
	if err != nil {
		return "", err
	}
	for _, m := range anchor.FindAllSubmatch(body, -1) {
		link, err := page.Parse(html.UnescapeString(string(m[1])))
		if err == nil && path.Base(link.Path) == w.file {
			if link.Host == page.Host {
				link.User = page.User
			}
			link.Fragment = ""
			return link.String(), nil
		}
	}
	return "", fmt.Errorf("%s does not list %s", page.Redacted(), w.file)
}

// unpack copies the library out of the wheel.
func (w wheel) unpack(archive, library string) error {
	r, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer r.Close()
	src, err := r.Open(w.library)
	if err != nil {
		return err
	}
	defer src.Close()
	return fetch.Copy(library, src, fetch.Options{SHA256: w.librarySHA256, Size: w.librarySize})
}
