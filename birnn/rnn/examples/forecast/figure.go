package main

import (
	"image/color"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// The palette of Okabe and Ito; the background is opaque white, so that the figure looks the same in a dark theme.
var (
	ink        = color.RGBA{0x22, 0x22, 0x22, 0xff}
	blue       = color.RGBA{0x00, 0x72, 0xb2, 0xff}
	lightBlue  = color.RGBA{0xa6, 0xcf, 0xe6, 0xff}
	vermillion = color.RGBA{0xd5, 0x5e, 0x00, 0xff}
)

// draw shows the forecasts of all seeds as a band around their mean.
func draw(file string, passengers []float64, first int, forecasts [][]float64) error {
	p := plot.New()
	p.Y.Label.Text = "thousands of passengers a month"
	p.Legend.Top, p.Legend.Left = true, true
	p.Add(plotter.NewGrid())

	n := len(passengers) - first
	mean, low, high := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range n {
		var values []float64
		for _, forecast := range forecasts {
			values = append(values, forecast[i])
		}
		mean[i], low[i], high[i] = sum(values)/float64(len(values)), slices.Min(values), slices.Max(values)
	}
	upper := points(high, first)
	slices.Reverse(upper)
	band, err := plotter.NewPolygon(append(points(low, first), upper...))
	if err != nil {
		return err
	}
	band.Color, band.LineStyle.Width = lightBlue, 0
	p.Add(band)
	p.Legend.Add("LSTM, range of the seeds", band)

	const before = 2 * year
	for _, line := range []struct {
		name   string
		values plotter.XYs
		color  color.Color
		dashes []vg.Length
	}{
		{"last year, grown", points(yearByYear(lastYearGrown, passengers, first), first), vermillion, []vg.Length{5, 3}},
		{"LSTM, mean of the seeds", points(mean, first), blue, nil},
		{"what happened", points(passengers[first-before:], first-before), ink, []vg.Length{1.5, 2}},
	} {
		l, err := plotter.NewLine(line.values)
		if err != nil {
			return err
		}
		l.Color, l.Dashes, l.Width = line.color, line.dashes, 1.5
		p.Add(l)
		p.Legend.Add(line.name, l)
	}
	var years plot.ConstantTicks
	for month := first - before; month < len(passengers); month += year {
		years = append(years, plot.Tick{Value: float64(month), Label: strconv.Itoa(1949 + month/year)})
	}
	p.X.Tick.Marker = years
	p.X.Max = float64(len(passengers) + 1)
	p.Y.Max *= 1.05
	return p.Save(20*vg.Centimeter, 10*vg.Centimeter, file)
}

// points are the values of the months from the given one on.
func points(values []float64, month int) (xys plotter.XYs) {
	for i, value := range values {
		xys = append(xys, plotter.XY{X: float64(month + i), Y: value})
	}
	return xys
}
