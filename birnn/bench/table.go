package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// perStep returns the median time of a step in ms, and the range of the rounds' medians.
func (r result) perStep() (middle, least, greatest float64, ok bool) {
	return middleAndRange(r.rounds())
}

// rounds returns the median time of a step in each round.
func (r result) rounds() []float64 {
	var rounds []float64
	for _, steps := range r.Steps {
		rounds = append(rounds, median(steps))
	}
	return rounds
}

// reference returns the peer of ours that the others are compared with: package infer, if it takes part.
func reference(all []result) string {
	if slices.ContainsFunc(all, func(r result) bool { return r.Peer == "infer" }) {
		return "infer"
	}
	return ours
}

// ratio returns the reference's time relative to a peer's: the median of the rounds' ratios, and their range.
func ratio(r result, all []result) (middle, least, greatest float64, ok bool) {
	k := slices.IndexFunc(all, func(r result) bool { return r.Peer == reference(all) })
	if k < 0 || r.Peer == all[k].Peer {
		return 0, 0, 0, false
	}
	own, ratios := all[k].rounds(), r.rounds()
	ratios = ratios[:min(len(own), len(ratios))] // a peer that failed has fewer rounds
	for round := range ratios {
		ratios[round] = own[round] / ratios[round]
	}
	return middleAndRange(ratios)
}

func middleAndRange(numbers []float64) (middle, least, greatest float64, ok bool) {
	if len(numbers) == 0 {
		return 0, 0, 0, false
	}
	return median(numbers), slices.Min(numbers), slices.Max(numbers), true
}

// table formats the results as a Markdown table, the fastest first.
func table(results []result) string {
	rows := [][]string{{"peer", "ms/step", "rounds", reference(results) + " / peer", "first step", "peak memory"}}
	var notes []string
	for _, r := range fastestFirst(results) {
		row := []string{r.Title, "-", "-", "-", "-", "-"}
		if middle, least, greatest, ok := r.perStep(); ok {
			row[1], row[2] = short(middle), short(least)+" to "+short(greatest)
			row[4], row[5] = short(r.FirstStep)+" s", megabytes(r.Peak)
		}
		if middle, least, greatest, ok := ratio(r, results); ok {
			row[3] = fmt.Sprintf("%.2f (%.2f to %.2f)", middle, least, greatest)
		}
		if r.Fault != "" {
			row[0] = "✗ " + row[0]
			notes = append(notes, fmt.Sprintf("✗ %s: %s", r.Title, r.Fault))
		}
		rows = append(rows, row)
	}
	return align(rows) + strings.Join(append(notes, ""), "\n")
}

// fastestFirst returns the results sorted by time; those without a time come last.
func fastestFirst(results []result) []result {
	return slices.SortedStableFunc(slices.Values(results), func(a, b result) int {
		x, _, _, ok1 := a.perStep()
		y, _, _, ok2 := b.perStep()
		switch {
		case ok1 && ok2 && x < y, ok1 && !ok2:
			return -1
		case ok1 && ok2 && x > y, !ok1 && ok2:
			return 1
		}
		return 0
	})
}

// align formats rows as a Markdown table that is legible as text: the first column left-aligned, the others right-aligned.
func align(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for k, cell := range row {
			widths[k] = max(widths[k], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for n, row := range rows {
		for k, cell := range row {
			space := strings.Repeat(" ", widths[k]-utf8.RuneCountInString(cell))
			if k == 0 {
				b.WriteString("| " + cell + space + " |")
			} else {
				b.WriteString(" " + space + cell + " |")
			}
		}
		b.WriteByte('\n')
		if n == 0 {
			for k, width := range widths {
				if k == 0 {
					b.WriteString("| " + strings.Repeat("-", width) + " |")
				} else {
					b.WriteString(" " + strings.Repeat("-", width-1) + ": |")
				}
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// short formats a number with three significant digits, or as an integer from 100.
func short(v float64) string {
	switch {
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

func megabytes(bytes int64) string {
	if bytes == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f MB", float64(bytes)/1e6)
}
