package plotting

import (
	"math"
	"strconv"

	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

// axis maps lo..hi to 0..1, logarithmically if log is set.
type axis struct {
	lo, hi float64
	log    bool
	ticks  []tick
}

type tick struct {
	at    float64
	label string
}

func (a axis) place(v float64) float64 {
	if a.log {
		return math.Log(v/a.lo) / math.Log(a.hi/a.lo)
	}
	return (v - a.lo) / (a.hi - a.lo)
}

// stepAxis returns an axis of training steps. It starts at 0 unless the first step is far from it.
func stepAxis(first, last int) axis {
	a := axis{lo: float64(first)}
	if 2*first <= last || first == last {
		a.lo = 0
	}
	a.hi = math.Max(float64(last), a.lo+1)
	a.mark(math.Max(1, niceGap((a.hi-a.lo)/4)), func(v float64) string { return format.Thousands(int(v)) })
	return a
}

// mark adds ticks at the multiples of gap.
func (a *axis) mark(gap float64, write func(float64) string) {
	first, last := math.Ceil(a.lo/gap-1e-9), math.Floor(a.hi/gap+1e-9)
	for i := range int(last-first) + 1 {
		at := (first + float64(i)) * gap
		if at == 0 {
			at = 0 // not -0
		}
		a.ticks = append(a.ticks, tick{at, write(at)})
	}
}

func accuracyAxis() axis {
	a := axis{lo: 0, hi: 1.02}
	for p := 0; p <= 100; p += 20 {
		a.ticks = append(a.ticks, tick{float64(p) / 100, strconv.Itoa(p) + "%"})
	}
	return a
}

// lossAxis is logarithmic if positive losses span a factor of ten or more: otherwise the late part
// of a run would be a flat line.
func lossAxis(lo, hi float64) axis {
	if lo > 0 && hi/lo >= 10 && !math.IsInf(hi/lo, 0) {
		return logAxis(lo, hi)
	}
	lo = math.Min(lo, 0)
	if hi-lo < 1e-12 {
		hi = lo + 1
	}
	gap := niceGap((hi - lo) / 5)
	a := axis{lo: math.Floor(lo/gap) * gap, hi: math.Ceil(hi/gap*1.02) * gap}
	a.mark(gap, func(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) })
	return a
}

func logAxis(lo, hi float64) axis {
	room := math.Pow(hi/lo, 0.03)
	a := axis{lo: lo / room, hi: hi * room, log: true}
	decades := math.Log10(a.hi / a.lo)
	digits := []int{1, 2, 5}
	if decades > 2.5 {
		digits = []int{1}
	}
	every := int(math.Ceil(decades / 8))
	for e := int(math.Floor(math.Log10(a.lo))); e <= int(math.Ceil(math.Log10(a.hi))); e++ {
		for _, d := range digits {
			// Parsed instead of computed: 5e-2 is exactly 0.05.
			label := strconv.Itoa(d) + "e" + strconv.Itoa(e)
			at, err := strconv.ParseFloat(label, 64)
			if err != nil || at < a.lo || at > a.hi || e%every != 0 {
				continue
			}
			a.ticks = append(a.ticks, tick{at, strconv.FormatFloat(at, 'g', -1, 64)})
		}
	}
	return a
}

// niceGap returns the smallest of ..., 0.1, 0.2, 0.5, 1, 2, 5, 10, ... that is at least gap.
func niceGap(gap float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(gap)))
	for _, m := range []float64{1, 2, 5} {
		if m*unit >= gap*(1-1e-9) {
			return m * unit
		}
	}
	return 10 * unit
}
