package main

import (
	"fmt"
	"image/color"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// bars draws the time of a step of each peer, the fastest at the top, with the range of its rounds.
func (s *summary) bars() (picture, error) {
	run := s.Runs[0]
	var all []result
	for _, r := range fastestFirst(run.Results) {
		if _, ok := r.milliseconds(); ok && r.Fault == "" {
			all = append(all, r)
		}
	}
	if len(all) == 0 {
		return picture{}, errNothingMeasured
	}
	p := newPicture(run.Work.String(), vg.Length(100+32*len(all)))
	p.X.Label.Text, p.X.Min = "ms, with the range of the rounds", 0
	p.Y.LineStyle.Width, p.Y.Tick.Length = 0, 0
	var names []plot.Tick
	var words []string
	for k, r := range all {
		y := float64(len(all) - k)
		names = append(names, plot.Tick{Value: y, Label: r.Title})
		label := r.timeAndRatio(run.Results)
		words = append(words, r.Title+" "+label)
		if err := p.bar(y, r, label); err != nil {
			return picture{}, err
		}
	}
	p.Y.Tick.Marker = plot.ConstantTicks(names)
	p.alt = fmt.Sprintf("%s. Bars: %s.", run.Work, strings.Join(words, "; "))
	return p, nil
}

// timeAndRatio returns the label of a bar, such as "20.2 ms (birnn 0.68×)".
func (r result) timeAndRatio(all []result) string {
	middle, _ := r.milliseconds()
	text := short(middle) + " ms"
	if middle, _, _, ok := ratio(r, all); ok {
		text += fmt.Sprintf(" (%s %.2f×)", reference(all), middle)
	}
	return text
}

func (p picture) bar(y float64, r result, label string) error {
	middle, least, greatest, _ := r.perStep()
	bar, err := plotter.NewBarChart(plotter.Values{middle}, 18)
	if err != nil {
		return err
	}
	bar.Horizontal, bar.XMin, bar.Color, bar.LineStyle.Width = true, y, color.Gray{0xa8}, 0
	if isOurs(r.Peer) {
		bar.Color = colors[0]
	}
	spread, err := plotter.NewXErrorBars(struct {
		plotter.XYs
		plotter.XErrors
	}{plotter.XYs{{X: middle, Y: y}}, plotter.XErrors{{Low: middle - least, High: greatest - middle}}})
	if err != nil {
		return err
	}
	labels, err := plotter.NewLabels(plotter.XYLabels{XYs: plotter.XYs{{X: greatest, Y: y}}, Labels: []string{label}})
	if err != nil {
		return err
	}
	labels.TextStyle[0].Font, labels.TextStyle[0].YAlign, labels.Offset = sans(13, isOurs(r.Peer)), text.YCenter, vg.Point{X: 8, Y: 2}
	p.Add(bar, spread, labels)
	return nil
}
