package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/easy-gomlx/tutorials/plotting"
)

// draw writes the picture of all that was measured: bars for one work; for a sweep lines, of the times, and in a second file,
// whose name ends in -memory, of the memory.
func (s *summary) draw(path string) error {
	if !s.sweep {
		return save(path)(s.bars())
	}
	extension := filepath.Ext(path)
	return errors.Join(
		save(path)(s.lines("One training step by %s", "ms/step", result.milliseconds)),
		save(strings.TrimSuffix(path, extension)+"-memory"+extension)(s.lines("Peak memory by %s", "MB", result.megabytes)),
	)
}

func save(path string) func(*plotting.Figure, error) error {
	return func(figure *plotting.Figure, err error) error {
		if err == nil {
			err = figure.Save(path)
		}
		if err == nil {
			fmt.Printf("\n%s: %s\n", path, figure.Alt)
		}
		return err
	}
}

func (r result) milliseconds() (float64, bool) {
	middle, _, _, ok := r.perStep()
	return middle, ok
}

func (r result) megabytes() (float64, bool) { return float64(r.Peak) / 1e6, r.Peak > 0 }

func (s *summary) bars() (*plotting.Figure, error) {
	run := s.Runs[0]
	var bars []plotting.Bar
	for _, r := range fastestFirst(run.Results) {
		middle, least, greatest, ok := r.perStep()
		if !ok || r.Fault != "" {
			continue
		}
		bar := plotting.Bar{Label: r.Title, Value: middle, Low: least, High: greatest, Strong: r.Peer == ours}
		if times, ok := ratio(r, run.Results); ok && r.Peer != ours {
			bar.Note = fmt.Sprintf("%.2f×", times)
		}
		bars = append(bars, bar)
	}
	if len(bars) == 0 {
		return nil, errors.New("no picture: nothing was measured")
	}
	return plotting.Bars(run.Work.String(), "ms", bars)
}

// lines draws how a measure grows with the size that a sweep changes.
func (s *summary) lines(title, unit string, measure func(result) (float64, bool)) (*plotting.Figure, error) {
	var lines []plotting.Growth
	for _, first := range s.Runs[0].Results {
		line := plotting.Growth{Label: first.Title, Strong: first.Peer == ours}
		for _, run := range s.Runs {
			if value, ok := measure(run.soundResult(first.Peer)); ok {
				line.X = append(line.X, float64(run.Work.sweptSize(s.Workload)))
				line.Y = append(line.Y, value)
			}
		}
		if len(line.X) > 0 {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return nil, errors.New("no picture: nothing was measured")
	}
	names := map[string]string{"hidden": "hidden units", "batch": "sequences in the batch", "timesteps": "time steps"}
	return plotting.Scaling(fmt.Sprintf(title, names[s.Workload]), names[s.Workload], unit, lines)
}
