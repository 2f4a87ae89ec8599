package plotting

import (
	"fmt"
	"image/color"
	"strconv"

	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

const (
	confusionCell   = 42
	confusionMargin = 24
	confusionLeft   = 70
	confusionTop    = 104
	confusionRight  = 84 // for the share of correct predictions in each row
)

// Confusion draws a confusion matrix: how often each true class (row) was predicted as each class
// (column). Correct predictions are on the diagonal, framed in blue; the more frequent a mistake, the
// darker its cell. At the end of each row is the share of correct predictions.
//
// labels and predictions are [n] with classes 0..classes-1; classes is 2..20. Confusion returns an
// error that names the argument and index if a value is out of range, if the lengths differ, or if
// there are no labels.
func Confusion(labels, predictions []int32, classes int) (*Figure, error) {
	m, err := newConfusionMatrix(labels, predictions, classes, nil)
	if err != nil {
		return nil, err
	}
	area := classes * confusionCell
	page := newPage(confusionLeft+area+confusionRight, confusionTop+area+confusionMargin)
	title := fmt.Sprintf("%s of %s correct (%s)", format.Thousands(m.correct()), format.Thousands(m.total()), format.Percent(m.accuracy()))
	page.textWithin(confusionMargin, 30, float64(page.width-2*confusionMargin), title, bold(titleSize, ink))
	page.text(float64(confusionLeft+area/2), 66, "predicted class", centered(plain(bodySize, ink)))
	page.text(float64(confusionLeft+area+confusionRight/2), 90, "correct", centered(plain(bodySize, ink)))
	page.sideways(30, float64(confusionTop+area/2), "true class", plain(bodySize, ink))
	for class := range classes {
		middle := float64(class*confusionCell + confusionCell/2)
		page.text(confusionLeft+middle, 90, strconv.Itoa(class), centered(bold(bodySize, ink)))
		page.text(confusionLeft-14, confusionTop+middle, strconv.Itoa(class), centered(bold(bodySize, ink)))
		page.text(float64(confusionLeft+area+confusionRight/2), confusionTop+middle, m.share(class), centered(plain(bodySize, ink)))
		for predicted := range classes {
			m.drawCell(page, class, predicted)
		}
	}
	return page.figure(m.alt()), nil
}

func (m confusionMatrix) drawCell(page *page, class, predicted int) {
	x, y := float64(confusionLeft+predicted*confusionCell), float64(confusionTop+class*confusionCell)
	n := m.counts[class][predicted]
	background, style := color.Color(white), plain(bodySize, ink)
	switch {
	case class == predicted:
		background, style = paleBlue, bold(bodySize, ink)
	case n > 0:
		background = blend(paleVermillion, vermillionTint, float64(n-1)/float64(max(4, m.maxMistakes()-1)))
	}
	page.fill(x, y, confusionCell, confusionCell, gridLine)
	page.fill(x+0.5, y+0.5, confusionCell-1, confusionCell-1, background)
	if class == predicted {
		page.frame(x+2, y+2, confusionCell-4, confusionCell-4, 1.5, blue)
	}
	if n > 0 || class == predicted {
		page.textWithin(x+confusionCell/2, y+confusionCell/2, confusionCell-5, format.Thousands(n), centered(style))
	}
}

// blend goes from a at 0 to b at 1.
func blend(a, b color.RGBA, share float64) color.RGBA {
	mix := func(from, to uint8) uint8 { return uint8(float64(from) + share*(float64(to)-float64(from)) + 0.5) }
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}
