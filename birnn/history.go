package birnn

import "slices"

// Series is how loss and accuracy (0 to 1) went over the training steps. The
// three slices have the same length.
type Series struct {
	Steps          []int // counted from 1
	Loss, Accuracy []float64
}

func (s *Series) add(step int, loss, accuracy float64) {
	s.Steps = append(s.Steps, step)
	s.Loss = append(s.Loss, loss)
	s.Accuracy = append(s.Accuracy, accuracy)
}

func (s Series) clone() Series {
	return Series{Steps: slices.Clone(s.Steps), Loss: slices.Clone(s.Loss), Accuracy: slices.Clone(s.Accuracy)}
}

// History is the record of a model's training. It is saved with the model.
type History struct {
	Training   Series // each batch, before the update that it caused
	Validation Series // what Validate found
}

// History returns a copy of the record so far.
func (m *Model) History() History {
	m.mu.Lock()
	defer m.mu.Unlock()
	return History{Training: m.history.Training.clone(), Validation: m.history.Validation.clone()}
}

// Validate is [Model.Evaluate], and adds the result to the history.
func (m *Model) Validate(x []float32, y []int32) (loss, accuracy float64, err error) {
	loss, accuracy, err = m.Evaluate(x, y)
	if err != nil {
		return 0, 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !isFinite(loss) {
		return loss, accuracy, &DivergedError{Step: m.step, Loss: loss}
	}
	m.history.Validation.add(m.step, loss, accuracy)
	return loss, accuracy, nil
}
