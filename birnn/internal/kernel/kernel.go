package kernel

import (
	"errors"
	"fmt"
	"slices"
)

// An Implementation computes the passes of a layer with one instruction set, or
// in plain Go.
type Implementation struct {
	// Name is "avx512", "avx2", "go" or "plain".
	Name string
	// Needs names the features that the processor must have; "" if none.
	Needs string

	supported bool // the processor has them
	forward   func(*Forward)
	backward  func(*Backward)
	tanh      func(y, x []float32)

	// layer returns what a Layer does with these weights, of which it keeps a
	// copy: a run, whose fields are valid, and how many floats of scratch memory
	// it needs for a batch.
	layer func(input, hidden int, kernel, bias []float32) (run func(r Run, scratch []float32), scratch func(batch int) int)
}

// plain is the implementation for every processor.
var plain = Implementation{
	Name:      "plain",
	supported: true,
	forward:   plainForward[float32],
	backward:  plainBackward[float32],
	tanh:      plainTanh[float32],
	layer:     plainLayer,
}

// All returns the implementations that this program contains, the fastest
// first and the plain one last, including those that the processor does not
// support.
func All() []Implementation { return append(slices.Clone(native), portable, plain) }

// Best returns the fastest implementation that the processor supports.
func Best() Implementation {
	all := All()
	return all[slices.IndexFunc(all, Implementation.Supported)]
}

// Supported reports whether the processor has what the implementation needs.
func (i Implementation) Supported() bool { return i.supported }

// Sizes are the sizes of a layer and of its batch of sequences.
type Sizes struct {
	Batch  int // sequences
	Time   int // time steps of each sequence
	Input  int // numbers in each time step
	Hidden int // hidden units
}

// Float is the type of the numbers. All implementations compute in float32;
// the tests run the plain one in float64 too.
type Float interface{ float32 | float64 }

// A Forward is a forward pass in float32.
type Forward = ForwardPass[float32]

// A ForwardPass reads each sequence of a batch, one time step after the other.
// Slices are row-major; no result may overlap another slice.
type ForwardPass[T Float] struct {
	Sizes
	Reversed bool // read X and Mask from the last time step to the first

	X      []T    // [batch, time, input]
	Kernel []T    // [input+hidden, 4*hidden]; the columns of the gates i, j, f, o
	Bias   []T    // [4*hidden]; includes the forget bias
	H0, C0 []T    // initial state, each [batch, hidden]; zero if nil
	Mask   []bool // [batch, time]; false leaves the state as it is; nil: all true

	// Results; nil ones are not computed. The stacks are in the order in which
	// the time steps are read, and U and C come together.
	HLast, CLast []T // state after the last time step, each [batch, hidden]
	H            []T // hidden state, [time+1, batch, hidden]: the initial one, then after each time step
	U            []T // gates as tanh gives them, [time, batch, 4*hidden]; any value where Mask is false
	C            []T // cell state after each time step, [time, batch, hidden]
}

// A Backward is a backward pass in float32.
type Backward = BackwardPass[float32]

// A BackwardPass computes the gradients of a number that depends on the results
// of a [ForwardPass]. Slices are row-major; no result may overlap another slice.
type BackwardPass[T Float] struct {
	Sizes
	Reversed bool

	X, Kernel []T    // as in the forward pass; X must be finite where Mask is false too
	Mask      []bool // as in the forward pass
	U, C, H   []T    // results of the forward pass

	// The gradients of the state after the last time step, each [batch,
	// hidden], and of the hidden state after each time step, [time, batch,
	// hidden], in the order in which the time steps are read. Zero if nil.
	DHLast, DCLast, DHAll []T

	// Results, each of the shape of what it is the gradient of; nil ones are
	// not computed.
	DKernel, DBias, DX, DH0, DC0 []T
}

// Forward computes the results of f. It returns an error, and leaves them as
// they are, if a size is below 1, a slice does not have the length that the
// sizes require, or the processor does not support the implementation.
func (i Implementation) Forward(f *Forward) error {
	if err := errors.Join(i.check(), f.check()); err != nil {
		return err
	}
	i.forward(f)
	return nil
}

// Backward computes the results of b. Its errors are those of
// [Implementation.Forward].
func (i Implementation) Backward(b *Backward) error {
	if err := errors.Join(i.check(), b.check()); err != nil {
		return err
	}
	i.backward(b)
	return nil
}

// Tanh sets y[k] to the hyperbolic tangent of x[k] as the passes compute it,
// for each k below both lengths. The processor must support the implementation.
func (i Implementation) Tanh(y, x []float32) {
	n := min(len(y), len(x))
	i.tanh(y[:n], x[:n])
}

func (i Implementation) check() error {
	if !i.supported {
		return fmt.Errorf("kernel: %s needs a processor with %s", i.Name, i.Needs)
	}
	return nil
}
