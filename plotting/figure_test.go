package plotting_test

import (
	"bytes"
	"image"
	"os"
	"path/filepath"
	"testing"

	"github.com/easy-gomlx/tutorials/plotting"
)

func TestSave(t *testing.T) {
	figure, err := plotting.Digits("", segmentDigit(3), []int32{3}, nil)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "three.png")
	if err := figure.Save(path); err != nil {
		t.Fatal(err)
	}
	saved, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := figure.PNG()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(saved, want) {
		t.Error("the file does not have the content that PNG returns")
	}
	err = figure.Save(filepath.Join(t.TempDir(), "no such folder", "three.png"))
	wantError(t, err, "saving the figure", "no such folder")
}

func TestPNGOfNothing(t *testing.T) {
	var none *plotting.Figure
	_, err := none.PNG()
	wantError(t, err, "no Image")
	_, err = (&plotting.Figure{}).PNG()
	wantError(t, err, "no Image")
	_, err = (&plotting.Figure{Image: image.NewRGBA(image.Rectangle{})}).PNG()
	wantError(t, err, "encoding the figure")
}

// TestFiguresAreOpaqueWithWhiteEdges, so that they look the same on a dark
// page.
func TestFiguresAreOpaqueWithWhiteEdges(t *testing.T) {
	figure, err := plotting.Confusion([]int32{0, 1}, []int32{0, 1}, 2)
	if err != nil {
		t.Fatal(err)
	}
	bounds := figure.Image.Bounds()
	for x := range bounds.Dx() {
		for y := range bounds.Dy() {
			r, g, b, a := figure.Image.At(x, y).RGBA()
			inMargin := !image.Pt(x, y).In(bounds.Inset(16))
			if a != 0xffff || inMargin && min(r, g, b) != 0xffff {
				t.Fatalf("pixel %d,%d is %x %x %x %x", x, y, r, g, b, a)
			}
		}
	}
}
