package kernel

import (
	"errors"
	"sync"
	"unsafe"
)

// A Layer is an LSTM layer in one direction, prepared for forward passes that
// compute nothing but the last state: its weights are packed once. Its methods
// may be called from any goroutine.
type Layer struct {
	input, hidden int
	run           func(r Run, scratch []float32) // with packed weights
	floats        func(batch int) int            // of scratch memory
	scratch       sync.Pool                      // of *[]float32
}

// NewLayer returns a layer with the weights in kernel, [input+hidden, 4*hidden],
// with the columns of the gates i, j, f, o, and bias, [4*hidden], which includes
// the forget bias. It copies them. It returns an error if a size is below 1, a
// slice does not have the length that the sizes require, or the processor does
// not support the implementation.
func (i Implementation) NewLayer(input, hidden int, kernel, bias []float32) (*Layer, error) {
	rows := max(input, input+hidden) // if the sum overflows, input is too large by itself
	err := errors.Join(i.check(), checkSize("input", input), checkSize("hidden", hidden),
		checkLength("kernel", kernel, "input+hidden, 4, hidden", rows, 4, hidden),
		checkLength("bias", bias, "4, hidden", 4, hidden))
	if err != nil {
		return nil, err
	}
	l := &Layer{input: input, hidden: hidden}
	l.run, l.floats = i.layer(input, hidden, kernel, bias)
	return l, nil
}

// A Run is a forward pass of a [Layer] over a batch of sequences. Slices are
// row-major; no result may overlap another slice, except that H and C may be H0
// and C0.
type Run struct {
	Batch    int  // sequences
	Time     int  // time steps of each sequence
	Steps    int  // time steps to read: the first ones or, if Reversed, the last ones; 1 to Time
	Reversed bool // read X from the last time step to the first

	X      []float32 // [batch, time, input]
	H0, C0 []float32 // initial state, each [batch, hidden]; zero if nil
	H, C   []float32 // results, each [batch, hidden]: the state after the last step
}

// Run computes the results of r on the caller's goroutine. It returns an error,
// and leaves them as they are, if a size is out of range or a slice does not have
// the length that the sizes require.
func (l *Layer) Run(r Run) error {
	if err := r.check(l.input, l.hidden); err != nil {
		return err
	}
	scratch, _ := l.scratch.Get().(*[]float32)
	if scratch == nil {
		scratch = new([]float32)
	}
	if n := l.floats(r.Batch); len(*scratch) < n {
		*scratch = alignedFloats(n)
	}
	l.run(r, *scratch)
	l.scratch.Put(scratch)
	return nil
}

// alignedFloats returns n floats that begin at a cache line.
func alignedFloats(n int) []float32 {
	m := make([]float32, n+16)
	beyond := int(uintptr(unsafe.Pointer(&m[0]))/4) % 16
	return m[(16-beyond)%16:][:n:n]
}
