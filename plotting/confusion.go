package plotting

import (
	"fmt"
	"image/color"
	"math"

	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

const (
	confusionCell   = 42 // or less, so that many classes fit into confusionWidth
	confusionWidth  = 720
	confusionMargin = 24
	confusionLeft   = 70
	confusionTop    = 104
	confusionRight  = 84  // for the share of correct predictions in each row
	confusionName   = 110 // the greatest width of a name
	confusionInset  = 5   // of a count in its cell
)

// Confusion draws a confusion matrix: how often each true class (row) was predicted as each class
// (column). Correct predictions are on the diagonal, framed in blue; the more frequent a mistake, the
// darker its cell. At the end of each row is the share of correct predictions.
//
// labels and predictions are [n] with classes 0..classes-1; classes is 2..20; names are the names of
// the classes, or are left out for numbers. Confusion returns an error that names the argument and
// index if a value is out of range, if the lengths differ, if there are no labels, or if a name is
// blank or missing.
func Confusion(labels, predictions []int32, classes int, names ...string) (*Figure, error) {
	m, err := newConfusionMatrix(labels, predictions, classes, names)
	if err != nil {
		return nil, err
	}
	// Names need more room than the digit that confusionLeft and confusionTop are for.
	left, top := float64(confusionLeft), float64(confusionTop)
	name := m.widestName(confusionName)
	left += math.Max(0, name-12)
	cell := m.cell(confusionWidth - left - confusionRight)
	upright := name > cell-4
	if upright {
		top += name - 10
	}
	area := float64(classes) * cell
	page := newPage(int(math.Ceil(left+area))+confusionRight, int(math.Ceil(top+area))+confusionMargin)
	title := fmt.Sprintf("%s of %s correct (%s)", format.Thousands(m.correct()), format.Thousands(m.total()), format.Percent(m.accuracy()))
	page.textWithin(confusionMargin, 30, float64(page.width-2*confusionMargin), title, bold(titleSize, ink))
	page.text(left+area/2, 66, "predicted class", centered(plain(bodySize, ink)))
	page.text(left+area+confusionRight/2, top-14, "correct", centered(plain(bodySize, ink)))
	page.sideways(30, top+area/2, "true class", centered(plain(bodySize, ink)))
	for class := range classes {
		middle := (float64(class) + 0.5) * cell
		label, style := fitted(m.name(class), confusionName, bold(bodySize, ink))
		if upright {
			page.sideways(left+middle, top-8, label, style)
		} else {
			page.text(left+middle, top-14, label, centered(style))
		}
		page.text(left-10, top+middle, label, right(style))
		page.text(left+area+confusionRight/2, top+middle, m.share(class), centered(plain(bodySize, ink)))
		for predicted := range classes {
			m.drawCell(page, left+float64(predicted)*cell, top+float64(class)*cell, cell, class, predicted)
		}
	}
	return page.figure(m.alt()), nil
}

// cell returns the size of a cell, so that the matrix fits into a width if its counts do.
func (m confusionMatrix) cell(width float64) float64 {
	widest := 0.0
	for _, row := range m.counts {
		for _, n := range row {
			widest = math.Max(widest, float64(bold(smallSize, ink).Width(format.Thousands(n))))
		}
	}
	return math.Max(math.Ceil(widest)+confusionInset, math.Min(confusionCell, math.Floor(width/float64(len(m.counts)))))
}

func (m confusionMatrix) drawCell(page *page, x, y, size float64, class, predicted int) {
	n := m.counts[class][predicted]
	background, style := color.Color(white), plain(bodySize, ink)
	switch {
	case class == predicted:
		background, style = paleBlue, bold(bodySize, ink)
	case n > 0:
		background = blend(paleVermillion, vermillionTint, float64(n-1)/float64(max(4, m.maxMistakes()-1)))
	}
	page.fill(x, y, size, size, gridLine)
	page.fill(x+0.5, y+0.5, size-1, size-1, background)
	if class == predicted {
		page.frame(x+2, y+2, size-4, size-4, 1.5, blue)
	}
	if n > 0 || class == predicted {
		page.textWithin(x+size/2, y+size/2, size-confusionInset, format.Thousands(n), centered(style))
	}
}

// blend goes from a at 0 to b at 1.
func blend(a, b color.RGBA, share float64) color.RGBA {
	mix := func(from, to uint8) uint8 { return uint8(float64(from) + share*(float64(to)-float64(from)) + 0.5) }
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}
