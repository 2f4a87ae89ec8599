package plotting

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/text"

	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

// Group is one column of [Spread], such as a network that was trained several times.
type Group struct {
	Name   string
	Values []float64 // one for each run
}

const (
	maxGroups      = 7
	spreadSlot     = 150 // the greatest width of a group
	spreadMost     = 636 // the greatest width of the panel
	spreadLeast    = 300 // the least width of the panel
	spreadLeft     = 60
	spreadHeight   = 190
	spreadName     = 17 // height of a line of a name, below the panel
	spreadNumbers  = 62 // height of the numbers below the names
	spreadAxisName = 20 // height of the name of X below the numbers
)

// Spread compares groups of runs, such as networks that were trained from several seeds: each value
// is a dot, and the mean of a group a line. Below are the mean and the range in numbers.
//
// The axis of the values need not begin at 0. There are 1 to 7 groups of 1 or more values. Spread
// returns an error that names the argument and index if that is not so, if a value is not finite and
// within ±1e30 (with axes.Log: 1e-30 to 1e30), or if one of several groups has no Name.
func Spread(axes Axes, groups ...Group) (*Figure, error) {
	if err := checkGroups(axes, groups); err != nil {
		return nil, err
	}
	n := float64(len(groups))
	width := math.Max(spreadLeast, n*math.Min(spreadSlot, math.Floor(spreadMost/n)))
	c := groupColumns{axes: axes, slot: width / n}
	var values []float64
	for _, group := range groups {
		values = append(values, group.Values...)
		c.nameLines = max(c.nameLines, len(c.nameOf(group)))
	}
	foot := 10 + c.nameLines*spreadName + spreadNumbers
	if oneLine(axes.X) != "" {
		foot += spreadAxisName
	}
	c.panel = panel{
		page: newPage(spreadLeft+int(width)+sheetMargin, int(axes.top())+spreadHeight+foot),
		x:    spreadLeft, y: axes.top(), width: width, height: spreadHeight,
		across: axis{lo: 0, hi: n},
		up:     axes.closeAxis(slices.Min(values), slices.Max(values)),
	}
	c.page.textWithin(sheetMargin, 28, float64(c.page.width-2*sheetMargin), axes.Title, bold(titleSize, ink))
	c.panel.axes(axes.yName(), "")
	for i, group := range groups {
		c.draw(c.xOf(float64(i)+0.5), group)
	}
	c.page.textWithin(spreadLeft+width/2, float64(c.page.height-18), width, axes.X, centered(plain(bodySize, ink)))
	return c.page.figure(altWithTitle(axes.Title, spreadAlt(axes, groups))), nil
}

// groupColumns is a panel with a column of the width slot for each group.
type groupColumns struct {
	panel
	axes      Axes
	slot      float64
	nameLines int // of the longest name
}

func (c groupColumns) nameOf(g Group) []string {
	return wrapped(g.Name, c.slot-5, 2, bold(bodySize, ink))
}

// draw draws a group: its mean, its dots, and its name and numbers below the panel.
func (c groupColumns) draw(x float64, g Group) {
	half := math.Min(34, c.slot/2-10)
	mean := g.mean()
	c.page.fill(x-half, c.yOf(mean)-1.25, 2*half, 2.5, vermillion)
	for i, v := range g.Values {
		c.page.dot(x+half*0.8*jitter(i, len(g.Values)), c.yOf(v), 3.5, blue)
	}
	y := c.y + c.height + 18
	write := func(s string, style text.Style, down float64) {
		c.page.textWithin(x, y, c.slot-5, s, centered(style))
		y += down
	}
	for _, line := range c.nameOf(g) {
		write(line, bold(bodySize, ink), spreadName)
	}
	y = c.y + c.height + 18 + float64(c.nameLines*spreadName)
	write("mean "+c.axes.write(mean), bold(bodySize, darkVermillion), 17)
	if len(g.Values) > 1 {
		write(g.between(c.axes, " – "), plain(smallSize, muted), 15)
	}
	write(format.Count(len(g.Values), "run"), plain(smallSize, muted), 15)
}

// jitter spreads n dots evenly over -1..1, neighbors in the slice far apart, so that equal values
// lie beside each other. It is the same each time.
func jitter(i, n int) float64 {
	if n == 1 {
		return 0
	}
	golden := (math.Sqrt(5) - 1) / 2
	_, part := math.Modf(0.5 + float64(i)*golden)
	return 2*part - 1
}

func (g Group) mean() float64 {
	mean := 0.0
	for _, v := range g.Values {
		mean += v / float64(len(g.Values))
	}
	return mean
}

// between is the range of the values.
func (g Group) between(axes Axes, to string) string {
	lo, hi := axes.write(slices.Min(g.Values)), axes.write(slices.Max(g.Values))
	if lo == hi {
		return lo
	}
	return lo + to + hi
}

func checkGroups(axes Axes, groups []Group) error {
	if len(groups) == 0 {
		return errNothing("groups")
	}
	if len(groups) > maxGroups {
		return fmt.Errorf("plotting: %d groups; at most %d fit side by side", len(groups), maxGroups)
	}
	for i, group := range groups {
		if len(groups) > 1 && oneLine(group.Name) == "" {
			return fmt.Errorf("plotting: groups[%d].Name is blank; one of several groups needs a name", i)
		}
		if len(group.Values) == 0 {
			return fmt.Errorf("plotting: groups[%d].Values is empty; want at least one value", i)
		}
		for j, v := range group.Values {
			if err := axes.check(fmt.Sprintf("groups[%d].Values[%d]", i, j), v); err != nil {
				return err
			}
		}
	}
	return nil
}

// spreadAlt gives the mean and the range of each group.
func spreadAlt(axes Axes, groups []Group) string {
	var parts []string
	for i, g := range groups {
		name := oneLine(g.Name)
		if name == "" {
			name = fmt.Sprintf("group %d", i+1)
		}
		parts = append(parts, fmt.Sprintf("%s: mean %s of %s, %s", name, axes.write(g.mean()), format.Count(len(g.Values), "run"), g.between(axes, " to ")))
	}
	return axes.alt("values") + ", of each run. " + strings.Join(parts, "; ") + "."
}
