package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
)

var sweptNames = map[string]string{"hidden": "number of hidden units", "batch": "batch size", "timesteps": "number of time steps", "threads": "number of threads"}

// lines draws how a measure grows with the size of a sweep. Both axes are logarithmic, so that proportional growth has the slope 1.
func (s *summary) lines(title, unit string, measure func(result) (float64, bool)) (picture, error) {
	size := sweptNames[s.Workload]
	p := newPicture(title+" by "+size, 480)
	p.X.Label.Text, p.Y.Label.Text = size, unit
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.ConstantTicks(s.sizeTicks()), plot.TickerFunc(oneTwoFive)
	p.Legend.Top, p.Legend.Left, p.Legend.Padding = true, true, 3
	var lines []any // alternately names and points
	var words []string
	for _, first := range s.Runs[0].Results {
		if points := s.measured(first.Peer, measure); len(points) > 0 {
			lines = append(lines, first.Title, points)
			words = append(words, first.Title+": "+inWords(points))
		}
	}
	if len(lines) == 0 {
		return p, errNothingMeasured
	}
	p.alt = fmt.Sprintf("%s in %s, both axes logarithmic. %s.", p.Title.Text, unit, strings.Join(words, "; "))
	plotutil.DefaultColors = colors
	err := plotutil.AddLinePoints(p.Plot, lines...)
	p.Y.Min, p.Y.Max = aroundTicks(p.Y.Min, p.Y.Max)
	return p, err
}

// measured returns a measure of a peer at each size of the sweep.
func (s *summary) measured(peer string, measure func(result) (float64, bool)) (points plotter.XYs) {
	for _, run := range s.Runs {
		if value, ok := measure(run.soundResult(peer)); ok {
			points = append(points, plotter.XY{X: float64(run.Work.sweptSize(s.Workload)), Y: value})
		}
	}
	return points
}

func inWords(points plotter.XYs) string {
	var words []string
	for _, at := range points {
		words = append(words, fmt.Sprintf("%s at %.0f", short(at.Y), at.X))
	}
	return strings.Join(words, ", ")
}

func (s *summary) sizeTicks() (ticks []plot.Tick) {
	for _, run := range s.Runs {
		size := run.Work.sweptSize(s.Workload)
		ticks = append(ticks, plot.Tick{Value: float64(size), Label: strconv.Itoa(size)})
	}
	return ticks
}

// aroundTicks returns the greatest tick up to least, and the least one from greatest on.
func aroundTicks(least, greatest float64) (from, to float64) {
	for _, tick := range oneTwoFive(least/10, 10*greatest) {
		if tick.Value <= least {
			from = tick.Value
		}
		if to < greatest {
			to = tick.Value
		}
	}
	return from, to
}

// oneTwoFive returns the ticks 1, 2, 5, 10, 20, 50 and so on.
func oneTwoFive(least, greatest float64) (ticks []plot.Tick) {
	for decade := math.Pow(10, math.Floor(math.Log10(least))); decade <= greatest; decade *= 10 {
		for _, digit := range []float64{1, 2, 5} {
			if v := digit * decade; v >= least && v <= greatest {
				ticks = append(ticks, plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'g', 4, 64)})
			}
		}
	}
	return ticks
}
