package main

import (
	"image/color"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// The palette of Okabe and Ito; the background is opaque white, so that the figure looks the same in a dark theme.
var (
	ink        = color.RGBA{0x22, 0x22, 0x22, 0xff}
	muted      = color.RGBA{0x5a, 0x5a, 0x5a, 0xff}
	blue       = color.RGBA{0x00, 0x72, 0xb2, 0xff}
	vermillion = color.RGBA{0xd5, 0x5e, 0x00, 0xff}
)

// draw shows the acceleration in a stream, and above it where badminton is and where each network finds it.
func draw(file string, streams *recordings, tagged map[bool][]float32, stream int) error {
	p := plot.New()
	p.X.Label.Text = "seconds"
	p.Y.Label.Text = "acceleration"
	start := stream * streamLength
	var signal plotter.XYs
	low, high := 0.0, 0.0
	for t := range streamLength {
		y := float64(streams.x[(start+t)*streams.features])
		low, high = min(low, y), max(high, y)
		signal = append(signal, plotter.XY{X: float64(t) / 10, Y: y})
	}
	line, err := plotter.NewLine(signal)
	if err != nil {
		return err
	}
	line.Color = muted
	p.Add(line)

	ticks := plot.ConstantTicks{{Value: 0, Label: "0"}}
	for value := 10; float64(value) < high; value += 10 {
		ticks = append(ticks, plot.Tick{Value: float64(value), Label: strconv.Itoa(value)})
	}
	step := (high - low) / 8
	for i, row := range []struct {
		name   string
		labels []float32
		color  color.Color
	}{{direction(false), tagged[false], vermillion}, {direction(true), tagged[true], blue}, {"badminton", streams.labels, ink}} {
		y := high + float64(i+1)*step
		ticks = append(ticks, plot.Tick{Value: y, Label: row.name})
		if err := addBars(p, row.labels[start:start+streamLength], y, step/2, row.color); err != nil {
			return err
		}
	}
	p.Y.Tick.Marker = ticks
	p.Y.Max = high + 4*step
	p.X.Max = streamLength/10 + 0.5
	return p.Save(20*vg.Centimeter, 9*vg.Centimeter, file)
}

// addBars draws a bar over each run of time steps with the label 1.
func addBars(p *plot.Plot, labels []float32, y, height float64, c color.Color) error {
	for from := 0; from < len(labels); from++ {
		if labels[from] == 0 {
			continue
		}
		to := from
		for to < len(labels) && labels[to] == 1 {
			to++
		}
		left, right, bottom, top := float64(from)/10, float64(to)/10, y-height/2, y+height/2
		bar, err := plotter.NewPolygon(plotter.XYs{{X: left, Y: bottom}, {X: right, Y: bottom}, {X: right, Y: top}, {X: left, Y: top}})
		if err != nil {
			return err
		}
		bar.Color, bar.LineStyle.Width = c, 0
		p.Add(bar)
		from = to
	}
	return nil
}
