package book

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// mark is the file that says that a directory is a book, and may be replaced.
const mark = ".easy-gomlx-book"

// findPlace returns the directory to write the book to, without symbolic links. It makes the directories above it.
func findPlace(dir string) (string, error) {
	place, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(place); err == nil {
		place = real
	} else if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	files, err := os.ReadDir(place)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return place, os.MkdirAll(filepath.Dir(place), 0o755)
	case err != nil:
		return "", fmt.Errorf("the directory for the book: %w", err)
	case len(files) == 0:
		return place, nil
	}
	if _, err := os.Stat(filepath.Join(place, mark)); err != nil {
		return "", fmt.Errorf("%s has files that are not of a book (%s), which would be deleted; name another directory", dir, files[0].Name())
	}
	if _, err := os.Lstat(filepath.Join(place, ".git")); err == nil {
		return "", fmt.Errorf("%s has a .git, which would be deleted; write the book to another directory and copy it", dir)
	}
	return place, nil
}

// put moves the complete site to its place. What is there moves to earlier, and back if the site does not get there.
func put(site, place, earlier string) error {
	if err := os.WriteFile(filepath.Join(site, mark), []byte("go run ./notebooks -book replaces this directory.\n"), 0o644); err != nil {
		return err
	}
	err := os.Rename(place, earlier)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("replace the directory of the book: %w; name another directory", err)
	}
	replaced := err == nil
	if err := os.Rename(site, place); err != nil {
		if replaced {
			err = errors.Join(err, os.Rename(earlier, place))
		}
		return fmt.Errorf("move the book to its directory: %w", err)
	}
	return nil
}
