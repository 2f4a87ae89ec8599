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
	Epoch, Epochs  int     // the current epoch, counted from 1, and the number of epochs
	Step, Steps    int     // training steps so far, and in all
	Loss, Accuracy float64 // of the batch before its update, or of the validation set
	Validation     bool    // the epoch has ended; Loss and Accuracy are of the validation set
}

// String returns the progress as a line of text.
func (p Progress) String() string {
	what := "loss"
	if p.Validation {
		what = "validation loss"
	}
	return fmt.Sprintf("epoch %d/%d, step %d of %d: %s %.3f, accuracy %.1f%%", p.Epoch, p.Epochs, p.Step, p.Steps, what, p.Loss, 100*p.Accuracy)
}

// Train trains until the model has taken the steps of Config.Epochs epochs: a
// model that was saved continues from its step, with the examples in the order
// that they would have had without the interruption, and one that has taken all
// steps does not change. The order is drawn for each epoch, from Config.Seed.
// Examples that do not fill the last batch of an epoch are left out of that
// epoch.
//
// After every Config.DisplayFreq steps and, if there are validation examples,
// after every epoch it calls report, which may be nil. When the context is
// done, Train finishes the current step and returns the context's error; the
// model can still be used and saved.
//
// A model that [Resume] returned is saved to its directory after each epoch and
// when the context is done; kill -9 loses the steps since the last epoch. If
// saving fails, Train returns the error; the model can still be used, and
// another call continues.
//
// The number of training examples must be the one that the model was trained on
// before; otherwise the error is a [*MismatchError]. The caller must ensure
// that they are the same ones.
func (m *Model) Train(ctx context.Context, train, validation Examples, report func(Progress)) error {
	if err := m.check("Train", train.X, train.Y); err != nil {
		return err
	}
	if len(validation.Y) > 0 {
		if err := m.check("Train: validation", validation.X, validation.Y); err != nil {
			return err
		}
	}
	if n := len(train.Y); n < m.cfg.BatchSize {
		return fmt.Errorf("birnn: Train: %d examples do not fill a batch of Config.BatchSize %d", n, m.cfg.BatchSize)
	}
	m.training.Lock()
	defer m.training.Unlock()
	if err := m.setExamples(len(train.Y)); err != nil {
		return err
	}
	if report == nil {
		report = func(Progress) {}
	}
	t := &trainer{model: m, data: train, validation: validation, report: report, perEpoch: len(train.Y) / m.cfg.BatchSize, batch: newBatch(m.cfg)}
	err := t.run(ctx)
	if cause := ctx.Err(); cause != nil && errors.Is(err, cause) {
		return m.stopped(cause)
	}
	return err
}

// setExamples sets the number of examples in an epoch, or returns an error if the
// model was trained on another number before.
func (m *Model) setExamples(n int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	if m.examples != n && m.examples != 0 && m.step > 0 {
		return &MismatchError{Dir: m.home.Path(), Field: "examples", Was: fmt.Sprint(m.examples), Is: fmt.Sprint(n)}
	}
	m.examples = n
	return nil
}

// stopped saves the model that Train stopped training, if it has a directory.
func (m *Model) stopped(cause error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.step == 0 || m.home == nil {
		return fmt.Errorf("birnn: training stopped after step %d: %w", m.step, cause)
	}
	if err := m.save(m.home.Path()); err != nil {
		return fmt.Errorf("birnn: training stopped after step %d and could not be saved: %w (%w)", m.step, err, cause)
	}
	return fmt.Errorf("birnn: training stopped after step %d, saved to %s: %w", m.step, m.home.Path(), cause)
}

// epochEnded validates, unless that was already done at this step, and saves.
func (t *trainer) epochEnded(ctx context.Context, step int) error {
	m, validation := t.model, t.validation
	if len(validation.Y) > 0 && m.lastValidation() < step {
		loss, accuracy, err := m.validate(ctx, validation.X, validation.Y)
		if err != nil {
			return err
		}
		t.report(t.progress(step, loss, accuracy, true))
	}
	if m.home == nil {
		return nil
	}
	return m.Save(m.home.Path())
}

// lastValidation returns the step of the last validation, or 0.
func (m *Model) lastValidation() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.history.Validation.LastStep()
}

// trainer takes the examples in the order of each epoch.
type trainer struct {
	model            *Model
	data, validation Examples
	report           func(Progress)
	perEpoch         int

	order []int // of the epoch below
	drawn int   // the epoch, counted from 1
	batch Examples
}

// run takes the remaining steps. If training was stopped at the end of an
// epoch, its validation may remain to be done.
func (t *trainer) run(ctx context.Context) error {
	for step := t.model.Step(); ; step = t.model.Step() {
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

// steps returns the number of steps of the whole run.
func (t *trainer) steps() int { return t.perEpoch * t.model.cfg.Epochs }

// step takes the training step that follows the given number of steps.
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

// progress returns the report after the given number of steps.
func (t *trainer) progress(step int, loss, accuracy float64, validation bool) Progress {
	return Progress{
		Epoch: (step-1)/t.perEpoch + 1, Epochs: t.model.cfg.Epochs,
		Step: step, Steps: t.steps(),
		Loss: loss, Accuracy: accuracy, Validation: validation,
	}
}
