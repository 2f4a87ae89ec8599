// Package page writes the page to draw on: one web page that recognizes digits in the browser, from a disk or any web server.
package page

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/easy-gomlx/tutorials/birnn/infer"
	"github.com/easy-gomlx/tutorials/birnn/infer/digit"
	"github.com/easy-gomlx/tutorials/notebooks/internal/page/recognize"
	"github.com/easy-gomlx/tutorials/plotting/pad"
)

// The names of the files that Write writes. The page needs only the first one; the second one lets it work without a network after a first
// visit to a web server.
const (
	Index  = "index.html"
	worker = "sw.js"
)

var (
	//go:embed index.html
	indexHTML string
	//go:embed page.css
	pageCSS string
	//go:embed page.js
	pageJS string
	//go:embed sw.js
	workerJS string
)

const publishedBook = "https://easy-gomlx.github.io/tutorials/"

// mark is in each page that Write has written, and in no other file.
const mark = `<meta name="generator" content="easy-gomlx page to draw on">`

// Options are what may be different about a page.
type Options struct {
	Network string // the directory of a trained network that birnn.Model.Save has written; "" means package digit's network
	Book    string // the address of the book, to which the page has a link; "" means the published one
}

// Write writes the page to a directory, which it creates if necessary. It replaces a page that it has written earlier, and nothing else: an
// index.html or sw.js of somebody else is an error.
//
// It needs the go command, and package mnist's data for the digits to try.
func Write(ctx context.Context, dir string, o Options) error {
	if err := checkOurs(dir); err != nil {
		return err
	}
	checkpoint, err := compact(o.Network)
	if err != nil {
		return err
	}
	examples, err := examples(ctx)
	if err != nil {
		return err
	}
	program, runtime, err := build(ctx)
	if err != nil {
		return err
	}
	content, err := render(program, runtime, checkpoint, examples, cmp.Or(o.Book, publishedBook))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return errors.Join(os.WriteFile(filepath.Join(dir, worker), []byte(workerJS), 0o644), os.WriteFile(filepath.Join(dir, Index), content, 0o644))
}

// checkOurs returns an error if the directory has files with the names of the page's that Write has not written.
func checkOurs(dir string) error {
	content, err := os.ReadFile(filepath.Join(dir, Index))
	if err == nil && bytes.Contains(content, []byte(mark)) {
		return nil
	}
	for _, name := range []string{Index, worker} {
		path := filepath.Join(dir, name)
		switch _, err := os.Lstat(path); {
		case err == nil:
			return fmt.Errorf("%s is in the way: this command has not written it; choose another directory", path)
		case !errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("the directory for the page: %w", err)
		}
	}
	return nil
}

// compact returns the content of the file for a network, without what training left in it.
func compact(dir string) ([]byte, error) {
	files, root := digit.Files(), "network"
	if dir != "" {
		files, root = os.DirFS(dir), "."
	}
	checkpoint, err := infer.Compact(files, root)
	if err == nil {
		_, err = recognize.Load(checkpoint)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no trained network in %s; run the tutorial, which saves one in the folder checkpoints beside it (%w)", dir, err)
	}
	if err != nil && dir != "" {
		return nil, fmt.Errorf("the network in %s: %w", dir, err)
	}
	return checkpoint, err
}

// render returns the page.
func render(program []byte, runtime string, checkpoint []byte, examples, book string) ([]byte, error) {
	packed := make(map[string]string, 2)
	for name, content := range map[string][]byte{"program": program, "network": checkpoint} {
		small, err := gzipped(content)
		if err != nil {
			return nil, err
		}
		packed[name] = base64.StdEncoding.EncodeToString(small)
	}
	css, js := pad.CSS+pageCSS, runtime+pad.JS+pageJS
	if strings.Contains(js, "</script") || strings.Contains(css, "</style") {
		return nil, errors.New("page: a script or a style sheet contains its own end")
	}
	return []byte(strings.NewReplacer(
		"{{mark}}", mark, "{{css}}", css, "{{js}}", js, "{{css-hash}}", hash(css), "{{js-hash}}", hash(js),
		"{{examples}}", examples, "{{book}}", book, "{{program}}", packed["program"], "{{network}}", packed["network"],
	).Replace(indexHTML)), nil
}

// hash identifies the only script, or style sheet, that the page's policy allows.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
