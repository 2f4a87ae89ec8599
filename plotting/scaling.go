package plotting

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Growth is one line of [Scaling]: the values Y at the sizes X, which grow.
type Growth struct {
	Label  string
	X, Y   []float64
	Strong bool // sets the line off from the others
}

const (
	scalingWidth  = 720
	scalingHeight = 400
	scalingLabels = 230 // the room for labels, to the right
	scalingApart  = 17  // least distance of two labels
)

// Scaling draws how something grows with a size: lines with both axes logarithmic, so that what grows in proportion has the slope
// of 1. Each line is labelled at its right end; yName says what Y is and in which unit.
//
// It returns an error that names the line if a number is not positive and finite, if X does not grow, or if X and Y differ in length.
func Scaling(title, xName, yName string, lines []Growth) (*Figure, error) {
	if len(lines) == 0 {
		return nil, errors.New("plotting: there are no lines; give at least one")
	}
	var xs, ys []float64
	for k, line := range lines {
		if err := line.check(); err != nil {
			return nil, fmt.Errorf("plotting: lines[%d]: %w", k, err)
		}
		xs, ys = append(xs, line.X...), append(ys, line.Y...)
	}
	page := newPage(scalingWidth, scalingHeight)
	panel := panel{
		page: page, x: 64, y: 76, width: scalingWidth - 64 - scalingLabels, height: scalingHeight - 76 - 60,
		across: sizesAxis(xs), up: logAxis(slices.Min(ys), slices.Max(ys)),
	}
	page.textWithin(28, 28, scalingWidth-56, title, bold(titleSize, ink))
	panel.axes(yName, xName)
	for _, strong := range []bool{false, true} { // the strong ones above the others
		for _, line := range lines {
			if line.Strong == strong {
				panel.growth(line)
			}
		}
	}
	panel.growthLabels(lines)
	var words []string
	for _, line := range lines {
		words = append(words, line.words())
	}
	return page.figure(fmt.Sprintf("%s. %s by %s, both axes logarithmic. %s.", oneLine(title), oneLine(yName), oneLine(xName), strings.Join(words, "; "))), nil
}

func (g Growth) check() error {
	if len(g.X) != len(g.Y) || len(g.X) == 0 {
		return fmt.Errorf("%d X and %d Y; give as many, and at least one", len(g.X), len(g.Y))
	}
	for k := range g.X {
		if !(g.X[k] > 0) || !(g.Y[k] > 0) || math.IsInf(g.X[k], 0) || math.IsInf(g.Y[k], 0) {
			return fmt.Errorf("point %d is %v, %v; give positive numbers", k, g.X[k], g.Y[k])
		}
		if k > 0 && g.X[k] <= g.X[k-1] {
			return fmt.Errorf("size X[%d] is %v after %v; give sizes that grow", k, g.X[k], g.X[k-1])
		}
	}
	return nil
}

func (g Growth) words() string {
	var parts []string
	for k := range g.X {
		parts = append(parts, fmt.Sprintf("%s at %s", threeDigits(g.Y[k]), number(g.X[k])))
	}
	return oneLine(g.Label) + ": " + strings.Join(parts, ", ")
}

// sizesAxis has its ticks at the sizes themselves.
func sizesAxis(sizes []float64) axis {
	lo, hi := slices.Min(sizes), slices.Max(sizes)
	if lo == hi {
		lo, hi = lo/2, hi*2
	}
	a := axis{lo: lo / math.Pow(hi/lo, 0.04), hi: hi, log: true}
	for _, v := range slices.Compact(slices.Sorted(slices.Values(sizes))) {
		a.ticks = append(a.ticks, tick{v, number(v)})
	}
	return a
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func (p panel) growth(line Growth) {
	color, width := greyBlue, 1.5
	if line.Strong {
		color, width = blue, 3
	}
	for k := range line.X {
		if k > 0 {
			p.lines([][]xy{{{line.X[k-1], line.Y[k-1]}, {line.X[k], line.Y[k]}}}, width, color)
		}
		p.page.dot(p.xOf(line.X[k]), p.yOf(line.Y[k]), width+1.5, color)
	}
}

// growthLabels writes each label at the end of its line, moved where they would overlap.
func (p panel) growthLabels(lines []Growth) {
	order := slices.SortedStableFunc(slices.Values(lines), func(a, b Growth) int {
		return int(math.Copysign(1, b.Y[len(b.Y)-1]-a.Y[len(a.Y)-1]))
	})
	lowest := p.y + p.height - float64(len(order)-1)*scalingApart
	y := math.Inf(-1)
	for k, line := range order {
		last := len(line.Y) - 1
		y = max(y+scalingApart, min(p.yOf(line.Y[last]), lowest+float64(k)*scalingApart))
		style := plain(bodySize, ink)
		if line.Strong {
			style = bold(bodySize, ink)
		}
		p.page.textWithin(p.x+p.width+14, y, scalingLabels-24, line.Label, style)
	}
}
