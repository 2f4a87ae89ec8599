package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
)

// summary is everything that was measured, as -json writes it.
type summary struct {
	Workload  string   `json:"workload"`
	Processor string   `json:"processor"`
	Cores     int      `json:"cores"`
	Runs      []record `json:"runs"`

	sweep bool
}

// record is the results of some work, a table.
type record struct {
	Work    work     `json:"work"`
	Results []result `json:"results"`
}

func newSummary(workload string, sweep bool) *summary {
	return &summary{Workload: workload, Processor: processor(), Cores: runtime.NumCPU(), sweep: sweep}
}

func (s *summary) add(w work, results []result) {
	w.Data = ""
	s.Runs = append(s.Runs, record{w, results})
}

// String returns the table, with a line on how the losses compare.
func (r record) String() string {
	text := table(r.Results)
	if len(r.Results) > 1 {
		text += fmt.Sprintf("\nThe losses of the first %d steps agree to a relative %.0e (the tolerance is %.0e).\n",
			checkedSteps, greatestDifference(r.Results), lossTolerance)
	}
	return text
}

// soundResult returns the result of a peer, or a zero result if it has a fault or was left out.
func (r record) soundResult(peer string) result {
	for _, one := range r.Results {
		if one.Peer == peer && one.Fault == "" {
			return one
		}
	}
	return result{}
}

// sweepTable returns the table of a sweep: time per step and peak memory of each peer at each size.
func (s *summary) sweepTable() string {
	header := []string{"ms/step, peak memory"}
	for _, run := range s.Runs {
		header = append(header, fmt.Sprintf("%s %d", s.Workload, run.Work.sweptSize(s.Workload)))
	}
	rows := [][]string{header}
	for _, first := range s.Runs[0].Results {
		row := []string{first.Title}
		for _, run := range s.Runs {
			cell := "-"
			r := run.soundResult(first.Peer)
			if middle, _, _, ok := r.perStep(); ok {
				cell = short(middle) + ", " + megabytes(r.Peak)
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	return align(rows)
}

// finish prints what the results were measured on, writes the files, and returns an error if any peer has a fault.
func (s *summary) finish(o options) error {
	if s.sweep {
		fmt.Println(s.sweepTable())
	}
	fmt.Printf("%s, %d cores, %s/%s\n", s.Processor, s.Cores, runtime.GOOS, runtime.GOARCH)
	for _, r := range s.Runs[0].Results {
		fmt.Printf("- %s: %s, loaded in %s s\n", r.Title, r.Library, short(r.Load))
	}
	if o.json != "" {
		file, err := json.MarshalIndent(s, "", " ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(o.json, append(file, '\n'), 0o644); err != nil {
			return err
		}
	}
	if o.png != "" {
		if err := s.draw(o.png); err != nil {
			return err
		}
	}
	for _, run := range s.Runs {
		for _, r := range run.Results {
			if r.Fault != "" {
				return errors.New("some peers could not be compared; the table marks them")
			}
		}
	}
	return nil
}

// processor returns the name of the processor, if the system provides it.
func processor() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		for line := range strings.Lines(string(info)) {
			if name, value, _ := strings.Cut(line, ":"); strings.TrimSpace(name) == "model name" {
				return strings.TrimSpace(value)
			}
		}
	}
	return "unknown processor"
}
