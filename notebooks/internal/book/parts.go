package book

import (
	"context"
	"os"
	"path/filepath"

	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
)

// writeParts writes what the book links to and Sphinx does not make: the page to draw on, and the slides.
func writeParts(ctx context.Context, s *setup.Setup, notebooks, site string) error {
	for _, part := range []struct {
		dir   string
		write func(dir string) error
	}{
		// TODO at the merge: page.Write(ctx, dir, ""), and slides.Write(ctx, s, filepath.Join(notebooks, "bidirectional_rnn.ipynb"), dir)
		{"draw", func(dir string) error { return placeholder(dir, "Draw a digit") }},
		{"slides", func(dir string) error { return placeholder(dir, "Slides") }},
	} {
		if err := part.write(filepath.Join(site, part.dir)); err != nil {
			return err
		}
	}
	return nil
}

func placeholder(dir, title string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "index.html"), []byte("<!DOCTYPE html><html lang=en><title>"+title+"</title><main><h1>"+title+"</h1></main>"), 0o644)
}
