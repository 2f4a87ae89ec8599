package plotting

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

// Group is one column of [Spread], such as a network that was trained several times.
type Group struct {
	Name   string
	Values []float64 // one for each run
}

const (
	maxGroups               = 8
	spreadSlot              = 150 // the greatest width of a group
	spreadLeft, spreadRight = 60, 24
	spreadHeight            = 190
	spreadFoot              = 84 // for the names and numbers below the panel
)

// Spread compares groups of runs, such as networks that were trained from several seeds: each value
// is a dot, and the mean of a group a line. Below are the mean and the range in numbers.
//
// The axis of the values need not begin at 0. There are 1 to 8 groups of 1 or more values. Spread
// returns an error that names the argument and index if that is not so, if a value is not finite and
// within ±1e30 (with axes.Log: 1e-30 to 1e30), or if one of several groups has no Name.
func Spread(axes Axes, groups ...Group) (*Figure, error) {
	if err := checkGroups(axes, groups); err != nil {
		return nil, err
	}
	slot := math.Min(spreadSlot, math.Floor((720.0-spreadLeft-spreadRight)/float64(len(groups))))
	width := math.Max(300, slot*float64(len(groups)))
	slot = width / float64(len(groups))
	top := 76.0
	if oneLine(axes.Title) == "" {
		top = 46
	}
	var all []float64
	for _, group := range groups {
		all = append(all, group.Values...)
	}
	p := panel{
		page: newPage(spreadLeft+int(width)+spreadRight, int(top)+spreadHeight+spreadFoot),
		x:    spreadLeft, y: top, width: width, height: spreadHeight,
		across: axis{lo: 0, hi: float64(len(groups))},
		up:     axes.closeAxis(slices.Min(all), slices.Max(all)),
	}
	p.page.textWithin(sheetMargin, 28, float64(p.page.width-2*sheetMargin), axes.Title, bold(titleSize, ink))
	p.axes(axes.yName(), "")
	for i, group := range groups {
		p.group(float64(i)+0.5, slot, axes, group)
	}
	return p.page.figure(altWithTitle(axes.Title, spreadAlt(axes, groups))), nil
}

// group draws the dots of a group, its mean, and its numbers below.
func (p panel) group(at, slot float64, axes Axes, g Group) {
	x := p.xOf(at)
	half := math.Min(34, slot/2-10)
	for i, v := range g.Values {
		p.page.dot(x+half*0.8*jitter(i, len(g.Values)), p.yOf(v), 3.5, blue)
	}
	mean := g.mean()
	p.page.fill(x-half, p.yOf(mean)-1.25, 2*half, 2.5, vermillion)
	foot := p.y + p.height + 18
	p.page.textWithin(x, foot, slot-8, g.Name, centered(bold(bodySize, ink)))
	p.page.textWithin(x, foot+18, slot-8, axes.write(mean), centered(bold(bodySize, darkVermillion)))
	p.page.textWithin(x, foot+34, slot-8, g.between(axes), centered(plain(smallSize, muted)))
	p.page.textWithin(x, foot+49, slot-8, format.Count(len(g.Values), "run"), centered(plain(smallSize, muted)))
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

// between is the range of the values in words.
func (g Group) between(axes Axes) string {
	lo, hi := axes.write(slices.Min(g.Values)), axes.write(slices.Max(g.Values))
	if lo == hi {
		return lo
	}
	return lo + " to " + hi
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
		parts = append(parts, fmt.Sprintf("%s: mean %s of %s, %s", name, axes.write(g.mean()), format.Count(len(g.Values), "run"), g.between(axes)))
	}
	alt := "Values of each run"
	if y := axes.yName(); y != "" {
		alt = y + " of each run"
	}
	if x := oneLine(axes.X); x != "" {
		alt += " by " + x
	}
	return alt + ". " + strings.Join(parts, "; ") + "."
}
