package plotting

import (
	"fmt"
	"math"
	"strings"

	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

const (
	scoresRow    = 24
	scoresTop    = 92
	scoresColumn = 165 // of each measure, with its number
	scoresNumber = 54
	scoresLength = scoresColumn - scoresNumber - 26
	scoresCount  = 60 // for the number of labels
)

// score holds the measures of one class, or their averages. One that is undefined is NaN.
type score [3]float64

var measures = [3]string{"precision", "recall", "F1"}

// Scores draws how well each class is recognized: its precision (the share of the predictions of the
// class that are right), its recall (the share of the class that is found) and F1 (their harmonic
// mean), as dots on one scale and in numbers. Below are the macro averages, in which each class
// counts alike. A measure of nothing, such as the precision of a class that is never predicted, is
// written as a dash, and left out of the averages.
//
// labels and predictions are [n] with classes 0..classes-1; classes is 2..20; names are the names of
// the classes, or are left out for numbers. Scores returns an error that names the argument and index
// if a value is out of range, if the lengths differ, if there are no labels, or if a name is missing.
func Scores(labels, predictions []int32, classes int, names ...string) (*Figure, error) {
	m, err := newConfusionMatrix(labels, predictions, classes, names)
	if err != nil {
		return nil, err
	}
	scores := m.scores()
	averages := macro(scores)
	left := sheetMargin + math.Max(54, m.widestName(100)) + 12
	height := float64(classes * scoresRow)
	page := newPage(int(left)+scoresCount+3*scoresColumn+sheetMargin, scoresTop+int(height)+72)
	title := fmt.Sprintf("%s of %s correct (%s)", format.Thousands(m.correct()), format.Thousands(m.total()), format.Percent(m.accuracy()))
	page.textWithin(sheetMargin, 30, float64(page.width-2*sheetMargin), title, bold(titleSize, ink))
	page.text(sheetMargin, scoresTop-20, "class", bold(bodySize, ink))
	page.text(left+scoresCount-14, scoresTop-20, "labels", right(bold(bodySize, ink)))
	across := scoresAxis(scores)
	for i, measure := range measures {
		p := panel{page: page, x: left + scoresCount + float64(i*scoresColumn), y: scoresTop, width: scoresLength, height: height, across: across}
		p.measure(measure, i, scores, averages)
	}
	for class := range scores {
		y := scoresTop + (float64(class)+0.5)*scoresRow
		page.textWithin(sheetMargin, y, left-sheetMargin-8, m.name(class), bold(bodySize, ink))
		page.text(left+scoresCount-14, y, format.Thousands(sum(m.counts[class])), right(plain(bodySize, ink)))
	}
	page.fill(sheetMargin, scoresTop+height+5, float64(page.width-2*sheetMargin), 1, muted)
	page.text(sheetMargin, scoresTop+height+22, "macro average", bold(bodySize, ink))
	return page.figure(m.scoresAlt(scores, averages)), nil
}

// measure draws one column: dots on a scale with its numbers.
func (p panel) measure(name string, i int, scores []score, averages score) {
	p.page.text(p.x, p.y-20, name, bold(bodySize, ink))
	bottom := p.y + p.height
	for _, t := range p.across.ticks {
		p.page.fill(p.xOf(t.at)-0.5, p.y, 1, p.height, gridLine)
		p.page.text(p.xOf(t.at), bottom+50, t.label, centered(plain(smallSize, muted)))
	}
	row := func(y float64, v float64, m mark, bolder bool) {
		style := plain(bodySize, ink)
		if bolder {
			style = bold(bodySize, ink)
		}
		text := "–"
		if !math.IsNaN(v) {
			text = format.Percent(v)
			p.page.marker(p.xOf(v), y, 4, m)
		}
		p.page.text(p.x+p.width+scoresNumber, y, text, right(style))
	}
	for class, s := range scores {
		y := p.y + (float64(class)+0.5)*scoresRow
		p.page.fill(p.x, y-0.5, p.width, 1, gridLine)
		row(y, s[i], series[0], false)
	}
	row(bottom+22, averages[i], series[1], true)
}

// scoresAxis starts at a round number below the lowest score.
func scoresAxis(scores []score) axis {
	lowest := 1.0
	for _, s := range scores {
		for _, v := range s {
			if v < lowest { // not NaN
				lowest = v
			}
		}
	}
	gap := niceGap(math.Max(1-lowest, 0.005) / 2)
	lo := math.Max(0, 1-gap*math.Ceil((1-lowest)/gap-1e-9))
	if lo == 1 {
		lo = 1 - gap
	}
	a := axis{lo: lo, hi: 1}
	for _, v := range []float64{lo, 1} {
		a.ticks = append(a.ticks, tick{v, writeTick(math.Round(1e4*v)/100) + "%"})
	}
	return a
}

// scores returns the measures of each class.
func (m confusionMatrix) scores() []score {
	scores := make([]score, len(m.counts))
	for class, row := range m.counts {
		predicted := 0
		for _, other := range m.counts {
			predicted += other[class]
		}
		hits := float64(row[class])
		scores[class] = score{
			hits / float64(predicted), // 0/0 is NaN
			hits / float64(sum(row)),
			2 * hits / float64(predicted+sum(row)),
		}
	}
	return scores
}

// macro returns the mean of each measure over the classes for which it is defined.
func macro(scores []score) (mean score) {
	for i := range mean {
		n := 0.0
		for _, s := range scores {
			if !math.IsNaN(s[i]) {
				mean[i], n = mean[i]+s[i], n+1
			}
		}
		mean[i] /= n
	}
	return mean
}

// scoresAlt gives all measures.
func (m confusionMatrix) scoresAlt(scores []score, averages score) string {
	describe := func(name string, s score) string {
		var parts []string
		for i, v := range s {
			value := "undefined"
			if !math.IsNaN(v) {
				value = format.Percent(v)
			}
			parts = append(parts, measures[i]+" "+value)
		}
		return name + ": " + strings.Join(parts, ", ")
	}
	all := []string{describe("Macro average", averages)}
	for class, s := range scores {
		all = append(all, describe("class "+m.name(class), s))
	}
	return fmt.Sprintf("Scores of %s in %d classes, %s correct (%s). %s.", format.Count(m.total(), "prediction"), len(scores),
		format.Thousands(m.correct()), format.Percent(m.accuracy()), strings.Join(all, "; "))
}
