package plotting

import (
	"fmt"
	"strings"

	"github.com/easy-gomlx/tutorials/birnn/history"
	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

// curvesAlt describes where each curve starts and ends.
func curvesAlt(record history.Record) string {
	training, validation := record.Training, record.Validation
	var b strings.Builder
	b.WriteString("Loss and accuracy over training steps")
	if n := len(training.Steps); n > 0 {
		fmt.Fprintf(&b, " %s to %s", format.Thousands(training.Steps[0]), format.Thousands(training.Steps[n-1]))
	}
	b.WriteString(".")
	if n := len(training.Steps); n > 0 {
		fmt.Fprintf(&b, " Training loss %s; training accuracy %s.",
			course(training.Loss, format.Short), course(training.Accuracy, format.Percent))
	}
	if n := len(validation.Steps); n > 0 {
		fmt.Fprintf(&b, " Validation loss %s; validation accuracy %s (%s, the last at step %s).",
			course(validation.Loss, format.Short), course(validation.Accuracy, format.Percent),
			format.Count(n, "evaluation"), format.Thousands(validation.Steps[n-1]))
	}
	if gaps := gapsIn(training.Loss, training.Accuracy, validation.Loss, validation.Accuracy); gaps > 0 {
		fmt.Fprintf(&b, " Not finite and left out: %s.", format.Count(gaps, "value"))
	}
	return b.String()
}

// course describes how the values change from the first to the last finite one.
// A long curve ends where its moving mean does, since single batches scatter.
func course(values []float64, write func(float64) string) string {
	var known []float64
	for _, v := range values {
		if finite(v) {
			known = append(known, v)
		}
	}
	if len(known) == 0 {
		return "has no finite value"
	}
	first, last := known[0], known[len(known)-1]
	if len(known) > smoothAbove {
		last = smoothed(known, meanRadius(len(known)))[len(known)-1]
	}
	from, to := write(first), write(last)
	switch {
	case len(known) == 1:
		return "is " + to
	case from == to:
		return "starts and ends at " + to
	case first > last:
		return "falls from " + from + " to " + to
	}
	return "rises from " + from + " to " + to
}

func gapsIn(all ...[]float64) int {
	gaps := 0
	for _, values := range all {
		for _, v := range values {
			if !finite(v) {
				gaps++
			}
		}
	}
	return gaps
}
