package pad

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
)

// Sheet is the reader's own digits: a picture of each digit, nil where none has been drawn.
type Sheet [10]image.Image

// Drawn returns the digits that have been drawn, in order.
func (s Sheet) Drawn() (digits []int32) {
	for digit, picture := range s {
		if picture != nil {
			digits = append(digits, int32(digit))
		}
	}
	return digits
}

// Save writes the sheet to a PNG file that shows the ten digits side by side. It replaces the file, completely or not at all.
func (s Sheet) Save(path string) error {
	all := image.NewGray(image.Rect(0, 0, 10*Size, Size))
	draw.Draw(all, all.Rect, image.White, image.Point{}, draw.Src)
	for digit, picture := range s {
		if picture != nil {
			draw.Draw(all, square(digit), picture, picture.Bounds().Min, draw.Src)
		}
	}
	var file bytes.Buffer
	if err := png.Encode(&file, all); err != nil {
		return fmt.Errorf("pad: saving the digits: %w", err)
	}
	part, err := os.CreateTemp(filepath.Dir(path), ".*.png")
	if err != nil {
		return fmt.Errorf("pad: saving the digits: %w", err)
	}
	defer os.Remove(part.Name()) // unless it was renamed
	_, err = part.Write(file.Bytes())
	if err := errors.Join(err, part.Chmod(0o644), part.Close()); err != nil {
		return fmt.Errorf("pad: saving the digits: %w", err)
	}
	return os.Rename(part.Name(), path)
}

// LoadSheet reads a file that Save wrote. If there is none, the sheet is empty.
func LoadSheet(path string) (s Sheet, err error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("pad: reading the digits: %w", err)
	}
	defer file.Close()
	config, err := png.DecodeConfig(file)
	if err == nil && (config.Width != 10*Size || config.Height != Size) {
		err = fmt.Errorf("it has %d by %d pixels, not %d by %d", config.Width, config.Height, 10*Size, Size)
	}
	if err == nil {
		_, err = file.Seek(0, 0)
	}
	var all image.Image
	if err == nil {
		all, err = png.Decode(file)
	}
	if err != nil {
		return s, fmt.Errorf("pad: reading the digits in %s: %w; delete the file to start again", path, err)
	}
	for digit := range s {
		picture := image.NewGray(image.Rect(0, 0, Size, Size))
		draw.Draw(picture, picture.Rect, all, square(digit).Min, draw.Src)
		if !blank(picture) {
			s[digit] = picture
		}
	}
	return s, nil
}

func square(digit int) image.Rectangle { return image.Rect(digit*Size, 0, (digit+1)*Size, Size) }

// blank reports whether nothing is drawn.
func blank(picture image.Image) bool {
	b := picture.Bounds()
	first := picture.At(b.Min.X, b.Min.Y)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if picture.At(x, y) != first {
				return false
			}
		}
	}
	return true
}
