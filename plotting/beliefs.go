package plotting

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

const (
	beliefRow    = 5.5 // height of a row in CSS pixels, and of a pixel of the digit
	beliefColumn = 10
	beliefWidth  = digitClasses * beliefColumn
	beliefNumber = 46 // right of a map, for the probabilities of the true class
	beliefGap    = 10
	beliefAcross = beliefWidth + beliefNumber + beliefGap
	beliefHead   = 28
	beliefFoot   = 44
	beliefLeft   = sheetMargin + sideName + rowNumbers
	beliefHeight = side * beliefRow
)

// Beliefs draws a digit and, beside it, the probability of each class after each row, as a network
// believes that has read the rows so far, from the top or from the bottom. The rows of the maps are
// aligned with those of the digit. The column of the true class has a frame, and its probability is
// written beside some rows; a dot marks the most probable class of each row.
//
// image is [28, 28] row-major with values 0..1; label is the true class, 0..9, or -1 if it is unknown: then the
// most probable class of the last row of the last map takes its place. The Values of each map
// are [28][10], with values 0..1 that add up to 1 in each row, within 0.01. Beliefs returns an error
// that names the argument and index if that is not so, and if there are no maps or more than twelve.
func Beliefs(image []float32, label int32, maps ...Map) (*Figure, error) {
	if err := checkImage(image); err != nil {
		return nil, err
	}
	if label < -1 || label >= digitClasses {
		return nil, fmt.Errorf("plotting: label is %d, not a class from 0 to %d", label, digitClasses-1)
	}
	if err := checkMaps(maps, side); err != nil {
		return nil, err
	}
	for i, m := range maps {
		for row, probabilities := range m.Values {
			if _, err := mostProbable(fmt.Sprintf("maps[%d].Values[%d]", i, row), probabilities, digitClasses); err != nil {
				return nil, err
			}
		}
	}
	caption := "True"
	if label == -1 {
		best, _ := mostProbable("", maps[len(maps)-1].Values[side-1], digitClasses) // checked
		caption, label = "Predicted", int32(best)
	}
	lines := (len(maps) + mapsAcross - 1) / mapsAcross
	perLine := (len(maps) + lines - 1) / lines
	const lineHeight = beliefHead + beliefHeight + beliefFoot
	const mapsLeft = beliefLeft + beliefHeight + 14
	page := newPage(mapsLeft+perLine*beliefAcross-beliefGap+sheetMargin, 8+lines*lineHeight+10)
	s := sheet{image: image, down: "row", cellHeight: beliefRow, maps: maps}
	for i, m := range maps {
		y := float64(8 + i/perLine*lineHeight + beliefHead)
		if i%perLine == 0 {
			s.drawSide(page, y)
			page.text(beliefLeft, y+beliefHeight+14, fmt.Sprintf("%s: %d", caption, label), bold(bodySize, ink))
		}
		s.drawBelief(page, float64(mapsLeft+i%perLine*beliefAcross), y, m, int(label))
	}
	return page.figure(beliefsAlt(caption, label, maps)), nil
}

func (s sheet) drawBelief(page *page, x, y float64, m Map, label int) {
	colors := scale{limit: 1}
	page.textWithin(x, y-14, beliefWidth+beliefNumber, m.Name, bold(bodySize, ink))
	page.heat(x, y, beliefColumn, beliefRow, m.Values, colors)
	s.drawTicks(page, x+beliefWidth+6, y) // before the numbers
	for row, probabilities := range m.Values {
		best, _ := mostProbable("", probabilities, digitClasses) // checked
		dot := ink
		if colors.dark(float64(probabilities[best])) {
			dot = white
		}
		page.fill(x+(float64(best)+0.5)*beliefColumn-1, y+(float64(row)+0.5)*beliefRow-1, 2, 2, dot)
	}
	page.frame(x+float64(label)*beliefColumn, y, beliefColumn, beliefHeight, 1.5, ink)
	for class := range digitClasses {
		style := plain(smallSize, muted)
		if class == label {
			style = bold(smallSize, ink)
		}
		page.text(x+(float64(class)+0.5)*beliefColumn, y+beliefHeight+13, strconv.Itoa(class), centered(style))
	}
	for _, row := range places(side) {
		p := math.Min(1, float64(m.Values[row][label]))
		page.text(x+beliefWidth+beliefNumber, y+(float64(row)+0.5)*beliefRow, format.Percent(p), right(plain(smallSize, ink)))
	}
	page.text(x+beliefWidth+beliefNumber, y+beliefHeight+13, fmt.Sprintf("p(%d)", label), right(plain(smallSize, ink)))
	page.scaleBar(x, y+beliefHeight+32, beliefWidth, colors, format.Percent)
}

// beliefsAlt gives the probability of the marked class after some rows.
func beliefsAlt(caption string, label int32, maps []Map) string {
	var parts []string
	for i, m := range maps {
		var numbers []string
		for _, row := range places(side) {
			p := math.Min(1, float64(m.Values[row][label]))
			numbers = append(numbers, fmt.Sprintf("row %d %s", row, format.Percent(p)))
		}
		parts = append(parts, m.nameOr(i)+": "+strings.Join(numbers, ", "))
	}
	image := fmt.Sprintf("a handwritten %d", label)
	if caption != "True" {
		image = fmt.Sprintf("a digit, predicted %d,", label)
	}
	return fmt.Sprintf("An image of %s and heat maps of the probability of each class at each of its 28 rows. Probability of %d: %s.",
		image, label, strings.Join(parts, "; "))
}
