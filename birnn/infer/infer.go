package infer

import (
	"errors"
	"fmt"
	"sync"

	"github.com/easy-gomlx/tutorials/birnn/internal/kernel"
)

// A Network is a trained network. Its methods may be called from any number of
// goroutines at once.
type Network struct {
	sizes
	finalStates bool // the backward direction reads all rows, not just the last

	forward, backward *kernel.Layer
	w, b              []float32 // the output layer: [2*hidden, classes] and [classes]

	scratch sync.Pool // of *scratch
}

// sizes are the sizes of a network.
type sizes struct{ input, timesteps, hidden, classes int }

// Timesteps returns the number of rows of a sequence.
func (n *Network) Timesteps() int { return n.size().timesteps }

// NumInput returns the number of values in a row.
func (n *Network) NumInput() int { return n.size().input }

// NumClasses returns the number of classes.
func (n *Network) NumClasses() int { return n.size().classes }

// size returns the sizes, which are zero if there is no network.
func (n *Network) size() sizes {
	if n == nil {
		return sizes{}
	}
	return n.sizes
}

var errNoNetwork = errors.New("there is no network; Load returns one")

// check returns an error if there is no network.
func (n *Network) check(method string) error {
	if n.size() == (sizes{}) {
		return fmt.Errorf("infer: %s: %w", method, errNoNetwork)
	}
	return nil
}

// checkFinite returns an error if a value of x, the first of which has the given
// index in the input, is not finite.
func checkFinite(method string, x []float32, first int) error {
	for k, v := range x {
		if v-v != 0 { // v is infinite or NaN
			return fmt.Errorf("infer: %s: value %d is %v; want a finite number", method, first+k, v)
		}
	}
	return nil
}
