package plotting_test

import (
	"fmt"
	"image/color"
	"slices"
	"testing"

	"github.com/easy-gomlx/tutorials/plotting"
)

// TestRowsAreAligned verifies that a row of the digit and the same row of a map have the same pixel
// rows, to the pixel.
func TestRowsAreAligned(t *testing.T) {
	for _, row := range []int{0, 13, 27} {
		image := make([]float32, 784)
		for x := range 28 {
			image[row*28+x] = 1
		}
		belief, gate := make([][]float32, 28), make([][]float32, 28)
		for i := range 28 {
			belief[i], gate[i] = certain(4, 0.1), make([]float32, 10)
		}
		belief[row], gate[row] = certain(4, 1), slices.Repeat([]float32{1}, 10)

		states, err := plotting.States(image, plotting.Map{Values: gate})
		wantAligned(t, fmt.Sprintf("States, row %d", row), states, err, 10)
		beliefs, err := plotting.Beliefs(image, 9, plotting.Map{Values: belief})
		wantAligned(t, fmt.Sprintf("Beliefs, row %d", row), beliefs, err, 11)
	}
}

// wantAligned verifies that the pixel rows with black pixels are those with the darkest blue ones.
func wantAligned(t *testing.T, name string, figure *plotting.Figure, err error, height int) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	rowsOf := func(c color.RGBA) (rows []int) {
		bounds := figure.Image.Bounds()
		for y := range bounds.Dy() {
			n := 0
			for x := range bounds.Dx() {
				if figure.Image.At(x, y) == c {
					n++
				}
			}
			if n > 12 { // more than those of the scale
				rows = append(rows, y)
			}
		}
		return rows
	}
	ink, cells := rowsOf(color.RGBA{0, 0, 0, 0xff}), rowsOf(color.RGBA{0x05, 0x5b, 0x8f, 0xff})
	if len(ink) != height || !slices.Equal(ink, cells) {
		t.Errorf("%s: the digit has pixel rows %v, the map %v", name, ink, cells)
	}
}
