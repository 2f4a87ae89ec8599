package page_test

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/easy-gomlx/tutorials/notebooks/internal/browser"
	"github.com/easy-gomlx/tutorials/notebooks/internal/page"
)

var update = flag.Bool("update", false, "write the picture of the page for the README")

// picture is the page on a screen with two pixels for each of the page's.
var picture = filepath.Join("..", "..", "draw.png")

const maxPicture = 150_000 // bytes

// TestPicture verifies that the README's picture of the page can be loaded quickly. With -update it takes the picture.
func TestPicture(t *testing.T) {
	if *update {
		takePicture(t)
	}
	content := read(t, picture)
	config, err := png.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d by %d pixels, %d bytes", config.Width, config.Height, len(content))
	if config.Width != 2*900 || len(content) >= maxPicture {
		t.Errorf("the picture has a width of %d pixels and %d bytes, want 1800 and less than %d", config.Width, len(content), maxPicture)
	}
}

func takePicture(t *testing.T) {
	t.Helper()
	dir := written(t)
	window := browser.Window{Width: 900, Height: 1020, Scale: 2}
	p := open(t, browser.Browser(t), "file://"+filepath.ToSlash(filepath.Join(dir, page.Index)), window)
	drawDigit(p.Stroke, 5)
	named(p, 5)
	p.WaitFor("the beliefs", patience, `/takes it for a 5,/.test(`+belief+`)`)
	p.Eval(canvas+`.blur() ?? true`, new(bool))
	p.Screenshot("picture")
	shot, err := png.Decode(bytes.NewReader(read(t, filepath.Join(t.ArtifactDir(), "page-picture.png"))))
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&file, fewColors(shot)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(picture, file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// fewColors returns an image in 64 shades from white to black and 128 from white to the color of the bars.
func fewColors(shot image.Image) image.Image {
	var colors color.Palette
	shades := func(n int, r, g, b float64) {
		for k := range n {
			part := float64(k) / float64(n-1)
			mix := func(v float64) uint8 { return uint8(255 - part*(255-v) + 0.5) }
			colors = append(colors, color.RGBA{mix(r), mix(g), mix(b), 255})
		}
	}
	shades(64, 0, 0, 0)
	shades(128, 0, 114, 178)
	small := image.NewPaletted(shot.Bounds(), colors)
	draw.Draw(small, small.Rect, shot, small.Rect.Min, draw.Src)
	return small
}
