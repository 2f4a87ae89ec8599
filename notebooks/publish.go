package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/easy-gomlx/tutorials/notebooks/internal/book"
	"github.com/easy-gomlx/tutorials/notebooks/internal/page"
	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
)

// writePage writes the page to draw on, and says how to look at it.
func writePage(ctx context.Context, o options, console *setup.Console) error {
	done := console.Working("writing the page to draw on")
	if err := page.Write(ctx, o.page, page.Options{Network: o.network}); err != nil {
		return err
	}
	index := filepath.Join(o.page, page.Index)
	info, err := os.Stat(index)
	if err != nil {
		return err
	}
	done("the page to draw on: %s, %.1f MB", index, float64(info.Size())/1e6)
	console.Say("Open it in a browser. Any web server can publish the directory, under any address.")
	console.Say("For a phone in the same network: python3 -m http.server -d %s 8000, and open port 8000 of this machine.", o.page)
	return nil
}

// writeBook writes the book to a directory. Without a clone of the repository, it is that of the notebooks in this program.
func writeBook(ctx context.Context, s *setup.Setup, dir string) error {
	if setup.Version() == "" {
		notebooks, err := ourDir("", "", s.Console)
		if err != nil {
			return err
		}
		return book.Write(ctx, s, notebooks, dir)
	}
	copies, err := os.MkdirTemp("", "notebooks-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(copies)
	if err := os.CopyFS(copies, embedded); err != nil {
		return err
	}
	return book.Write(ctx, s, copies, dir)
}
