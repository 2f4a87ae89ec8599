package plotting

import (
	"fmt"
	"math"
	"strings"
)

// Bar is one bar of [Bars].
type Bar struct {
	Label string
	// Value is the bar's length, Low and High are the ends of the line across its tip, which shows its spread.
	Value, Low, High float64
	// Note is written behind the value.
	Note string
	// Strong sets the bar off from the others.
	Strong bool
}

const (
	barsWidth  = 720
	barsLeft   = 280 // where the bars begin; the labels are to the left of it
	barsMost   = 290 // the length of the longest
	barsTop    = 64
	barsDown   = 30
	barsHeight = 18
	barsMargin = 24
)

// Bars draws a bar for each of some positive values, from the top down in their order. All begin at zero, so that their lengths
// compare as the values do. The unit is written behind each value.
//
// It returns an error that names the bar if a value is not positive and finite, or does not lie between its Low and High.
func Bars(title, unit string, bars []Bar) (*Figure, error) {
	if len(bars) == 0 {
		return nil, fmt.Errorf("plotting: there are no bars; give at least one")
	}
	longest := 0.0
	for k, b := range bars {
		if !(b.Value > 0) || math.IsInf(b.High, 0) || !(b.Low <= b.Value && b.Value <= b.High) {
			return nil, fmt.Errorf("plotting: bars[%d] is %v, from %v to %v; give a positive Value between a Low and a High", k, b.Value, b.Low, b.High)
		}
		longest = max(longest, b.High)
	}
	page := newPage(barsWidth, barsTop+len(bars)*barsDown+barsMargin)
	page.textWithin(barsMargin, 32, barsWidth-2*barsMargin, title, bold(titleSize, ink))
	var words []string
	for k, b := range bars {
		page.measuredBar(float64(barsTop+k*barsDown+barsDown/2), b, longest, unit)
		words = append(words, fmt.Sprintf("%s %s", oneLine(b.Label), b.words(unit)))
	}
	page.fill(barsLeft-1, barsTop, 1, float64(len(bars)*barsDown), frameLine)
	return page.figure(fmt.Sprintf("%s. Bars: %s.", oneLine(title), strings.Join(words, "; "))), nil
}

func (b Bar) words(unit string) string {
	text := threeDigits(b.Value) + " " + unit
	if b.Note != "" {
		text += " (" + oneLine(b.Note) + ")"
	}
	return text
}

// measuredBar draws one bar around the height y.
func (p *page) measuredBar(y float64, b Bar, longest float64, unit string) {
	fill, style := greyBlue, plain(bodySize, ink)
	if b.Strong {
		fill, style = blue, bold(bodySize, ink)
	}
	length := func(v float64) float64 { return barsMost * v / longest }
	p.textWithin(barsMargin, y, barsLeft-barsMargin-10, b.Label, style)
	p.fill(barsLeft, y-barsHeight/2, length(b.Value), barsHeight, fill)
	if b.High > b.Low {
		low, high := max(0, barsLeft+length(b.Low)), barsLeft+length(b.High)
		p.fill(low, y-0.5, high-low, 1, ink)
		p.fill(low-0.5, y-4, 1, 8, ink)
		p.fill(high-0.5, y-4, 1, 8, ink)
	}
	p.text(barsLeft+length(max(b.Value, b.High))+8, y, b.words(unit), style)
}

// threeDigits writes 0.0712, 7.12, 71.2 or 712.
func threeDigits(v float64) string {
	digits := 2 - int(math.Floor(math.Log10(v)))
	return fmt.Sprintf("%.*f", min(max(digits, 0), 6), v)
}
