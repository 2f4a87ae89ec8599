package plotting

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

// Axes says what [Lines] and [Spread] show. Title, X and Y may be empty.
type Axes struct {
	Title, X, Y string
	Log         bool // Y is logarithmic; its values must be positive
	Percent     bool // the values of Y are fractions, written as percentages
}

// write formats a value of Y for people to read.
func (a Axes) write(v float64) string {
	if a.Percent {
		return format.Percent(v)
	}
	return format.Short(v)
}

// unit returns what values of Y are multiplied by at ticks, and what follows them.
func (a Axes) unit() (factor float64, name string) {
	if a.Percent {
		return 100, "%"
	}
	return 1, ""
}

// writeTick formats a number for the end of a scale: "5,500", "1.8" or "1e-05".
func writeTick(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e6 {
		return format.Thousands(int(v))
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

// tickWriter returns a function that formats the ticks of an axis, all with as many decimals as the
// gap between them has.
func tickWriter(gap, factor float64, unit string) func(float64) string {
	decimals := max(0, int(math.Ceil(-math.Log10(gap*factor)-1e-9)))
	return func(v float64) string {
		if v *= factor; decimals == 0 || decimals > 5 {
			return writeTick(v) + unit
		}
		return strconv.FormatFloat(v, 'f', decimals, 64) + unit
	}
}

// yName is the name of Y, with the kind of its scale.
func (a Axes) yName() string {
	if a.Log {
		return oneLine(a.Y + " (log scale)")
	}
	return oneLine(a.Y)
}

// top is where the panel begins, below the title and the name of Y.
func (a Axes) top() float64 {
	if oneLine(a.Title) == "" {
		return 46
	}
	return 76
}

// alt begins the text alternative with the names of Y and X, or with what if Y has none.
func (a Axes) alt(what string) string {
	if y := a.yName(); y != "" {
		what = y
	}
	if x := oneLine(a.X); x != "" {
		what += " by " + x
	}
	return strings.ToUpper(what[:1]) + what[1:]
}

// valueAxis returns an axis of Y for values from lo to hi. It starts at 0 if they are not far from it.
func (a Axes) valueAxis(lo, hi float64) axis {
	if lo > 0 && 2*lo <= hi && !a.Log {
		lo = 0
	}
	return a.closeAxis(lo, hi)
}

// closeAxis returns an axis of Y that starts and ends close to lo and hi.
func (a Axes) closeAxis(lo, hi float64) axis {
	factor, unit := a.unit()
	if a.Log {
		if hi/lo < 5 { // so that there is a tick
			middle := math.Sqrt(lo) * math.Sqrt(hi)
			lo, hi = middle/math.Sqrt(5), middle*math.Sqrt(5)
		}
		up := logAxis(lo, hi)
		for i, t := range up.ticks {
			up.ticks[i].label = strconv.FormatFloat(factor*t.at, 'g', 4, 64) + unit
		}
		return up
	}
	lo, hi = widened(lo, hi, 1e-12)
	gap := niceGap((hi - lo) / 5)
	up := axis{lo: math.Floor(lo/gap+1e-9) * gap, hi: math.Ceil(hi/gap-1e-9) * gap}
	up.mark(gap, tickWriter(gap, factor, unit))
	return up
}

// acrossAxis returns an axis from lo to hi. It starts at 0 if lo is not far from it.
func acrossAxis(lo, hi float64) axis {
	if lo > 0 && 2*lo <= hi {
		lo = 0
	}
	lo, hi = widened(lo, hi, 1)
	a := axis{lo: lo, hi: hi}
	gap := niceGap((hi - lo) / 6)
	a.mark(gap, tickWriter(gap, 1, ""))
	return a
}

// widened moves lo and hi apart, by least or more, if they are so close that ticks could not tell them apart.
func widened(lo, hi, least float64) (float64, float64) {
	far := math.Max(math.Abs(lo), math.Abs(hi))
	if hi-lo > 1e-9*far {
		return lo, hi
	}
	around := math.Max(far/10, least)
	return lo - around, hi + around
}

// check checks a value of Y, which is the named argument.
func (a Axes) check(name string, v float64) error {
	switch {
	case !finite(v):
		return fmt.Errorf("plotting: %s is %v; values must be finite and within ±1e30", name, v)
	case a.Log && v < 1e-30:
		return fmt.Errorf("plotting: %s is %v; with Log, values must be positive, and at least 1e-30", name, v)
	}
	return nil
}

// errNothing is the error for no lines, groups or values.
func errNothing(what string) error {
	return errors.New("plotting: no " + what + "; want at least one")
}
