package birnn

import (
	"context"
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
// batches of Config.BatchSize sits out the epoch.
//
// After every Config.DisplayFreq steps and, with validation examples, after
// every epoch it calls report, which may be nil. When the context ends, Train
// returns its error after the step in progress; the model is whole then, and
// can be saved.
func (m *Model) Train(ctx context.Context, train, validation Examples, report func(Progress)) error {
	if err := m.check("Train", train.X, train.Y); err != nil {
		return err
	}
	if len(validation.Y) > 0 {
		if err := m.check("Train: validation", validation.X, validation.Y); err != nil {
			return err
		}
	}
	perEpoch := len(train.Y) / m.cfg.BatchSize
	if perEpoch == 0 {
		return fmt.Errorf("birnn: Train: %d examples do not fill one batch of Config.BatchSize %d", len(train.Y), m.cfg.BatchSize)
	}
	if report == nil {
		report = func(Progress) {}
	}
	t := &trainer{model: m, data: train, perEpoch: perEpoch, batch: newBatch(m.cfg)}
	for step := m.Step(); step < perEpoch*m.cfg.Epochs; step++ {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("birnn: training stopped after step %d: %w", step, err)
		}
		if err := t.step(step, report); err != nil {
			return err
		}
		if (step+1)%perEpoch == 0 && len(validation.Y) > 0 {
			loss, accuracy, err := m.Validate(validation.X, validation.Y)
			if err != nil {
				return err
			}
			report(t.progress(step, loss, accuracy, true))
		}
	}
	return nil
}

// trainer walks through the examples in the order of each epoch.
type trainer struct {
	model    *Model
	data     Examples
	perEpoch int

	order []int // of the epoch that it was drawn for
	drawn int   // that epoch, counted from 1
	batch Examples
}

func newBatch(cfg Config) Examples {
	return Examples{
		X: make([]float32, cfg.BatchSize*cfg.Timesteps*cfg.NumInput),
		Y: make([]int32, cfg.BatchSize),
	}
}

// step takes the training step after the given number of steps.
func (t *trainer) step(step int, report func(Progress)) error {
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
		report(t.progress(step, loss, accuracy, false))
	}
	return err
}

func (t *trainer) progress(step int, loss, accuracy float64, validation bool) Progress {
	return Progress{
		Epoch: step/t.perEpoch + 1, Epochs: t.model.cfg.Epochs,
		Step: step + 1, Steps: t.perEpoch * t.model.cfg.Epochs,
		Loss: loss, Accuracy: accuracy, Validation: validation,
	}
}
