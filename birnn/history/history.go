// Package history records how loss and accuracy develop while a network trains:
// package birnn writes the record, package plotting draws it.
package history

import "slices"

// Record is the record of one training run.
type Record struct {
	Training   Series // each batch, before its update
	Validation Series // the validation set, usually after each epoch
}

// Clone returns a copy that shares no memory with r.
func (r Record) Clone() Record {
	return Record{Training: r.Training.Clone(), Validation: r.Validation.Clone()}
}

// Series is the loss and the accuracy (0 to 1) at some training steps, counted
// from 1 and ascending. The three slices have the same length.
type Series struct {
	Steps          []int
	Loss, Accuracy []float64
}

// Add appends a value to the series.
func (s *Series) Add(step int, loss, accuracy float64) {
	s.Steps = append(s.Steps, step)
	s.Loss = append(s.Loss, loss)
	s.Accuracy = append(s.Accuracy, accuracy)
}

// LastStep returns the last step of the series, or 0 if it is empty.
func (s Series) LastStep() int {
	if len(s.Steps) == 0 {
		return 0
	}
	return s.Steps[len(s.Steps)-1]
}

// Clone returns a copy that shares no memory with s.
func (s Series) Clone() Series {
	return Series{Steps: slices.Clone(s.Steps), Loss: slices.Clone(s.Loss), Accuracy: slices.Clone(s.Accuracy)}
}
