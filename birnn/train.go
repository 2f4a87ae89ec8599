package birnn

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
)

// Examples are n sequences, X [n, Timesteps, NumInput] row-major, and the
// class of each, Y [n].
type Examples struct {
	X []float32
	Y []int32
}

// Progress is what [Model.Train] reports.
type Progress struct {
	Epoch, Epochs  int     // counted from 1
	Step, Steps    int     // training steps so far, and in all
	Loss, Accuracy float64 // of the batch before its update, or of the validation set
	Validation     bool    // the epoch has ended; Loss and Accuracy are those of the validation set
}

// String returns the progress as a line of text.
func (p Progress) String() string {
	what := "loss"
	if p.Validation {
		what = "validation loss"
	}
	return fmt.Sprintf("epoch %d/%d, step %d of %d: %s %.3f, accuracy %.1f%%", p.Epoch, p.Epochs, p.Step, p.Steps, what, p.Loss, 100*p.Accuracy)
}

// Train trains for Config.Epochs epochs, less those that the model has behind
// it already: a loaded model goes on where it was saved, in the order that an
// uninterrupted training would have taken. That order is drawn anew for each
// epoch from Config.Seed. What is left of the examples when they are cut into
// batches of Config.BatchSize sits out the epoch. The examples have to be as many
// as those that the model was trained on before.
//
// After every Config.DisplayFreq steps and, with validation examples, after
// every epoch it calls report, which may be nil. When the context ends, Train
// returns its error after the step in progress; the model is whole then, and
// can be saved.
//
// A model that [Resume] returned is saved to its directory after every epoch and
// when the context ends; a kill -9 loses what came after the last epoch. A save
// that fails ends the training with its error; the model is whole, and another
// call goes on. A context that ends in the last validation leaves that out.
func (m *Model) Train(ctx context.Context, train, validation Examples, report func(Progress)) error {
	if err := m.check("Train", train.X, train.Y); err != nil {
		return err
	}
	if len(validation.Y) > 0 {
		if err := m.check("Train: validation", validation.X, validation.Y); err != nil {
			return err
		}
	}
	if err := checkExamples("Train", m.cfg, len(train.Y)); err != nil {
		return err
	}
	if err := m.setExamples(len(train.Y)); err != nil {
		return err
	}
	if report == nil {
		report = func(Progress) {}
	}
	t := &trainer{model: m, data: train, validation: validation, report: report, perEpoch: len(train.Y) / m.cfg.BatchSize, batch: newBatch(m.cfg)}
	err := t.run(ctx)
	if stopped := ctx.Err(); stopped != nil && errors.Is(err, stopped) {
		return m.stopped(stopped)
	}
	return err
}

// setExamples notes how many examples an epoch has, or returns an error if the model was trained on others before.
func (m *Model) setExamples(n int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.examples != n && m.examples != 0 && m.step > 0 {
		return fmt.Errorf("birnn: Train: %d examples, but the model is at step %d of a training on %d: give it those, or hand its Weights to a new model", n, m.step, m.examples)
	}
	m.examples = n
	return nil
}

// epoch returns how many epochs are complete, as far as that is known.
func (m *Model) epoch() int { return completeEpochs(m.cfg, m.step, m.examples) }

// stopped saves the model that Train stopped training, if it has a directory.
func (m *Model) stopped(reason error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.step == 0 {
		return fmt.Errorf("birnn: training stopped before its first step: %w", reason)
	}
	where := ""
	if m.home != nil {
		if err := m.save(m.home.dir); err != nil {
			return fmt.Errorf("birnn: training stopped after step %d and could not be saved: %w (%w)", m.step, err, reason)
		}
		where = " and is saved in " + m.home.dir
		if m.step < stepsFor(m.cfg, m.examples) {
			where += "; it goes on from there"
		}
	}
	return fmt.Errorf("birnn: training stopped after step %d%s: %w", m.step, where, reason)
}

// epochEnded validates, if that was not done at this step yet, and saves.
func (t *trainer) epochEnded(ctx context.Context, step int) error {
	m, validation := t.model, t.validation
	if h := m.History(); len(validation.Y) > 0 && h.Validation.last() < step {
		loss, accuracy, err := m.validate(ctx, validation.X, validation.Y)
		if err != nil {
			return err
		}
		t.report(t.progress(step, loss, accuracy, true))
	}
	if m.home == nil {
		return nil
	}
	return m.Save(m.home.dir)
}

// trainer walks through the examples in the order of each epoch.
type trainer struct {
	model            *Model
	data, validation Examples
	report           func(Progress)
	perEpoch         int

	order []int // of the epoch that it was drawn for
	drawn int   // that epoch, counted from 1
	batch Examples
}

// run takes the steps that are left. What an epoch ends with may be left to do from before.
func (t *trainer) run(ctx context.Context) error {
	for step := t.model.Step(); ; step++ {
		if step > 0 && step%t.perEpoch == 0 {
			if err := t.epochEnded(ctx, step); err != nil {
				return err
			}
		}
		if step >= t.steps() {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := t.step(step); err != nil {
			return err
		}
	}
}

func newBatch(cfg Config) Examples {
	return Examples{
		X: make([]float32, cfg.BatchSize*cfg.Timesteps*cfg.NumInput),
		Y: make([]int32, cfg.BatchSize),
	}
}

// steps are those of the whole training.
func (t *trainer) steps() int { return stepsFor(t.model.cfg, len(t.data.Y)) }

// step takes the training step after the given number of steps.
func (t *trainer) step(step int) error {
	cfg := t.model.cfg
	if epoch := step/t.perEpoch + 1; epoch != t.drawn {
		t.order = rand.New(rand.NewPCG(uint64(cfg.Seed), uint64(epoch))).Perm(len(t.data.Y))
		t.drawn = epoch
	}
	width := cfg.Timesteps * cfg.NumInput
	start := step % t.perEpoch * cfg.BatchSize
	for k, example := range t.order[start : start+cfg.BatchSize] {
		copy(t.batch.X[k*width:(k+1)*width], t.data.X[example*width:])
		t.batch.Y[k] = t.data.Y[example]
	}
	loss, accuracy, err := t.model.TrainStep(t.batch.X, t.batch.Y)
	if err == nil && (step+1)%cfg.DisplayFreq == 0 {
		t.report(t.progress(step+1, loss, accuracy, false))
	}
	return err
}

// progress is the report after the given number of steps.
func (t *trainer) progress(step int, loss, accuracy float64, validation bool) Progress {
	return Progress{
		Epoch: (step-1)/t.perEpoch + 1, Epochs: t.model.cfg.Epochs,
		Step: step, Steps: t.steps(),
		Loss: loss, Accuracy: accuracy, Validation: validation,
	}
}
