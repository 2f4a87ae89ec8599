package birnn

import (
	"context"
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"
)

// TrainStep makes one update of the weights with a batch of n sequences: x is
// [n, Timesteps, NumInput] row-major, y the n classes. It returns the loss and
// the accuracy (0 to 1) that the batch had before the update, and adds them to
// the [History].
//
// Bad input (a wrong length, a class outside 0..NumClasses-1, a value that is
// not finite) is an error that changes nothing. When the loss turns out not to
// be finite the error is a [*DivergedError]: the weights are no longer of use.
func (m *Model) TrainStep(x []float32, y []int32) (loss, accuracy float64, err error) {
	if err := m.check("TrainStep", x, y); err != nil {
		return 0, 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return 0, 0, ErrClosed
	}
	loss, accuracy, err = m.score(m.updating, x, y)
	if err != nil {
		return 0, 0, fmt.Errorf("birnn: training step %d: %w", m.step+1, err)
	}
	m.step++
	m.homeIsCurrent = false
	if !isFinite(loss) {
		m.diverged = m.divergedAt(loss)
		return loss, accuracy, m.diverged
	}
	if !isFinite(accuracy) {
		return loss, accuracy, fmt.Errorf("birnn: training step %d: Network.Accuracy gave %v; it must be a finite number", m.step, accuracy)
	}
	m.history.Training.add(m.step, loss, accuracy)
	return loss, accuracy, nil
}

// DivergedError says that a training step or a validation gave a loss that is not a finite
// number, after which the weights are of no use: load the last checkpoint, and
// train on with a smaller learning rate or check the data.
type DivergedError struct {
	Step int     // the training step, counted from 1
	Loss float64 // NaN or infinite

	Checkpoint     string // the file that the model was last saved to or loaded from; "" if there is none
	CheckpointStep int    // the step that it was saved at
}

func (m *Model) divergedAt(loss float64) *DivergedError {
	return &DivergedError{Step: m.step, Loss: loss, Checkpoint: m.lastGood, CheckpointStep: m.lastGoodStep}
}

func (e *DivergedError) Error() string {
	mend := "it was never saved; start again with a smaller learning rate"
	if e.Checkpoint != "" {
		mend = fmt.Sprintf("the last good checkpoint is %s, of step %d: load it, and hand its Weights to a new model with a smaller learning rate", e.Checkpoint, e.CheckpointStep)
	}
	return fmt.Sprintf("birnn: the loss is %v at training step %d: the weights are of no use any more; %s", e.Loss, e.Step, mend)
}

// Evaluate returns the mean loss and the accuracy (0 to 1) over n sequences: x
// is [n, Timesteps, NumInput] row-major, y the n classes. Any n will do; every
// sequence counts once.
func (m *Model) Evaluate(x []float32, y []int32) (loss, accuracy float64, err error) {
	return m.evaluate(context.Background(), "Evaluate", x, y)
}

// Validate is [Model.Evaluate], and adds the result to the history.
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
	if !isFinite(loss) {
		m.diverged = m.divergedAt(loss)
		return loss, accuracy, m.diverged
	}
	if !isFinite(accuracy) {
		return loss, accuracy, fmt.Errorf("birnn: Validate: Network.Accuracy gave %v; it must be a finite number", accuracy)
	}
	m.history.Validation.add(m.step, loss, accuracy)
	m.homeIsCurrent = false
	return loss, accuracy, nil
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
		l, a, err := m.score(m.scoring, x[start*width:(start+size)*width], y[start:start+size])
		if err != nil {
			return 0, 0, fmt.Errorf("birnn: evaluating sequences %d to %d: %w", start, start+size-1, err)
		}
		loss += l * float64(size)
		accuracy += a * float64(size)
	}
	return loss / float64(len(y)), accuracy / float64(len(y)), nil
}

// Predict returns the probability of each class for n sequences, [n][NumClasses]:
// x is [n, Timesteps, NumInput] row-major.
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
		rows, err := m.guess(x[start*width:(start+size)*width], size)
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

// score runs a program that takes x and y and returns loss and accuracy.
func (m *Model) score(p *program, x []float32, y []int32) (loss, accuracy float64, err error) {
	err = m.run(p, x, y, func(results []*tensors.Tensor) {
		loss = float64(tensors.ToScalar[float32](results[0]))
		accuracy = float64(tensors.ToScalar[float32](results[1]))
	})
	return loss, accuracy, err
}

// guess returns the probabilities of n sequences that fit into one chunk. Their
// classes are not known: the score is that of any, and left alone.
func (m *Model) guess(x []float32, n int) (rows [][]float32, err error) {
	err = m.run(m.scoring, x, make([]int32, n), func(results []*tensors.Tensor) {
		rows = results[2].Value().([][]float32)
	})
	return rows, err
}

// run runs a program with copies of x and y, lets read take what it needs of
// the results, and frees them all.
func (m *Model) run(p *program, x []float32, y []int32, read func(results []*tensors.Tensor)) error {
	return try(func() error {
		inputs := []*tensors.Tensor{m.sequences(x, len(y)), tensors.FromFlatDataAndDimensions(y, len(y))}
		results, err := p.run(inputs...)
		if err != nil {
			return err
		}
		read(results)
		return finalize(slices.Concat(results, inputs))
	})
}

// finalize frees tensors at once; the garbage collector does not know their size.
func finalize(all []*tensors.Tensor) error {
	for _, t := range all {
		if err := t.FinalizeAll(); err != nil {
			return err
		}
	}
	return nil
}
