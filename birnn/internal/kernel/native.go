//go:build linux && amd64 && cgo

package kernel

// #cgo CFLAGS: -O2 -Wall -Wextra
// #include "entry.h"
// #cgo noescape lstm_run_call
// #cgo nocallback lstm_run_call
import "C"

import (
	"runtime"
	"slices"
	"unsafe"

	"golang.org/x/sys/cpu"
)

// native lists the implementations in C, in the order of entry.c.
var native = []Implementation{
	nativeSet(0, "avx512", "AVX-512 F and FMA", cpu.X86.HasAVX512F && cpu.X86.HasFMA),
	nativeSet(1, "avx2", "AVX2 and FMA", cpu.X86.HasAVX2 && cpu.X86.HasFMA),
}

func nativeSet(set C.int64_t, name, needs string, supported bool) Implementation {
	return Implementation{
		Name: name, Needs: needs, supported: supported,
		forward:  func(f *Forward) { forwardInC(set, f) },
		backward: func(b *Backward) { backwardInC(set, b) },
		layer: func(input, hidden int, kernel, bias []float32) (func(Run, []float32), func(int) int) {
			return layerInC(set, input, hidden, kernel, bias)
		},
		tanh: func(y, x []float32) {
			C.lstm_tanh_call(set, inC(y), inC(x), C.int64_t(len(x)))
		},
	}
}

func forwardInC(set C.int64_t, f *Forward) {
	var p pins
	defer p.Unpin()
	call := &C.lstm_forward{
		n: f.Sizes.inC(f.Reversed),
		x: p.floats(f.X), x_row: C.int64_t(f.Time * f.Input), kernel: p.floats(f.Kernel), bias: p.floats(f.Bias), h0: p.floats(f.H0), c0: p.floats(f.C0), mask: p.bools(f.Mask),
		h_last: p.floats(f.HLast), c_last: p.floats(f.CLast), h: p.floats(f.H), u: p.floats(f.U), c: p.floats(f.C),
	}
	options := f.Sizes.options(set, f.Reversed, 0)
	scratch := make([]float32, bytesAsFloats(C.lstm_forward_scratch(&options[0])))
	C.lstm_forward_call(set, call, unsafe.Pointer(&scratch[0]))
}

func backwardInC(set C.int64_t, b *Backward) {
	var p pins
	defer p.Unpin()
	call := &C.lstm_backward{
		n: b.Sizes.inC(b.Reversed),
		x: p.floats(b.X), kernel: p.floats(b.Kernel), u: p.floats(b.U), c: p.floats(b.C), h: p.floats(b.H), mask: p.bools(b.Mask),
		dh_last: p.floats(b.DHLast), dc_last: p.floats(b.DCLast), dh_all: p.floats(b.DHAll),
		dkernel: p.floats(b.DKernel), dbias: p.floats(b.DBias), dx: p.floats(b.DX), dh0: p.floats(b.DH0), dc0: p.floats(b.DC0),
	}
	options := b.Sizes.options(set, b.Reversed, 0)
	scratch := make([]float32, bytesAsFloats(C.lstm_backward_scratch(&options[0], boolInC(b.DX != nil))))
	C.lstm_backward_call(set, call, unsafe.Pointer(&scratch[0]))
}

func layerInC(set C.int64_t, inputs, units int, kernel, bias []float32) (func(Run, []float32), func(int) int) {
	input, hidden := C.int64_t(inputs), C.int64_t(units)
	packed := alignedFloats(int(C.lstm_packed_floats(set, input, hidden)))
	C.lstm_pack_call(set, inC(packed), inC(kernel), inC(bias), input, hidden)
	run := func(r Run, scratch []float32) {
		x := r.X
		if r.Reversed {
			x = x[(r.Time-r.Steps)*inputs:]
		}
		C.lstm_run_call(set, C.int64_t(r.Batch), C.int64_t(r.Steps), input, hidden, C.int64_t(boolInC(r.Reversed)), inC(packed),
			inC(x), C.int64_t(r.Time)*input, inC(r.H0), inC(r.C0), inC(r.H), inC(r.C), unsafe.Pointer(&scratch[0]))
	}
	return run, func(batch int) int { return bytesAsFloats(C.lstm_run_scratch(set, C.int64_t(batch), hidden)) }
}

// bytesAsFloats returns how many floats take the bytes.
func bytesAsFloats(bytes C.size_t) int { return (int(bytes) + 3) / 4 }

// inC returns the address of a slice, NULL if that is nil.
func inC(s []float32) *C.float { return (*C.float)(unsafe.SliceData(s)) }

// pins pins slices in memory, so that C may receive a struct of pointers to them.
type pins struct{ runtime.Pinner }

func (p *pins) floats(s []float32) *C.float {
	if s == nil {
		return nil
	}
	p.Pin(unsafe.SliceData(s))
	return inC(s)
}

func (p *pins) bools(s []bool) *C.uchar {
	if s == nil {
		return nil
	}
	p.Pin(unsafe.SliceData(s))
	return (*C.uchar)(unsafe.Pointer(unsafe.SliceData(s)))
}

func (n Sizes) inC(reversed bool) C.lstm_sizes {
	return C.lstm_sizes{
		batch: C.int64_t(n.Batch), time: C.int64_t(n.Time), input: C.int64_t(n.Input), hidden: C.int64_t(n.Hidden),
		reversed: C.int64_t(boolInC(reversed)),
	}
}

// options returns the options of an entry point.
func (n Sizes) options(set C.int64_t, reversed bool, optional C.int64_t) [C.LSTM_OPTIONS]C.int64_t {
	return [C.LSTM_OPTIONS]C.int64_t{
		set, C.int64_t(n.Batch), C.int64_t(n.Time), C.int64_t(n.Input), C.int64_t(n.Hidden), C.int64_t(boolInC(reversed)), optional,
	}
}

// Operations returns the operations that run an implementation, none for the
// plain one.
func Operations(i Implementation) []Operation {
	set := slices.IndexFunc(native, func(n Implementation) bool { return n.Name == i.Name })
	if set < 0 {
		return nil
	}
	forward := func(name string, reversed bool) Operation {
		plan := func(operands, results []Tensor, used []bool) ([]int64, int, error) {
			n, optional, err := planForward(operands, results)
			if err != nil {
				return nil, 0, err
			}
			options := n.options(C.int64_t(set), reversed, C.int64_t(optional))
			return numbers(options), int(C.lstm_forward_scratch(&options[0])), nil
		}
		return Operation{name, unsafe.Pointer(C.lstm_forward_entry), plan}
	}
	backward := func(name string, reversed bool) Operation {
		plan := func(operands, results []Tensor, used []bool) ([]int64, int, error) {
			n, optional, err := planBackward(operands, results)
			if err != nil {
				return nil, 0, err
			}
			options := n.options(C.int64_t(set), reversed, C.int64_t(optional))
			return numbers(options), int(C.lstm_backward_scratch(&options[0], boolInC(used[2]))), nil // dx is result 2
		}
		return Operation{name, unsafe.Pointer(C.lstm_backward_entry), plan}
	}
	return []Operation{
		forward(ForwardName, false), forward(ForwardReversedName, true),
		backward(BackwardName, false), backward(BackwardReversedName, true),
	}
}

func numbers(options [C.LSTM_OPTIONS]C.int64_t) []int64 {
	n := make([]int64, len(options))
	for k, o := range options {
		n[k] = int64(o)
	}
	return n
}

func boolInC(b bool) C.int {
	if b {
		return 1
	}
	return 0
}
