package digit_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/infer/digit"
	"github.com/easy-gomlx/tutorials/birnn/mnist"
)

// colors are those of a picture.
type colors struct{ paper, ink color.Color }

var blackOnWhite = colors{color.White, color.Black}

// place is where a digit, of 28*scale by 28*scale pixels, is in a picture.
type place struct{ width, height, left, top, scale int }

// picture shows the digit x, [28, 28], with these colors in this place.
func picture(x []float32, c colors, p place) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, p.width, p.height))
	draw.Draw(img, img.Rect, image.NewUniform(c.paper), image.Point{}, draw.Src)
	paper, ink := color.NRGBAModel.Convert(c.paper).(color.NRGBA), color.NRGBAModel.Convert(c.ink).(color.NRGBA)
	for k, v := range x {
		mix := func(paper, ink uint8) uint8 { return uint8(float32(paper) + v*(float32(ink)-float32(paper)) + 0.5) }
		mixed := color.NRGBA{mix(paper.R, ink.R), mix(paper.G, ink.G), mix(paper.B, ink.B), mix(paper.A, ink.A)}
		at := image.Pt(p.left+k%28*p.scale, p.top+k/28*p.scale)
		draw.Draw(img, image.Rectangle{at, at.Add(image.Pt(p.scale, p.scale))}, image.NewUniform(mixed), image.Point{}, draw.Src)
	}
	return img
}

// asPNG returns the image as another program reads it from a PNG file.
func asPNG(t *testing.T, img image.Image) image.Image {
	t.Helper()
	var file bytes.Buffer
	if err := png.Encode(&file, img); err != nil {
		t.Fatal(err)
	}
	read, err := png.Decode(&file)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// classify returns the digit that the network sees.
func classify(t *testing.T, x []float32) int32 {
	t.Helper()
	network, err := digit.Network()
	if err != nil {
		t.Fatal(err)
	}
	p, err := network.Predict(x)
	if err != nil {
		t.Fatal(err)
	}
	return best(p)
}

func best(p []float32) (class int32) {
	for k, v := range p {
		if v > p[class] {
			class = int32(k)
		}
	}
	return class
}

func fromImage(t *testing.T, img image.Image) []float32 {
	t.Helper()
	x, err := digit.FromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// realDigits returns MNIST's test images.
func realDigits(t *testing.T) *mnist.Set {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: MNIST is not fetched")
	}
	data, err := mnist.Load(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return data.Test
}
