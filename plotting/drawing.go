package plotting

import (
	"errors"
	"fmt"
	"image"
	"math"
	"strconv"

	"golang.org/x/image/draw"

	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

const (
	drawingSide   = 168 // CSS pixels of the picture, and of the image for the network
	drawingMargin = 28
	drawingTop    = 52
	drawingSeen   = drawingMargin + drawingSide + 28
	drawingBars   = drawingSeen + drawingSide + 46
	drawingLength = 110 // of a bar for 100%
	drawingDown   = drawingSide / float64(digitClasses)
	drawingWidth  = drawingBars + drawingLength + 72
)

// Drawing draws a picture of a digit, the image that was made of it for the network, and the probability of each class.
//
// picture may have any size; its middle square is shown. seen is [28, 28] row-major with values 0..1; probabilities is [10] with values 0..1
// that add up to 1, within 0.01. Otherwise, Drawing returns an error that names the argument.
func Drawing(picture image.Image, seen, probabilities []float32) (*Figure, error) {
	if picture == nil || picture.Bounds().Empty() {
		return nil, errors.New("plotting: picture is nil or empty")
	}
	if len(seen) != pixels {
		return nil, fmt.Errorf("plotting: seen has %d values, not 28*28 = 784", len(seen))
	}
	if err := checkPixels("seen", seen, 0); err != nil {
		return nil, err
	}
	predicted, err := mostProbable("probabilities", probabilities, digitClasses)
	if err != nil {
		return nil, err
	}
	page := newPage(drawingWidth, drawingTop+drawingSide+24)
	heading := plain(bodySize, muted)
	page.text(drawingMargin, 30, "drawn", heading)
	page.picture(drawingMargin, drawingTop, drawingSide, picture)
	page.text(drawingSeen, 30, "as the network sees it", heading)
	page.digit(drawingSeen, drawingTop, float64(drawingSide)/side, seen)
	for _, x := range []float64{drawingMargin, drawingSeen} {
		page.frame(x, drawingTop, drawingSide, drawingSide, 1, frameLine)
	}
	page.text(drawingBars, 30, "probability of each class", heading)
	for class, p := range probabilities {
		fill, style := grayBlue, plain(bodySize, ink)
		if class == predicted {
			fill, style = blue, bold(bodySize, ink)
		}
		y, p := drawingTop+(float64(class)+0.5)*drawingDown, math.Min(1, float64(p))
		page.text(drawingBars-14, y, strconv.Itoa(class), centered(style))
		page.fill(drawingBars, y-6, drawingLength*p, 12, fill)
		page.text(drawingBars+drawingLength*p+7, y, format.Percent(p), style)
	}
	page.fill(drawingBars-1, drawingTop, 1, drawingSide, frameLine)
	return page.figure(fmt.Sprintf("A drawing, the same as 28 by 28 pixels, and its probabilities: the network sees a %d (%s). %s.",
		predicted, format.Percent(math.Min(1, float64(probabilities[predicted]))), inWords(probabilities))), nil
}

// picture draws the middle square of a picture of any size.
func (p *page) picture(x, y, size float64, picture image.Image) {
	b := picture.Bounds()
	n := min(b.Dx(), b.Dy())
	corner := b.Min.Add(image.Pt((b.Dx()-n)/2, (b.Dy()-n)/2))
	place := image.Rect(devicePixel(x), devicePixel(y), devicePixel(x+size), devicePixel(y+size))
	draw.BiLinear.Scale(p.pixels, place, picture, image.Rectangle{corner, corner.Add(image.Pt(n, n))}, draw.Src, nil)
}
