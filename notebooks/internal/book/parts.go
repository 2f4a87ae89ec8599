package book

import (
	"context"
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
		{"draw", func(dir string) error { return page.Write(ctx, dir, page.Options{Book: "../index.html"}) }},
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
