package plotting

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
)

// Figure is a drawn picture with its text alternative.
type Figure struct {
	// Image holds the pixels, two for each CSS pixel in both directions, so that it is crisp on a
	// HiDPI screen when shown Width x Height CSS pixels large.
	Image image.Image
	// Alt says in words and numbers what the picture shows.
	Alt string
	// Width and Height are the size to show the picture at, in CSS pixels.
	Width, Height int
}

// PNG returns the picture as a PNG file. It fails if the figure is nil or has no Image.
func (f *Figure) PNG() ([]byte, error) {
	if f == nil || f.Image == nil {
		return nil, errors.New("plotting: the figure has no Image; make figures with the functions of this package")
	}
	var file bytes.Buffer
	if err := png.Encode(&file, f.Image); err != nil {
		return nil, fmt.Errorf("plotting: encoding the figure as PNG: %w", err)
	}
	return file.Bytes(), nil
}

// Save writes the picture as a PNG file to path, replacing a file that is there.
func (f *Figure) Save(path string) error {
	file, err := f.PNG()
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, file, 0o644); err != nil {
		return fmt.Errorf("plotting: saving the figure: %w", err)
	}
	return nil
}
