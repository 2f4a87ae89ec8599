package inline

import (
	"fmt"
	"strings"
	"time"

	"github.com/easy-gomlx/tutorials/plotting"
	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

// run is what is known of a training run, and puts it into words.
type run struct {
	epochs, stepsPerEpoch int // 0: unknown
	training, validation  plotting.Series
	before                int // the last step of an earlier run that this one goes on with
	start                 time.Time
	pace                  pace
}

func newRun(epochs, stepsPerEpoch int, start time.Time) run {
	return run{epochs: epochs, stepsPerEpoch: stepsPerEpoch, start: start}
}

func (r *run) goOn(training, validation plotting.Series) {
	r.training, r.validation = training, validation
	r.before = r.lastStep()
}

func (r *run) step(now time.Time, step int, loss, accuracy float64) {
	record(&r.training, step, loss, accuracy)
	r.pace.add(now, step)
}

// evaluation counts for the pace too: the time left includes the evaluations to come.
func (r *run) evaluation(now time.Time, step int, loss, accuracy float64) {
	record(&r.validation, step, loss, accuracy)
	r.pace.add(now, step)
}

func record(s *plotting.Series, step int, loss, accuracy float64) {
	s.Steps = append(s.Steps, step)
	s.Loss = append(s.Loss, loss)
	s.Accuracy = append(s.Accuracy, accuracy)
}

// progressLine says how far the run is, as in
//
//	epoch 3/10 · step 1,400 of 5,500 · loss 0.08 · accuracy 97.0% · 25 ms/step · 1 min 42 s left
func (r *run) progressLine() string {
	step := r.lastStep()
	var parts []string
	if r.stepsPerEpoch > 0 {
		parts = append(parts, r.epoch(step))
	}
	if total := r.total(); total > 0 {
		parts = append(parts, fmt.Sprintf("step %s of %s", format.Thousands(step), format.Thousands(total)))
	} else {
		parts = append(parts, "step "+format.Thousands(step))
	}
	if n := len(r.training.Steps); n > 0 {
		parts = append(parts, "loss "+format.Short(r.training.Loss[n-1]), "accuracy "+format.Percent(r.training.Accuracy[n-1]))
	}
	if perStep, ok := r.pace.perStep(); ok {
		parts = append(parts, stepTime(perStep))
		if left := r.total() - step; left > 0 {
			parts = append(parts, duration(time.Duration(left)*perStep)+" left")
		}
	}
	return strings.Join(parts, " · ")
}

// closingLine sums the run up, as in
//
//	5,500 steps in 2 min 22 s · last batch: loss 0.02, accuracy 99.0% · validation: loss 0.07, accuracy 97.7%
func (r *run) closingLine(now time.Time) string {
	step := r.lastStep()
	done := format.Count(step, "step")
	if total := r.total(); step < total {
		done = fmt.Sprintf("stopped at step %s of %s", format.Thousands(step), format.Thousands(total))
	}
	if r.before > 0 {
		done += ", the last " + format.Thousands(step-r.before)
	}
	parts := []string{done + " in " + duration(now.Sub(r.start))}
	if n := len(r.training.Steps); n > 0 {
		parts = append(parts, fmt.Sprintf("last batch: loss %s, accuracy %s",
			format.Short(r.training.Loss[n-1]), format.Percent(r.training.Accuracy[n-1])))
	}
	if n := len(r.validation.Steps); n > 0 {
		parts = append(parts, fmt.Sprintf("validation: loss %s, accuracy %s",
			format.Short(r.validation.Loss[n-1]), format.Percent(r.validation.Accuracy[n-1])))
	}
	return strings.Join(parts, " · ")
}

func (r *run) total() int { return r.epochs * r.stepsPerEpoch }

func (r *run) lastStep() int {
	last := 0
	for _, s := range []plotting.Series{r.training, r.validation} {
		if n := len(s.Steps); n > 0 {
			last = max(last, s.Steps[n-1])
		}
	}
	return last
}

// epoch counts from 1; its last step still belongs to it.
func (r *run) epoch(step int) string {
	epoch := (max(1, step)-1)/r.stepsPerEpoch + 1
	if r.epochs == 0 {
		return fmt.Sprintf("epoch %d", epoch)
	}
	return fmt.Sprintf("epoch %d/%d", min(epoch, r.epochs), r.epochs)
}
