package book

import (
	"bytes"
	"context"
	"os"
	"path/filepath"

	"github.com/easy-gomlx/tutorials/notebooks/internal/page"
	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
	"github.com/easy-gomlx/tutorials/notebooks/internal/slides"
)

// writeParts writes what the book links to and Sphinx does not make: the page to draw on, and the slides.
func writeParts(ctx context.Context, s *setup.Setup, notebooks, site string) error {
	for _, part := range []struct {
		dir   string
		write func(dir string) error
	}{
		{"draw", func(dir string) error { return writePage(ctx, dir) }},
		{"slides", func(dir string) error {
			return slides.Write(ctx, s, filepath.Join(notebooks, "bidirectional_rnn.ipynb"), dir)
		}},
	} {
		if err := part.write(filepath.Join(site, part.dir)); err != nil {
			return err
		}
	}
	return nil
}

// writePage writes the page to draw on, which leads back to this book and not to the published one.
func writePage(ctx context.Context, dir string) error {
	if err := page.Write(ctx, dir, ""); err != nil {
		return err
	}
	file := filepath.Join(dir, page.Index)
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return os.WriteFile(file, bytes.ReplaceAll(content, []byte(`href="`+siteURL+`"`), []byte(`href="../index.html"`)), 0o644)
}
