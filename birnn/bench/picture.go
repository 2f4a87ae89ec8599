package main

import (
	"errors"
	"fmt"

	"github.com/easy-gomlx/tutorials/plotting"
)

// draw writes the picture of all that was measured: bars for one work, lines for a sweep.
func (s *summary) draw(path string) error {
	figure, err := s.bars()
	if s.sweep {
		figure, err = s.lines()
	}
	if err != nil {
		return err
	}
	if err := figure.Save(path); err != nil {
		return err
	}
	fmt.Printf("\n%s: %s\n", path, figure.Alt)
	return nil
}

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

func (s *summary) lines() (*plotting.Figure, error) {
	var lines []plotting.Growth
	for _, first := range s.Runs[0].Results {
		line := plotting.Growth{Label: first.Title, Strong: first.Peer == ours}
		for _, run := range s.Runs {
			for _, r := range run.Results {
				if middle, _, _, ok := r.perStep(); ok && r.Peer == first.Peer && r.Fault == "" {
					line.X = append(line.X, float64(run.Work.sweptSize(s.Workload)))
					line.Y = append(line.Y, middle)
				}
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
	return plotting.Scaling("One training step by "+names[s.Workload], names[s.Workload], "ms/step", lines)
}
