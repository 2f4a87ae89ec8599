package plotting

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

// Line is one line of [Lines], measured in one or more runs.
type Line struct {
	Name string
	X    []float64   // ascending
	Runs [][]float64 // [runs][len(X)]
}

const (
	linesWidth, linesHeight = 720, 210 // of the page, of the panel
	widestLabel             = 200      // of the name of a line
	nameHeight              = 19
)

// Lines draws lines, each with its name at its end. One of several runs is their mean, with a pale band
// from the least to the greatest. A line of few points has a marker for each of them.
//
// There are 1 to 6 lines. Those have 1 or more points, with X in strictly ascending order, and 1 or
// more Runs of the same length. Lines returns an error that names the argument and index if that is
// not so, if a value is not finite and within ±1e30 (with axes.Log: 1e-30 to 1e30), or if one of several
// lines has no Name.
func Lines(axes Axes, lines ...Line) (*Figure, error) {
	if err := checkLines(axes, lines); err != nil {
		return nil, err
	}
	top := axes.top()
	p := panel{
		page: newPage(linesWidth, int(top)+linesHeight+56),
		x:    60, y: top, height: linesHeight,
		across: acrossAxis(extent(lines, func(l Line) [][]float64 { return [][]float64{l.X} })),
		up:     axes.valueAxis(extent(lines, func(l Line) [][]float64 { return l.Runs })),
	}
	p.width = linesWidth - p.x - sheetMargin - namesWidth(lines)
	p.page.textWithin(sheetMargin, 28, linesWidth-2*sheetMargin, axes.Title, bold(titleSize, ink))
	p.axes(axes.yName(), oneLine(axes.X))
	for i, line := range lines {
		p.shade(line, pale(series[i].color))
	}
	for i, line := range lines {
		points := line.mean()
		p.lines([][]xy{points}, 2, series[i].color)
		if len(points) <= maxMarks {
			for _, at := range points {
				p.page.marker(p.xOf(at.x), p.clampedY(at.y), 3.5, series[i])
			}
		}
	}
	p.names(lines)
	return p.page.figure(altWithTitle(axes.Title, linesAlt(axes, lines))), nil
}

// mean returns the mean of the runs at each X.
func (l Line) mean() []xy {
	points := make([]xy, len(l.X))
	for i, x := range l.X {
		points[i].x = x
		for _, run := range l.Runs {
			points[i].y += run[i] / float64(len(l.Runs))
		}
	}
	return points
}

// extent returns the least and the greatest of some values of the lines.
func extent(lines []Line, values func(Line) [][]float64) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, line := range lines {
		for _, v := range slices.Concat(values(line)...) {
			lo, hi = math.Min(lo, v), math.Max(hi, v)
		}
	}
	return lo, hi
}

func checkLines(axes Axes, lines []Line) error {
	if len(lines) == 0 {
		return errNothing("lines")
	}
	if len(lines) > len(series) {
		return fmt.Errorf("plotting: %d lines; at most %d can be told apart", len(lines), len(series))
	}
	for i, line := range lines {
		if len(lines) > 1 && oneLine(line.Name) == "" {
			return fmt.Errorf("plotting: lines[%d].Name is blank; one of several lines needs a name", i)
		}
		if err := line.check(fmt.Sprintf("lines[%d]", i), axes); err != nil {
			return err
		}
	}
	return nil
}

func (l Line) check(name string, axes Axes) error {
	switch {
	case len(l.X) == 0:
		return fmt.Errorf("plotting: %s.X is empty; want at least one value", name)
	case len(l.Runs) == 0:
		return fmt.Errorf("plotting: %s.Runs is empty; want at least one run", name)
	}
	for i, x := range l.X {
		if !finite(x) {
			return fmt.Errorf("plotting: %s.X[%d] is %v; values must be finite and within ±1e30", name, i, x)
		}
		if i > 0 && x <= l.X[i-1] {
			return fmt.Errorf("plotting: %s.X[%d] is %v after %v; want ascending order", name, i, x, l.X[i-1])
		}
	}
	for r, run := range l.Runs {
		if len(run) != len(l.X) {
			return fmt.Errorf("plotting: %s.Runs[%d] has %s, but X has %d", name, r, format.Count(len(run), "value"), len(l.X))
		}
		for i, v := range run {
			if err := axes.check(fmt.Sprintf("%s.Runs[%d][%d]", name, r, i), v); err != nil {
				return err
			}
		}
	}
	return nil
}

// linesAlt describes where each line starts and ends.
func linesAlt(axes Axes, lines []Line) string {
	var parts []string
	for i, line := range lines {
		var means []float64
		for _, at := range line.mean() {
			means = append(means, at.y)
		}
		name := oneLine(line.Name)
		if name == "" {
			name = fmt.Sprintf("line %d", i+1)
		}
		last := len(line.X) - 1
		part := fmt.Sprintf("%s %s (%s to %s)", name, course(means, axes.write), writeTick(line.X[0]), writeTick(line.X[last]))
		if len(line.Runs) > 1 {
			var ends []float64
			for _, run := range line.Runs {
				ends = append(ends, run[last])
			}
			part += fmt.Sprintf(", mean of %d runs that end between %s and %s", len(line.Runs), axes.write(slices.Min(ends)), axes.write(slices.Max(ends)))
		}
		parts = append(parts, part)
	}
	return axes.alt("lines") + ": " + strings.Join(parts, "; ") + "."
}
