//go:build linux && amd64 && cgo

package kernel

// #cgo CFLAGS: -O2 -Wall -Wextra
// #include "entry.h"
import "C"

import (
	"runtime"
	"slices"
	"unsafe"

	"golang.org/x/sys/cpu"
)

// native lists the implementations in C, in the order of entry.c.
var native = []Implementation{
	inC(0, "avx512", "AVX-512 F and FMA", cpu.X86.HasAVX512F && cpu.X86.HasFMA),
	inC(1, "avx2", "AVX2 and FMA", cpu.X86.HasAVX2 && cpu.X86.HasFMA),
}

func inC(set C.int64_t, name, needs string, supported bool) Implementation {
	return Implementation{
		Name: name, Needs: needs, supported: supported,
		forward:  func(f *Forward) { forwardInC(set, f) },
		backward: func(b *Backward) { backwardInC(set, b) },
		tanh: func(y, x []float32) {
			C.lstm_tanh_call(set, (*C.float)(unsafe.SliceData(y)), (*C.float)(unsafe.SliceData(x)), C.int64_t(len(x)))
		},
	}
}

func forwardInC(set C.int64_t, f *Forward) {
	var p pins
	defer p.Unpin()
	call := &C.lstm_forward{
		n: f.Sizes.inC(f.Reversed),
		x: p.floats(f.X), kernel: p.floats(f.Kernel), bias: p.floats(f.Bias), h0: p.floats(f.H0), c0: p.floats(f.C0), mask: p.bools(f.Mask),
		h_last: p.floats(f.HLast), c_last: p.floats(f.CLast), h: p.floats(f.H), u: p.floats(f.U), c: p.floats(f.C),
	}
	options := f.Sizes.options(set, f.Reversed, 0)
	scratch := make([]float32, (C.lstm_forward_scratch(&options[0])+3)/4)
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
	scratch := make([]float32, (C.lstm_backward_scratch(&options[0], boolInC(b.DX != nil))+3)/4)
	C.lstm_backward_call(set, call, unsafe.Pointer(&scratch[0]))
}

// pins pins slices in memory, so that C may receive a struct of pointers to them.
type pins struct{ runtime.Pinner }

func (p *pins) floats(s []float32) *C.float {
	if s == nil {
		return nil
	}
	p.Pin(unsafe.SliceData(s))
	return (*C.float)(unsafe.SliceData(s))
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
