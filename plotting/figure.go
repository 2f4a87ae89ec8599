package plotting

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
)

// Figure is an image with its text alternative.
type Figure struct {
	// Image has two pixels per CSS pixel in each direction, so that it is crisp on a HiDPI screen.
	Image image.Image
	// Alt describes what the image shows, with its numbers.
	Alt string
	// Width and Height are the size to show the image at, in CSS pixels.
	Width, Height int
}

// PNG returns the image as a PNG file. It returns an error if the figure is nil or has no Image.
func (f *Figure) PNG() ([]byte, error) {
	if f == nil || f.Image == nil {
		return nil, errors.New("plotting: the figure has no Image; use one that a function of this package returned")
	}
	var file bytes.Buffer
	if err := png.Encode(&file, f.Image); err != nil {
		return nil, fmt.Errorf("plotting: encoding the figure as PNG: %w", err)
	}
	return file.Bytes(), nil
}

// Save writes the image to a PNG file, which it replaces if it exists.
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
