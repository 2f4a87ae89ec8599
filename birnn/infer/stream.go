package infer

import (
	"fmt"

	"github.com/easy-gomlx/tutorials/birnn/internal/kernel"
)

// A Stream reads one sequence as it arrives, row by row. It belongs to one
// goroutine; a network may have any number of streams.
//
// The forward direction continues from the row before. With
// birnn.LastOutput the backward direction reads just the last row, so that each
// row takes the same short time. With birnn.FinalStates it has to read
// all rows so far again, from the last to the first: row k takes k times as long
// as the first one, and the stream keeps all rows.
type Stream struct {
	network           *Network
	forward, backward state
	rows              []float32 // so far, for FinalStates
}

// Stream returns a stream at the start of a sequence.
func (n *Network) Stream() *Stream {
	hidden := n.size().hidden
	return &Stream{network: n, forward: newState(hidden), backward: newState(hidden)}
}

// Push reads the next row, [NumInput], and returns the probabilities of the
// classes, [NumClasses], if the sequence ended here: those that a network with
// the same weights and that many Timesteps predicts. The sequence
// may be longer than Timesteps, but the network was not trained for that. After
// an error the stream is as it was before.
func (s *Stream) Push(row []float32) ([]float32, error) {
	if s == nil {
		return nil, fmt.Errorf("infer: Push: %w", errNoNetwork)
	}
	n := s.network
	if err := n.check("Push"); err != nil {
		return nil, err
	}
	if len(row) != n.input {
		return nil, fmt.Errorf("infer: Push: the row has %d values; want NumInput %d", len(row), n.input)
	}
	if err := checkFinite("Push", row, 0); err != nil {
		return nil, err
	}
	f, b := s.forward, s.backward
	if err := n.forward.Run(kernel.Run{Batch: 1, Time: 1, Steps: 1, X: row, H0: f.h, C0: f.c, H: f.h, C: f.c}); err != nil {
		return nil, err
	}
	read := row
	if n.finalStates {
		s.rows = append(s.rows, row...)
		read = s.rows
	}
	steps := len(read) / n.input
	if err := n.backward.Run(kernel.Run{Batch: 1, Time: steps, Steps: steps, Reversed: true, X: read, H: b.h, C: b.c}); err != nil {
		return nil, err
	}
	p := make([]float32, n.classes)
	n.output(p, f.h, b.h)
	return p, nil
}
