package plotting

import (
	"image"
	"image/color"
	"testing"
)

func TestPaletted(t *testing.T) {
	picture := image.NewRGBA(image.Rect(0, 0, 300, 3)) // 300 grays and blues; two thirds of the pixels are white
	for x := range 300 {
		for y := range 3 {
			c := color.RGBA{uint8(min(x, 255)), uint8(min(x, 255)), uint8(max(0, x-255)), 0xff}
			if y < 2 {
				c = white
			}
			picture.SetRGBA(x, y, c)
		}
	}
	small := paletted(picture)
	if n := len(small.Palette); n != 256 {
		t.Errorf("the palette has %d colors, want 256", n)
	}
	if got := small.At(7, 0); got != white {
		t.Errorf("the most frequent color became %v", got)
	}
	for x := range 300 {
		was, is := picture.RGBAAt(x, 2), small.At(x, 2).(color.RGBA)
		if far := max(was.R, is.R) - min(was.R, is.R); far > 48 {
			t.Errorf("%v became %v", was, is)
		}
	}
}
