package inline

import (
	"fmt"
	"strings"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/history"
	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

// run is the state of a training run, and describes it.
type run struct {
	epochs, stepsPerEpoch int // 0: unknown
	history.Record
	before int // the last step of the run that this one resumes
	start  time.Time
	pace   pace
}

func newRun(epochs, stepsPerEpoch int, start time.Time) run {
	return run{epochs: epochs, stepsPerEpoch: stepsPerEpoch, start: start}
}

func (r *run) resume(record history.Record) {
	r.Record = record.Clone()
	r.before = r.lastStep()
}

func (r *run) step(now time.Time, step int, loss, accuracy float64) {
	r.Training.Add(step, loss, accuracy)
	r.pace.add(now, step)
}

// evaluation adds to the pace too: the remaining time includes evaluations.
func (r *run) evaluation(now time.Time, step int, loss, accuracy float64) {
	r.Validation.Add(step, loss, accuracy)
	r.pace.add(now, step)
}

// progressLine describes the progress of the run, as in
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
	if n := len(r.Training.Steps); n > 0 {
		parts = append(parts, "loss "+format.Short(r.Training.Loss[n-1]), "accuracy "+format.Percent(r.Training.Accuracy[n-1]))
	}
	if perStep, ok := r.pace.perStep(); ok {
		parts = append(parts, stepTime(perStep))
		if left := r.total() - step; left > 0 {
			parts = append(parts, duration(time.Duration(left)*perStep)+" left")
		}
	}
	return strings.Join(parts, " · ")
}

// closingLine summarizes the run, as in
//
//	5,500 steps in 2 min 22 s · last batch: loss 0.02, accuracy 99.0% · validation: loss 0.07, accuracy 97.7%
func (r *run) closingLine(now time.Time) string {
	step := r.lastStep()
	done := format.Count(step, "step")
	if total := r.total(); step < total {
		done = fmt.Sprintf("stopped at step %s of %s", format.Thousands(step), format.Thousands(total))
	}
	took := " in " + duration(now.Sub(r.start))
	switch {
	case r.before > 0 && step == r.before: // already finished
		took = ""
	case r.before > 0:
		done += ", the last " + format.Thousands(step-r.before)
	}
	parts := []string{done + took}
	if n := len(r.Training.Steps); n > 0 {
		parts = append(parts, fmt.Sprintf("last batch: loss %s, accuracy %s",
			format.Short(r.Training.Loss[n-1]), format.Percent(r.Training.Accuracy[n-1])))
	}
	if n := len(r.Validation.Steps); n > 0 {
		parts = append(parts, fmt.Sprintf("validation: loss %s, accuracy %s",
			format.Short(r.Validation.Loss[n-1]), format.Percent(r.Validation.Accuracy[n-1])))
	}
	return strings.Join(parts, " · ")
}

func (r *run) total() int { return r.epochs * r.stepsPerEpoch }

func (r *run) lastStep() int { return max(r.Training.LastStep(), r.Validation.LastStep()) }

// epoch returns the epoch of a step. Both count from 1.
func (r *run) epoch(step int) string {
	epoch := (max(1, step)-1)/r.stepsPerEpoch + 1
	if r.epochs == 0 {
		return fmt.Sprintf("epoch %d", epoch)
	}
	return fmt.Sprintf("epoch %d/%d", min(epoch, r.epochs), r.epochs)
}
