package plotting_test

import (
	"image/color"
	"math"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/plotting"
)

var tenLabels = []int32{7, 2, 1, 0, 4, 1, 8, 9, 5, 6}

func TestDigitsGolden(t *testing.T) {
	images := segmentDigits(tenLabels...)
	predictions := []int32{7, 2, 1, 0, 9, 1, 3, 9, 5, 6}

	figure, err := plotting.Digits("Correct Examples", images, tenLabels, predictions)
	golden(t, "digits", figure, err)
	if strings.Contains(figure.Alt, "true 6") {
		t.Errorf("Alt describes the tenth image, which is not drawn: %q", figure.Alt)
	}
	figure, err = plotting.Digits("", images[:4*784], tenLabels[:4], nil)
	golden(t, "digits_four", figure, err)
}

func TestDigitsLongTitle(t *testing.T) {
	figure, err := plotting.Digits(strings.Repeat("A title\nthat does not fit. ", 8), segmentDigit(3), []int32{3}, nil)
	golden(t, "digits_long_title", figure, err)
}

// TestDigitsPixels: ink is dark on white paper, as in the original's "binary" color map, and each
// pixel is a sharp square.
func TestDigitsPixels(t *testing.T) {
	image := make([]float32, 784)
	image[0], image[1], image[783] = 1, 0.5, 1
	figure, err := plotting.Digits("", image, []int32{3}, nil)
	if err != nil {
		t.Fatal(err)
	}
	const left, top, size = 2 * 28, 2 * 40, 8 // in image pixels
	for _, test := range []struct {
		x, y int
		want uint8
	}{
		{left, top, 0}, {left + size - 1, top + size - 1, 0},
		{left + size, top, 128}, {left + 2*size - 1, top + size - 1, 128},
		{left + 2*size, top, 255}, {left, top + size, 255},
		{left + 28*size - 1, top + 28*size - 1, 0},
	} {
		if got := color.GrayModel.Convert(figure.Image.At(test.x, test.y)).(color.Gray).Y; got != test.want {
			t.Errorf("gray at %d,%d is %d, want %d", test.x, test.y, got, test.want)
		}
	}
}

func TestDigitsRejects(t *testing.T) {
	two := segmentDigits(3, 5)
	with := func(at int, value float32) []float32 {
		images := segmentDigits(3, 5)
		images[at] = value
		return images
	}
	nan := float32(math.NaN())
	for _, test := range []struct {
		why                 string
		images              []float32
		labels, predictions []int32
		words               []string
	}{
		{"no images", nil, nil, nil, []string{"images is empty"}},
		{"a truncated image", two[:1000], []int32{3}, nil, []string{"images has 1000 values", "784"}},
		{"too few labels", two, []int32{3}, nil, []string{"1 labels for 2 images"}},
		{"too many labels", two, []int32{3, 5, 5}, nil, []string{"3 labels for 2 images"}},
		{"too few predictions", two, []int32{3, 5}, []int32{}, []string{"0 predictions for 2 images"}},
		{"label too large", two, []int32{3, 10}, nil, []string{"labels[1] is 10", "0 to 9"}},
		{"label negative", two, []int32{-1, 5}, nil, []string{"labels[0] is -1"}},
		{"prediction too large", two, []int32{3, 5}, []int32{3, 11}, []string{"predictions[1] is 11"}},
		{"bytes for fractions", with(785, 255), []int32{3, 5}, nil, []string{"images[785] is 255"}},
		{"negative pixel", with(1, -0.1), []int32{3, 5}, nil, []string{"images[1] is -0.1"}},
		{"NaN", with(2, nan), []int32{3, 5}, nil, []string{"images[2] is NaN"}},
	} {
		t.Run(test.why, func(t *testing.T) {
			_, err := plotting.Digits("", test.images, test.labels, test.predictions)
			wantError(t, err, test.words...)
		})
	}
}
