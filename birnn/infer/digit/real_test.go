package digit_test

import (
	"image/color"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/infer/digit"
)

// TestAccuracy verifies the figure in the package's documentation.
func TestAccuracy(t *testing.T) {
	test := realDigits(t)
	network, err := digit.Network()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := network.PredictBatch(test.Images)
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for k, p := range rows {
		if best(p) == test.Labels[k] {
			right++
		}
	}
	if right < 9822 || right > 9826 { // kernels differ in rounding
		t.Errorf("%d of 10,000 images are classified correctly; the documentation says 98.24%%", right)
	}
}

// TestRealPictures reads PNG files of 100 digits, ten times as large, in
// various colors and places.
func TestRealPictures(t *testing.T) {
	test := realDigits(t)
	places := []place{
		{280, 280, 0, 0, 10}, {500, 400, 0, 0, 10}, {500, 400, 220, 120, 10}, {400, 700, 60, 333, 10}, {1000, 300, 717, 13, 10},
	}
	for _, c := range []colors{blackOnWhite, {color.Black, color.White}, {color.White, color.NRGBA{0, 0, 200, 255}}, {color.Transparent, color.Black}} {
		right := 0
		for k := range 100 {
			img := asPNG(t, picture(test.Image(k), c, places[k%len(places)]))
			if classify(t, fromImage(t, img)) == test.Labels[k] {
				right++
			}
		}
		t.Logf("%v: %d of 100 are right", c, right)
		if right < 97 {
			t.Errorf("%v: %d of 100 are right, want 97", c, right)
		}
	}
}

// TestAsMNIST: an enlarged digit becomes again the image that it was made from,
// for almost all of them: faint ink at the rim, which is treated as noise,
// changes the scale of some.
func TestAsMNIST(t *testing.T) {
	test := realDigits(t)
	for _, scale := range []int{1, 3, 10} {
		same := 0
		for k := range 200 {
			x, sum := fromImage(t, picture(test.Image(k), blackOnWhite, place{40 * scale, 50 * scale, 5 * scale, 9 * scale, scale})), float32(0)
			for i, v := range test.Image(k) {
				sum += (v - x[i]) * (v - x[i])
			}
			if sum < 1 {
				same++
			}
		}
		if same < 190 {
			t.Errorf("scale %d: %d of 200 digits are as in MNIST", scale, same)
		}
	}
}
