package plotting

import (
	"fmt"
	"image/color"
	"strings"

	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

const (
	gridColumns = 3
	gridMost    = 9

	digitSize  = 4                // CSS pixels per pixel of an image
	digitWidth = side * digitSize // of an image
	gridMargin = 28
	gridAcross = digitWidth + 32 // from image to image
	gridDown   = digitWidth + 46
	gridTop    = 48 // for the title
	gridWidth  = 2*gridMargin + (gridColumns-1)*gridAcross + digitWidth
)

// Digits draws the first nine images in a grid with three columns, each below its true class and,
// unless predictions is nil, the predicted class. Wrong predictions are bold, and their images have a
// thick frame.
//
// images is [n, 28, 28] row-major with values 0..1; labels and predictions are [n] with classes 0..9.
// Digits returns an error that names the argument and index if there are no images, if the lengths do
// not match, or if a class or a drawn pixel is out of range.
func Digits(title string, images []float32, labels, predictions []int32) (*Figure, error) {
	n, err := checkImages(images, labels, predictions)
	if err != nil {
		return nil, err
	}
	chosen := make([]int, min(n, gridMost))
	for i := range chosen {
		chosen[i] = i
	}
	return digitGrid(title, images, labels, predictions, chosen)
}

// digitGrid draws the chosen images, nine at most.
func digitGrid(title string, images []float32, labels, predictions []int32, chosen []int) (*Figure, error) {
	rows := (len(chosen) + gridColumns - 1) / gridColumns
	top := gridTop
	if oneLine(title) == "" {
		top = 8
	}
	page := newPage(gridWidth, top+rows*gridDown+gridMargin/2)
	page.textWithin(gridWidth/2, 30, gridWidth-gridMargin, title, centered(bold(titleSize, ink)))
	var seen []string
	for place, i := range chosen {
		image := images[i*pixels : (i+1)*pixels]
		if err := checkPixels("images", image, i*pixels); err != nil {
			return nil, err
		}
		x := float64(gridMargin + place%gridColumns*gridAcross)
		y := float64(top + place/gridColumns*gridDown + 32)
		thickness, line := 1.0, color.Color(frameLine)
		if predictions != nil && predictions[i] != labels[i] {
			thickness, line = 3, vermillion
		}
		page.digit(x, y, digitSize, image)
		page.frame(x, y, digitWidth, digitWidth, thickness, line)
		seen = append(seen, page.caption(x+digitWidth/2, y-15, labels, predictions, i))
	}
	alt := fmt.Sprintf("%s of handwritten digits: %s.", format.Count(len(chosen), "image"), strings.Join(seen, "; "))
	return page.figure(altWithTitle(title, alt)), nil
}

func altWithTitle(title, alt string) string {
	if title = oneLine(title); title == "" {
		return alt
	}
	return title + ". " + alt
}

// caption draws the classes of image i, centered at x, and returns them in words.
func (p *page) caption(x, y float64, labels, predictions []int32, i int) string {
	regular := plain(bodySize, ink)
	truth := fmt.Sprintf("True: %d", labels[i])
	if predictions == nil {
		p.text(x, y, truth, centered(regular))
		return fmt.Sprintf("true %d", labels[i])
	}
	style := regular
	if predictions[i] != labels[i] {
		style = bold(bodySize, darkVermillion)
	}
	truth += ", "
	predicted := fmt.Sprintf("Pred: %d", predictions[i])
	left := x - float64(regular.Width(truth)+style.Width(predicted))/2
	p.text(left, y, truth, regular)
	p.text(left+float64(regular.Width(truth)), y, predicted, style)
	return fmt.Sprintf("true %d, predicted %d", labels[i], predictions[i])
}
