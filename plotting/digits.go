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

	gridConfidence = 40 // more room for a caption with a confidence

	gridWidth = 2*gridMargin + (gridColumns-1)*gridAcross + digitWidth
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
	return digitGrid{title: title, images: images, labels: labels, predictions: predictions, chosen: chosen}.draw()
}

// digitGrid is a grid of the chosen images, nine at most.
type digitGrid struct {
	title               string
	images              []float32
	labels, predictions []int32
	confidences         []float64 // of the predictions, or nil
	chosen              []int
}

func (g digitGrid) draw() (*Figure, error) {
	rows := (len(g.chosen) + gridColumns - 1) / gridColumns
	top := gridTop
	if oneLine(g.title) == "" {
		top = 8
	}
	across := gridAcross
	if g.confidences != nil {
		across += gridConfidence
	}
	width := gridWidth + (gridColumns)*(across-gridAcross)
	page := newPage(width, top+rows*gridDown+gridMargin/2)
	page.textWithin(float64(width)/2, 30, float64(width)-gridMargin, g.title, centered(bold(titleSize, ink)))
	var seen []string
	for place, i := range g.chosen {
		image := g.images[i*pixels : (i+1)*pixels]
		if err := checkPixels("images", image, i*pixels); err != nil {
			return nil, err
		}
		x := float64(gridMargin + (across-gridAcross)/2 + place%gridColumns*across)
		y := float64(top + place/gridColumns*gridDown + 32)
		thickness, line := 1.0, color.Color(frameLine)
		if g.predictions != nil && g.predictions[i] != g.labels[i] {
			thickness, line = 3, vermillion
		}
		page.digit(x, y, digitSize, image)
		page.frame(x, y, digitWidth, digitWidth, thickness, line)
		seen = append(seen, g.caption(page, x+digitWidth/2, y-15, i))
	}
	alt := fmt.Sprintf("%s of handwritten digits: %s.", format.Count(len(g.chosen), "image"), strings.Join(seen, "; "))
	return page.figure(altWithTitle(g.title, alt)), nil
}

func altWithTitle(title, alt string) string {
	if title = oneLine(title); title == "" {
		return alt
	}
	return title + ". " + alt
}

// caption draws the classes of image i, centered at x, and returns them in words.
func (g digitGrid) caption(page *page, x, y float64, i int) string {
	regular := plain(bodySize, ink)
	truth := fmt.Sprintf("True: %d", g.labels[i])
	if g.predictions == nil {
		page.text(x, y, truth, centered(regular))
		return fmt.Sprintf("true %d", g.labels[i])
	}
	style := regular
	if g.predictions[i] != g.labels[i] {
		style = bold(bodySize, darkVermillion)
	}
	truth += ", "
	predicted, confidence := fmt.Sprintf("Pred: %d", g.predictions[i]), ""
	if g.confidences != nil {
		confidence = " (" + format.Percent(g.confidences[i]) + ")"
	}
	left := x - float64(regular.Width(truth)+style.Width(predicted+confidence))/2
	page.text(left, y, truth, regular)
	page.text(left+float64(regular.Width(truth)), y, predicted+confidence, style)
	return fmt.Sprintf("true %d, predicted %d%s", g.labels[i], g.predictions[i], confidence)
}
