// Package book writes the notebooks as a book: a static site of all of them with the outputs that they have, for readers who run nothing.
//
// Sphinx makes it, with MyST-NB, in a Python environment of its own. It executes no cell. The site has no request to another host, and works
// from a directory of any server and from a disk.
package book

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/easy-gomlx/tutorials/birnn/pyenv"
	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
)

//go:embed requirements.txt
var requirements []byte

// environment is Sphinx's, in the directory of the setup.
func environment(s *setup.Setup) pyenv.Env {
	return pyenv.Env{Dir: filepath.Join(s.Cache, "book"), Requirements: requirements, Oldest: 11}
}

// Write makes the book of the notebooks in a directory, their list README.md and, for teachers, TEACHING.md. It writes it to dir, where it
// replaces an earlier book, completely or not at all. If dir is anything else than a book, an empty directory or nothing, that is an error.
func Write(ctx context.Context, s *setup.Setup, notebooks, dir string) error {
	place, err := findPlace(dir)
	if err != nil {
		return err
	}
	if err := prepare(ctx, s); err != nil {
		return err
	}
	work, err := os.MkdirTemp(filepath.Dir(place), ".book-")
	if err != nil {
		return fmt.Errorf("make a directory beside that of the book: %w", err)
	}
	defer os.RemoveAll(work)
	done := s.Console.Working("making the book")
	site := filepath.Join(work, "site")
	if err := build(ctx, s, notebooks, work, site); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return err
	}
	if err := put(site, place, filepath.Join(work, "earlier")); err != nil {
		return err
	}
	done("the book: %s", place)
	s.Console.Say("open %s in a browser, or copy the directory to a web server", filepath.Join(place, "index.html"))
	return nil
}

// prepare installs what is missing or outdated: Sphinx, and what the slides and the page to draw on need.
func prepare(ctx context.Context, s *setup.Setup) error {
	if err := s.Prepare(ctx); err != nil {
		return err
	}
	env := environment(s)
	if env.Check(ctx) == nil {
		return nil
	}
	done := s.Console.Working("installing Sphinx: some 80 packages")
	if err := env.Ensure(ctx, s.Console.Report); err != nil {
		return fmt.Errorf("prepare Sphinx, which makes the book: %w", setup.Explain(err))
	}
	done("Sphinx (%s)", env.Dir)
	return nil
}

// build makes the site, from sources that it writes to work.
func build(ctx context.Context, s *setup.Setup, notebooks, work, site string) error {
	sources := filepath.Join(work, "sources")
	if err := writeSources(notebooks, sources); err != nil {
		return err
	}
	if err := sphinx(ctx, environment(s), sources, site); err != nil {
		return err
	}
	if err := finish(site); err != nil {
		return err
	}
	if err := copyNotebooks(notebooks, filepath.Join(site, "notebooks")); err != nil {
		return err
	}
	return writeParts(ctx, s, notebooks, site)
}

// sphinx builds a site. Every warning is an error.
func sphinx(ctx context.Context, env pyenv.Env, sources, site string) error {
	trees := filepath.Join(filepath.Dir(site), "trees")
	cmd := env.Command(ctx, "-m", "sphinx", "-W", "--keep-going", "-q", "--no-color", "-b", "html", "-d", trees, sources, site)
	cmd.Env = append(cmd.Env, "PYTHONHASHSEED=0", "SPHINXOPTS=", "LC_ALL=C.UTF-8")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("sphinx: %w:\n%s", err, strings.ReplaceAll(strings.TrimSpace(out.String()), sources+string(filepath.Separator), ""))
	}
	return nil
}

// ours matches a link to the published site, in a page that Sphinx has made, and the words before it that call it a foreign one.
var ours = regexp.MustCompile(`(?:class="reference external" )?href="` + regexp.QuoteMeta(siteURL) + `([^"]*)"`)

// corner matches the empty first cell of a table's head, which is no heading of anything.
var corner = regexp.MustCompile(`<th class="head[^"]*"><p></p></th>`)

// finish makes links to the published site links within the site, and deletes what only Sphinx needs.
func finish(site string) error {
	for _, name := range []string{".buildinfo", "objects.inv", "_sources"} {
		if err := os.RemoveAll(filepath.Join(site, name)); err != nil {
			return err
		}
	}
	maps, err := filepath.Glob(filepath.Join(site, "_static", "*", "*.map")) // of the theme, for its authors
	if err != nil {
		return err
	}
	for _, file := range maps {
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	pages, err := filepath.Glob(filepath.Join(site, "*.html"))
	if err != nil {
		return err
	}
	for _, page := range pages {
		content, err := os.ReadFile(page)
		if err != nil {
			return err
		}
		content = ours.ReplaceAllFunc(content, func(link []byte) []byte {
			to := string(ours.FindSubmatch(link)[1])
			path, anchor, _ := strings.Cut(to, "#")
			if path == "" || strings.HasSuffix(path, "/") {
				path += "index.html" // which a disk does not add
			}
			if anchor != "" {
				path += "#" + anchor
			}
			return []byte(`class="reference internal" href="` + path + `"`)
		})
		content = corner.ReplaceAll(content, []byte("<td></td>"))
		if err := os.WriteFile(page, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
