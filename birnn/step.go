package birnn

import (
	"context"
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/easy-gomlx/tutorials/birnn/history"
)

// TrainStep updates the weights once, with a batch of n sequences: x is [n,
// Timesteps, NumInput] row-major, y the n classes. It returns the loss and the
// accuracy (0 to 1) of the batch before the update, and adds them to the
// history.
//
// Bad input (a wrong length, a class outside 0..NumClasses-1, a value that is
// not finite) is an error that changes nothing. If the loss is NaN or infinite
// the error is a [*DivergedError]: the weights can no longer be used.
func (m *Model) TrainStep(x []float32, y []int32) (loss, accuracy float64, err error) {
	if err := m.check("TrainStep", x, y); err != nil {
		return 0, 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return 0, 0, ErrClosed
	}
	loss, accuracy, err = m.runScore(m.updating, x, y)
	if err != nil {
		return 0, 0, fmt.Errorf("birnn: training step %d: %w", m.step+1, err)
	}
	m.step++
	return loss, accuracy, m.record(&m.history.Training, loss, accuracy)
}

// record adds a result at the current step to the history, if it is finite.
func (m *Model) record(s *history.Series, loss, accuracy float64) error {
	m.homeSaved = false
	if !isFinite(loss) {
		m.diverged = &DivergedError{Step: m.step, Loss: loss, Checkpoint: m.lastSaved.file, CheckpointStep: m.lastSaved.step}
		return m.diverged
	}
	if !isFinite(accuracy) {
		return fmt.Errorf("birnn: training step %d: Network.Accuracy returned %v; want a finite number", m.step, accuracy)
	}
	s.Add(m.step, loss, accuracy)
	return nil
}

// DivergedError reports that the loss has become NaN or infinite, in a training
// step or a validation. The weights can no longer be used.
type DivergedError struct {
	Step int     // the training step, counted from 1
	Loss float64 // NaN or infinite

	Checkpoint     string // the file that the model was last saved to or loaded from; "" if there is none
	CheckpointStep int    // its step
}

func (e *DivergedError) Error() string {
	advice := "start over with a smaller learning rate"
	if e.Checkpoint != "" {
		advice += fmt.Sprintf(", or with the Weights of the last checkpoint, %s of step %d", e.Checkpoint, e.CheckpointStep)
	}
	return fmt.Sprintf("birnn: the loss is %v at training step %d: %s", e.Loss, e.Step, advice)
}

// Evaluate returns the mean loss and the accuracy (0 to 1) over n sequences: x
// is [n, Timesteps, NumInput] row-major, y the n classes, and n at least 1. Each
// sequence counts once.
func (m *Model) Evaluate(x []float32, y []int32) (loss, accuracy float64, err error) {
	return m.evaluate(context.Background(), "Evaluate", x, y)
}

// Validate is like [Model.Evaluate], and also adds the result to the history.
func (m *Model) Validate(x []float32, y []int32) (loss, accuracy float64, err error) {
	return m.validate(context.Background(), x, y)
}

func (m *Model) validate(ctx context.Context, x []float32, y []int32) (loss, accuracy float64, err error) {
	loss, accuracy, err = m.evaluate(ctx, "Validate", x, y)
	if err != nil {
		return 0, 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return loss, accuracy, m.record(&m.history.Validation, loss, accuracy)
}

func (m *Model) evaluate(ctx context.Context, method string, x []float32, y []int32) (loss, accuracy float64, err error) {
	if err := m.check(method, x, y); err != nil {
		return 0, 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return 0, 0, ErrClosed
	}
	width := m.cfg.Timesteps * m.cfg.NumInput
	for start, size := range m.chunks(len(y)) {
		if err := ctx.Err(); err != nil {
			return 0, 0, err
		}
		l, a, err := m.runScore(m.scoring, x[start*width:(start+size)*width], y[start:start+size])
		if err != nil {
			return 0, 0, fmt.Errorf("birnn: evaluating sequences %d to %d: %w", start, start+size-1, err)
		}
		loss += l * float64(size)
		accuracy += a * float64(size)
	}
	return loss / float64(len(y)), accuracy / float64(len(y)), nil
}

// Predict returns the probability of each class for n sequences,
// [n][NumClasses]: x is [n, Timesteps, NumInput] row-major. If there are no
// sequences, it returns none.
func (m *Model) Predict(x []float32) (probabilities [][]float32, err error) {
	width := m.cfg.Timesteps * m.cfg.NumInput
	if len(x)%width != 0 {
		return nil, fmt.Errorf("birnn: Predict: x has %d values, which is not a multiple of Timesteps %d times NumInput %d",
			len(x), m.cfg.Timesteps, m.cfg.NumInput)
	}
	n := len(x) / width
	if err := m.checkSequences("Predict", x, n); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, ErrClosed
	}
	probabilities = make([][]float32, 0, n)
	for start, size := range m.chunks(n) {
		rows, err := m.probabilities(x[start*width:(start+size)*width], size)
		if err != nil {
			return nil, fmt.Errorf("birnn: predicting sequences %d to %d: %w", start, start+size-1, err)
		}
		probabilities = append(probabilities, rows...)
	}
	return probabilities, nil
}

// Classify returns the most probable class of each of n sequences; x is
// [n, Timesteps, NumInput] row-major.
func (m *Model) Classify(x []float32) ([]int32, error) {
	probabilities, err := m.Predict(x)
	if err != nil {
		return nil, err
	}
	classes := make([]int32, len(probabilities))
	for k, row := range probabilities {
		for class, p := range row {
			if p > row[classes[k]] {
				classes[k] = int32(class)
			}
		}
	}
	return classes, nil
}

// runScore runs a program and returns the loss and the accuracy.
func (m *Model) runScore(p *program, x []float32, y []int32) (loss, accuracy float64, err error) {
	err = m.run(p, x, y, func(results []*tensors.Tensor) {
		score := results[0].Value().([]float64)
		loss, accuracy = score[0], score[1]
	})
	return loss, accuracy, err
}

// probabilities returns the probabilities of n sequences that fit into one
// chunk. Their classes are unknown; the score, of any classes, is ignored.
func (m *Model) probabilities(x []float32, n int) (rows [][]float32, err error) {
	err = m.run(m.scoring, x, make([]int32, n), func(results []*tensors.Tensor) {
		rows = results[1].Value().([][]float32)
	})
	return rows, err
}

// run runs a program with copies of x and y, calls read with the results, and
// frees them all.
func (m *Model) run(p *program, x []float32, y []int32, read func(results []*tensors.Tensor)) error {
	return try(func() error {
		sequences, err := m.sequences(p, x, len(y))
		if err != nil {
			return err
		}
		inputs := []*tensors.Tensor{sequences, tensors.FromFlatDataAndDimensions(y, len(y))}
		results, err := p.run(inputs...)
		if err != nil {
			return err
		}
		read(results)
		return finalize(slices.Concat(results, inputs))
	})
}

// finalize frees tensors. The garbage collector does not know their size.
func finalize(all []*tensors.Tensor) error {
	for _, t := range all {
		if err := t.FinalizeAll(); err != nil {
			return err
		}
	}
	return nil
}
