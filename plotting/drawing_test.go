package plotting_test

import (
	"fmt"
	"image"
	"image/color"
	"testing"

	"github.com/easy-gomlx/tutorials/plotting"
)

// drawnSeven is a picture of 300 by 200 pixels with a 7, black on white, in its middle.
func drawnSeven() image.Image {
	picture := image.NewGray(image.Rect(-10, 20, 290, 220))
	for k := range picture.Pix {
		picture.Pix[k] = 255
	}
	for k, v := range segmentDigit(7) {
		for y := range 7 {
			for x := range 7 {
				picture.SetGray(42+k%28*7+x, 22+k/28*7+y, color.Gray{Y: uint8(255 * (1 - v))})
			}
		}
	}
	return picture
}

func only(class int, p float32) []float32 {
	probabilities := make([]float32, 10)
	probabilities[class] = p
	return probabilities
}

func ExampleDrawing() {
	probabilities := []float32{0, 0.3, 0, 0, 0, 0, 0, 0.7, 0, 0}
	figure, err := plotting.Drawing(drawnSeven(), segmentDigit(7), probabilities)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(figure.Alt)
	// Output:
	// A drawing, the same as 28 by 28 pixels, and its probabilities: the network sees a 7 (70.0%). 0 0%, 1 30.0%, 2 0%, 3 0%, 4 0%, 5 0%, 6 0%, 7 70.0%, 8 0%, 9 0%.
}

func TestDrawingGolden(t *testing.T) {
	figure, err := plotting.Drawing(drawnSeven(), segmentDigit(7), []float32{0, 0.3, 0, 0, 0, 0, 0, 0.7, 0, 0})
	golden(t, "drawing", figure, err)
	figure, err = plotting.Drawing(drawnSeven(), segmentDigit(7), only(7, 1))
	golden(t, "drawing_certain", figure, err)
}

func TestDrawingRejects(t *testing.T) {
	for _, test := range []struct {
		why                 string
		picture             image.Image
		seen, probabilities []float32
		want                string
	}{
		{"no picture", nil, segmentDigit(7), only(7, 1), "picture is nil or empty"},
		{"an empty picture", image.NewGray(image.Rectangle{}), segmentDigit(7), only(7, 1), "picture is nil or empty"},
		{"two images", drawnSeven(), segmentDigits(7, 7), only(7, 1), "seen has 1568 values"},
		{"a pixel too large", drawnSeven(), append(make([]float32, 783), 2), only(7, 1), "seen[783] is 2"},
		{"too few classes", drawnSeven(), segmentDigit(7), []float32{1}, "probabilities has 1 values"},
		{"not a distribution", drawnSeven(), segmentDigit(7), only(7, 0.5), "add up to 0.5"},
	} {
		t.Run(test.why, func(t *testing.T) {
			_, err := plotting.Drawing(test.picture, test.seen, test.probabilities)
			wantError(t, err, test.want)
		})
	}
}

func TestBeliefsOfUnknownDigit(t *testing.T) {
	values := make([][]float32, 28)
	for row := range values {
		values[row] = only(1, 1)
	}
	values[27] = only(7, 1)
	figure, err := plotting.Beliefs(segmentDigit(7), -1, plotting.Map{Name: "read from the top", Values: values})
	golden(t, "beliefs_unknown", figure, err)
	const want = "An image of a digit, predicted 7, and heat maps of the probability of each class at each of its 28 rows. " +
		"Probability of 7: read from the top: row 0 0%, row 10 0%, row 20 0%, row 27 100%."
	if figure.Alt != want {
		t.Errorf("the text alternative is %q, want %q", figure.Alt, want)
	}
}
