package backend

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/fetch"
	"github.com/google/renameio/v2"
)

// The platform, to which the wheel must fit.
const goos, goarch = runtime.GOOS, runtime.GOARCH

// wheel is a Python package that holds the plugin, known to the byte.
type wheel struct {
	project, file string // on the index
	sha256        string // of the wheel
	size          int64
	library       string // the plugin's name in it
	librarySHA256 string
	librarySize   int64
	goos, goarch  string
}

// pinned holds XLA as of jaxlib 0.11.2 (Apache-2.0); needs glibc 2.27.
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

func (w wheel) fits(goos, goarch string) bool { return w.goos == goos && w.goarch == goarch }

// path is where the library is installed in dir.
func (w wheel) path(dir string) string { return filepath.Join(dir, path.Base(w.library)) }

// installed reports whether the path is where this package installs the library.
func (w wheel) installed(file string) bool {
	cache, err := CacheDir()
	return err == nil && file == w.path(filepath.Join(cache, "xla"))
}

// install fetches the wheel and puts its library into dir, whole or not at all.
func (w wheel) install(ctx context.Context, dir string, report func(format string, args ...any)) (string, error) {
	link, err := w.find(ctx, indexURL())
	if err != nil {
		return "", err
	}
	tmp := filepath.Join(dir, "tmp")
	if err := os.RemoveAll(tmp); err != nil { // of an installation that was killed: we hold the lock
		return "", err
	}
	if err := os.MkdirAll(tmp, 0o755); err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	report("downloading XLA's CPU plugin (%s, %d MB)", w.file, w.size/1e6)
	archive := filepath.Join(tmp, w.file)
	err = fetch.File(ctx, archive, fetch.Options{URLs: []string{link}, SHA256: w.sha256, Size: w.size, MaxSize: w.size, Report: report})
	if err != nil {
		return "", err
	}
	if err := w.unpack(archive, w.path(dir), tmp); err != nil {
		return "", fmt.Errorf("unpack %s: %w", w.file, err)
	}
	return w.path(dir), checkOnce(w.path(dir), w.librarySHA256)
}

// indexURL is the package index, as pip reads it from the environment.
func indexURL() string {
	if u := os.Getenv("PIP_INDEX_URL"); u != "" {
		return u
	}
	return "https://pypi.org/simple"
}

var anchor = regexp.MustCompile(`(?i)<a\s[^>]*href\s*=\s*["']([^"']+)["']`)

// find asks a package index (PEP 503) for the wheel's address.
func (w wheel) find(ctx context.Context, index string) (string, error) {
	page, err := url.Parse(strings.TrimSuffix(index, "/") + "/" + w.project + "/")
	if err != nil {
		return "", err
	}
	body, err := get(ctx, page)
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

// get reads a small page.
func get(ctx context.Context, page *url.URL) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, page.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "text/html")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", page.Redacted(), resp.Status)
	}
	return io.ReadAll(io.LimitReader(resp.Body, 4<<20))
}

// unpack copies the library out of the wheel to dst by way of a temporary file in tmp, on the same disk, and checks its size and digest.
func (w wheel) unpack(archive, dst, tmp string) error {
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
	out, err := renameio.NewPendingFile(dst, renameio.WithTempDir(tmp), renameio.WithPermissions(0o755))
	if err != nil {
		return err
	}
	defer out.Cleanup()
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, h), io.LimitReader(src, w.librarySize+1))
	if err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); n != w.librarySize || got != w.librarySHA256 {
		return fmt.Errorf("%s has %d bytes with SHA-256 %s, not %d with %s", w.library, n, got, w.librarySize, w.librarySHA256)
	}
	return out.CloseAtomicallyReplace()
}
