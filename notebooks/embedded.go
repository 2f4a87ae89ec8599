package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
)

// defaultDir is where a reader without a clone of the repository finds the notebooks.
const defaultDir = "easy-gomlx"

// embedded are the notebooks, their list, and the page for teachers, for a reader without a clone. The last is only for the book: it names
// files of a clone.
//
//go:embed *.ipynb *.md
var embedded embed.FS

// forVersion replaces, in the JSON text of a notebook, the lines with which its cells use the clone that it is in. They then use that
// version of the module.
func forVersion(version string) *strings.Replacer {
	return strings.NewReplacer(
		`"!*cp \"${GONB_DIR}/../go.mod\" \"${GONB_DIR}/../go.sum\" .\n",
    "!*go mod edit -module=cells -require=`+setup.Module+`@v0.0.0 -replace=\"`+setup.Module+`=${GONB_DIR}/..\"\n",`,
		`"!*go mod edit -module=cells -require=`+setup.Module+`@`+version+`\n",`,
		`"%goflags -ldflags=-s\n",`,
		`"%goflags -mod=mod -ldflags=-s\n",`, // completes go.mod and go.sum
	)
}

// copiedNames returns the names of the files that copyNotebooks copies.
func copiedNames() ([]string, error) {
	names, err := fs.Glob(embedded, "*")
	return slices.DeleteFunc(names, func(name string) bool { return name == "TEACHING.md" }), err
}

// copyNotebooks copies the notebooks to a directory, for that version of the module. It keeps files that are already there.
func copyNotebooks(dir, version string, console *setup.Console) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the directory for the notebooks: %w; choose another one with -dir", err)
	}
	names, err := copiedNames()
	if err != nil {
		return err
	}
	var copied, kept []string
	for _, name := range names {
		content, err := embedded.ReadFile(name)
		if err != nil {
			return err
		}
		content = []byte(forVersion(version).Replace(string(content)))
		path := filepath.Join(dir, name)
		switch found, err := os.ReadFile(path); {
		case errors.Is(err, fs.ErrNotExist):
			if err := writeNew(path, content); err != nil {
				return fmt.Errorf("copy the notebook: %w; choose another directory with -dir", err)
			}
			copied = append(copied, path)
		case err != nil:
			return err
		case !bytes.Equal(found, content):
			kept = append(kept, path)
		}
	}
	if len(copied) > 0 {
		console.Done("the notebooks of %s: %s", version, strings.Join(copied, ", "))
	}
	if len(kept) > 0 {
		console.Say("not those of %s, but kept, since they were changed or are of another version (-dir copies to another directory): %s",
			version, strings.Join(kept, ", "))
	}
	return nil
}

// writeNew writes a file completely or not at all.
func writeNew(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".*.ipynb")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // unless it was renamed
	_, err = f.Write(content)
	if err := errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
