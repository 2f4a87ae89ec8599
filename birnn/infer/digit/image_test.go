package digit_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/infer/digit"
	"github.com/easy-gomlx/tutorials/birnn/mnist"
)

// rectangle draws a rectangle of ink on paper.
func rectangle(c colors, width, height int, ink image.Rectangle) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	draw.Draw(img, img.Rect, image.NewUniform(c.paper), image.Point{}, draw.Src)
	draw.Draw(img, ink, image.NewUniform(c.ink), image.Point{}, draw.Src)
	return img
}

// TestPlaceAndScale follows rectangles, whose place in the result can be told.
func TestPlaceAndScale(t *testing.T) {
	for _, tt := range []struct {
		reason        string
		width, height int
		ink           image.Rectangle
		want          image.Rectangle // the pixels with full ink
	}{
		{"high", 200, 200, image.Rect(3, 5, 43, 85), image.Rect(10, 5, 20, 25)},
		{"wide", 200, 200, image.Rect(100, 150, 180, 190), image.Rect(5, 10, 25, 20)},
		{"a square as large as the picture but for its edge", 202, 202, image.Rect(1, 1, 201, 201), image.Rect(5, 5, 25, 25)},
		{"a line one pixel wide", 300, 300, image.Rect(150, 20, 151, 280), image.Rect(14, 5, 15, 25)},
		{"smaller than the result", 12, 12, image.Rect(2, 2, 7, 12), image.Rect(10, 5, 20, 25)},
		{"one pixel", 9, 9, image.Rect(4, 4, 5, 5), image.Rect(5, 5, 25, 25)},
	} {
		x := fromImage(t, rectangle(blackOnWhite, tt.width, tt.height, tt.ink))
		for k, v := range x {
			want := float32(0)
			if (image.Point{k % 28, k / 28}).In(tt.want) {
				want = 1
			}
			if math.Abs(float64(v-want)) > 1e-3 {
				t.Errorf("%s: row %d, column %d is %v, want %v", tt.reason, k/28, k%28, v, want)
				break
			}
		}
	}
}

// TestHeavyEnd: a shape is not moved out of the picture, even if its center of
// mass cannot be at the center then.
func TestHeavyEnd(t *testing.T) {
	for reason, tt := range map[string]struct{ heavy, first image.Point }{
		"right":  {image.Pt(130, 90), image.Pt(0, 13)},
		"left":   {image.Pt(50, 90), image.Pt(8, 13)},
		"bottom": {image.Pt(90, 130), image.Pt(13, 0)},
		"top":    {image.Pt(90, 50), image.Pt(13, 8)},
	} {
		line := image.Rect(50, 99, 150, 101)
		if tt.heavy.X == 90 {
			line = image.Rect(99, 50, 101, 150)
		}
		img := rectangle(blackOnWhite, 200, 200, line)
		draw.Draw(img, image.Rectangle{tt.heavy, tt.heavy.Add(image.Pt(20, 20))}, image.Black, image.Point{}, draw.Src)
		box := image.Rectangle{}
		for k, v := range fromImage(t, img) {
			if v > 0 {
				box = box.Union(image.Rect(k%28, k/28, k%28+1, k/28+1))
			}
		}
		if long := max(box.Dx(), box.Dy()); long != 20 || tt.heavy.Y == 90 && box.Min.X != tt.first.X || tt.heavy.X == 90 && box.Min.Y != tt.first.Y {
			t.Errorf("%s: the ink is at %v; want 20 pixels from %v", reason, box, tt.first)
		}
	}
}

// TestColors: the same digit in other colors, on other paper, as another kind of
// image, gives the same.
func TestColors(t *testing.T) {
	x := mnist.Synthetic(10, 3).Image(4)
	at := place{400, 350, 70, 20, 10}
	want := fromImage(t, picture(x, blackOnWhite, at))
	gray := func(v uint8) color.Color { return color.Gray{v} }
	variants := map[string]image.Image{
		"part of a larger image": picture(x, blackOnWhite, place{500, 500, 170, 120, 10}).SubImage(image.Rect(100, 100, 500, 450)),
		"JPEG":                   asJPEG(t, picture(x, blackOnWhite, at)),
	}
	for reason, c := range map[string]colors{
		"white on black":            {color.Black, color.White},
		"gray on gray":              {gray(180), gray(90)},
		"light gray on gray":        {gray(100), gray(190)},
		"blue on yellow":            {color.NRGBA{250, 240, 150, 255}, color.NRGBA{10, 20, 120, 255}},
		"black on transparent":      {color.NRGBA{0, 0, 0, 0}, color.Black},
		"white on transparent":      {color.NRGBA{255, 255, 255, 0}, color.White},
		"black on red":              {color.NRGBA{255, 0, 0, 255}, color.Black},
		"light gray on transparent": {color.NRGBA{230, 230, 230, 0}, gray(230)},
		"half-transparent ink":      {color.NRGBA{0, 0, 0, 0}, color.NRGBA{0, 0, 0, 128}},
		"transparent ink on blue":   {color.NRGBA{0, 0, 200, 255}, color.NRGBA{0, 0, 200, 20}},
	} {
		variants[reason] = picture(x, c, at)
	}
	for reason, img := range variants {
		got := fromImage(t, img)
		for k, v := range want {
			if math.Abs(float64(got[k]-v)) > 0.2 { // faint ink is ink or not
				t.Errorf("%s: row %d, column %d is %v, want %v", reason, k/28, k%28, got[k], v)
				break
			}
		}
	}
}

// TestNoise: specks all over the picture, as in a photograph, do not change the
// digit's place and size.
func TestNoise(t *testing.T) {
	img := rectangle(blackOnWhite, 300, 400, image.Rectangle{})
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		img.Set(random.IntN(300), random.IntN(400), color.Gray{200})
	}
	draw.Draw(img, image.Rect(120, 100, 180, 220), image.Black, image.Point{}, draw.Src)
	for k, v := range fromImage(t, img) {
		want := float32(0)
		if (image.Point{k % 28, k / 28}).In(image.Rect(10, 5, 20, 25)) {
			want = 1
		}
		if math.Abs(float64(v-want)) > 0.1 {
			t.Fatalf("row %d, column %d is %v, want %v", k/28, k%28, v, want)
		}
	}
}

func asJPEG(t *testing.T, img image.Image) image.Image {
	t.Helper()
	var file bytes.Buffer
	if err := jpeg.Encode(&file, img, nil); err != nil {
		t.Fatal(err)
	}
	read, err := jpeg.Decode(&file)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func TestNoDigit(t *testing.T) {
	faint := colors{color.Gray{200}, color.Gray{190}}
	for reason, img := range map[string]image.Image{
		"white":       rectangle(blackOnWhite, 30, 20, image.Rectangle{}),
		"black":       image.NewGray(image.Rect(0, 0, 28, 28)),
		"transparent": image.NewNRGBA(image.Rect(0, 0, 28, 28)),
		"too faint":   rectangle(faint, 30, 20, image.Rect(5, 5, 10, 10)),
		"one pixel":   image.NewGray(image.Rect(0, 0, 1, 1)),
	} {
		if x, err := digit.FromImage(img); !errors.Is(err, digit.ErrBlank) {
			t.Errorf("%s: %v, %v; want ErrBlank", reason, x, err)
		}
	}
	for reason, img := range map[string]image.Image{"nil": nil, "no pixels": image.NewGray(image.Rect(0, 0, 0, 5))} {
		if _, err := digit.FromImage(img); err == nil || errors.Is(err, digit.ErrBlank) {
			t.Errorf("%s: the error is %v", reason, err)
		}
	}
}
