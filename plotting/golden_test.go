package plotting_test

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/plotting"
)

var update = flag.Bool("update", false, "write the images in testdata instead of comparing with them")

// golden compares a figure with testdata/NAME.png. Look at the images after -update.
func golden(t *testing.T, name string, figure *plotting.Figure, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("drawing %s: %v", name, err)
	}
	if size := figure.Image.Bounds().Size(); size != image.Pt(2*figure.Width, 2*figure.Height) {
		t.Errorf("%s: image is %v, want two pixels per CSS pixel of %dx%d", name, size, figure.Width, figure.Height)
	}
	if figure.Width > 720 {
		t.Errorf("%s is %d CSS pixels wide; want at most 720, the width of a notebook", name, figure.Width)
	}
	got, err := figure.PNG()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name+".png")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (make it with -update)", err)
	}
	if n := differentPixels(decode(t, got), decode(t, want)); n > 20 {
		file := filepath.Join(t.ArtifactDir(), name+".png")
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		t.Errorf("%s: %d pixels differ from %s; see %s (kept with -artifacts)", name, n, path, file)
	}
}

func decode(t *testing.T, file []byte) image.Image {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// differentPixels counts the pixels that differ by more than the rounding of different processors.
func differentPixels(a, b image.Image) int {
	if a.Bounds() != b.Bounds() {
		return a.Bounds().Dx() * a.Bounds().Dy()
	}
	n := 0
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			c, d := color.RGBAModel.Convert(a.At(x, y)).(color.RGBA), color.RGBAModel.Convert(b.At(x, y)).(color.RGBA)
			if far(c.R, d.R) || far(c.G, d.G) || far(c.B, d.B) || c.A != d.A {
				n++
			}
		}
	}
	return n
}

func far(a, b uint8) bool { return max(a, b)-min(a, b) > 48 }

// wantError verifies that err contains the words.
func wantError(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want one with %q", words)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("error %q does not say %q", err, word)
		}
	}
}

// segmentDigit returns a 28x28 image of a digit as on a pocket calculator, with gray edges.
func segmentDigit(digit int32) []float32 {
	// The segments a..g, clockwise from the top, then the middle one.
	segments := [10]string{"abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "afgedc", "abc", "abcdefg", "abcdfg"}
	rects := map[rune]image.Rectangle{
		'a': image.Rect(9, 4, 19, 7), 'd': image.Rect(9, 21, 19, 24), 'g': image.Rect(9, 12, 19, 15),
		'b': image.Rect(17, 5, 20, 14), 'c': image.Rect(17, 13, 20, 23),
		'e': image.Rect(8, 13, 11, 23), 'f': image.Rect(8, 5, 11, 14),
	}
	pixels := make([]float32, 28*28)
	for _, segment := range segments[digit] {
		r := rects[segment]
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				value := float32(0.55)
				if image.Pt(x, y).In(r.Inset(1)) {
					value = 1
				}
				pixels[y*28+x] = max(pixels[y*28+x], value)
			}
		}
	}
	return pixels
}

func segmentDigits(digits ...int32) []float32 {
	var images []float32
	for _, digit := range digits {
		images = append(images, segmentDigit(digit)...)
	}
	return images
}
