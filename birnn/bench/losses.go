package main

import (
	"fmt"
	"math"
	"slices"
)

// lossTolerance is the largest relative difference of a loss from the median of all peers. Summing float32 numbers in another order makes a
// hundredth of this difference after five steps.
const lossTolerance = 1e-4

// markOtherLosses sets the fault of each peer whose losses are not those of the others, because it does not do the same work.
func markOtherLosses(results []result) {
	for step := range checkedSteps {
		want := median(lossesAt(step, results))
		for k := range results {
			r := &results[k]
			switch {
			case r.Fault != "":
			case step >= len(r.Losses):
				r.Fault = fmt.Sprintf("%d losses instead of %d", len(r.Losses), checkedSteps)
			case !(math.Abs(r.Losses[step]-want) <= lossTolerance*math.Abs(want)):
				r.Fault = fmt.Sprintf("not the same work: the loss of step %d is %.6f, the median of all peers %.6f", step+1, r.Losses[step], want)
			}
		}
	}
}

// greatestDifference returns the greatest difference between the losses of a step, relative to their median.
func greatestDifference(results []result) float64 {
	greatest := 0.0
	for step := range checkedSteps {
		if losses := lossesAt(step, results); len(losses) > 0 {
			greatest = max(greatest, (slices.Max(losses)-slices.Min(losses))/math.Abs(median(losses)))
		}
	}
	return greatest
}

// lossesAt returns the losses of a step of the peers without a fault.
func lossesAt(step int, results []result) []float64 {
	var losses []float64
	for _, r := range results {
		if r.Fault == "" && step < len(r.Losses) {
			losses = append(losses, r.Losses[step])
		}
	}
	return losses
}

// median returns the median of the numbers, or NaN if there are none.
func median(numbers []float64) float64 {
	if len(numbers) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(numbers))
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2
}
