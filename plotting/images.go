package plotting

import (
	"errors"
	"fmt"
	"image/color"
	"math"

	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

const (
	side         = 28 // rows and columns of an image
	pixels       = side * side
	digitClasses = 10 // 0 to 9
)

// checkImages returns the number of images. There must be whole images, at least one, with a label
// each and, unless predictions is nil, a prediction each.
func checkImages(images []float32, labels, predictions []int32) (int, error) {
	n := len(images) / pixels
	switch {
	case len(images) == 0:
		return 0, errors.New("plotting: images is empty; want at least one image of 28x28 pixels")
	case len(images)%pixels != 0:
		return 0, fmt.Errorf("plotting: images has %d values, not a multiple of 28*28 = 784", len(images))
	case len(labels) != n:
		return 0, fmt.Errorf("plotting: %d labels for %s; each image needs one", len(labels), format.Count(n, "image"))
	case predictions != nil && len(predictions) != n:
		return 0, fmt.Errorf("plotting: %d predictions for %s; each image needs one, unless predictions is nil", len(predictions), format.Count(n, "image"))
	}
	if err := checkClasses("labels", labels, digitClasses); err != nil {
		return 0, err
	}
	return n, checkClasses("predictions", predictions, digitClasses)
}

func checkClasses(name string, values []int32, classes int) error {
	for i, v := range values {
		if v < 0 || int(v) >= classes {
			return fmt.Errorf("plotting: %s[%d] is %d, not a class from 0 to %d", name, i, v, classes-1)
		}
	}
	return nil
}

// checkImage checks a single image.
func checkImage(image []float32) error {
	if len(image) != pixels {
		return fmt.Errorf("plotting: image has %d values, not 28*28 = 784", len(image))
	}
	return checkPixels("image", image, 0)
}

// checkPixels checks an image that starts at index first of the named argument.
func checkPixels(name string, image []float32, first int) error {
	for i, v := range image {
		if !(v >= 0 && v <= 1) {
			return fmt.Errorf("plotting: %s[%d] is %v; pixels must be between 0 (paper) and 1 (ink)", name, first+i, v)
		}
	}
	return nil
}

// digit draws an image as dark ink on white paper, each pixel as a square of the given size.
func (p *page) digit(x, y, size float64, image []float32) {
	for i, v := range image {
		paper := uint8(math.Round(255 * float64(1-v)))
		p.fill(x+float64(i%side)*size, y+float64(i/side)*size, size, size, color.Gray{Y: paper})
	}
}
