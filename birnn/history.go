package birnn

import (
	"fmt"
	"slices"

	"github.com/easy-gomlx/tutorials/birnn/internal/safetensors"
)

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

// last returns the last step of the series, or 0.
func (s Series) last() int {
	if len(s.Steps) == 0 {
		return 0
	}
	return s.Steps[len(s.Steps)-1]
}

// History is the record of a model's training. It is saved with the model.
type History struct {
	Training   Series // each batch, before the update that it caused
	Validation Series // what Validate found
}

// historyPrefix begins the names of the arrays that a checkpoint keeps the history in.
const historyPrefix = "History."

// namedSeries is a series with the name that its arrays have in a checkpoint.
type namedSeries struct {
	name string
	*Series
}

func (h *History) series() []namedSeries {
	return []namedSeries{{historyPrefix + "Training", &h.Training}, {historyPrefix + "Validation", &h.Validation}}
}

// arrays returns the history as it is kept in a checkpoint.
func (h *History) arrays() []safetensors.Array {
	var arrays []safetensors.Array
	for _, s := range h.series() {
		steps := make([]int64, len(s.Steps))
		for k, step := range s.Steps {
			steps[k] = int64(step)
		}
		arrays = append(arrays, safetensors.New(s.name+".Steps", steps, len(steps)),
			safetensors.New(s.name+".Loss", s.Loss, len(s.Loss)), safetensors.New(s.name+".Accuracy", s.Accuracy, len(s.Accuracy)))
	}
	return arrays
}

// historyOf returns the history that is kept in a checkpoint's arrays.
func historyOf(arrays []safetensors.Array) (h History, err error) {
	for _, s := range h.series() {
		if err := s.read(arrays); err != nil {
			return h, err
		}
	}
	return h, nil
}

// read sets the series from three of the arrays.
func (s namedSeries) read(arrays []safetensors.Array) error {
	steps, err := safetensors.Find[int64](arrays, s.name+".Steps")
	if err == nil {
		s.Loss, err = safetensors.Find[float64](arrays, s.name+".Loss")
	}
	if err == nil {
		s.Accuracy, err = safetensors.Find[float64](arrays, s.name+".Accuracy")
	}
	if err != nil {
		return err
	}
	if len(steps) != len(s.Loss) || len(steps) != len(s.Accuracy) {
		return fmt.Errorf("its %s has %d steps, %d losses and %d accuracies", s.name, len(steps), len(s.Loss), len(s.Accuracy))
	}
	if !slices.IsSorted(steps) {
		return fmt.Errorf("the steps of its %s are not in order", s.name)
	}
	s.Steps = make([]int, len(steps))
	for k, step := range steps {
		s.Steps[k] = int(step)
	}
	return nil
}

// History returns a copy of the record so far.
func (m *Model) History() History {
	m.mu.Lock()
	defer m.mu.Unlock()
	return History{Training: m.history.Training.clone(), Validation: m.history.Validation.clone()}
}
