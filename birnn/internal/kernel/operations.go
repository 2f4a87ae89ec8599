package kernel

import "unsafe"

// Implementation is one of the LSTM's implementations.
type Implementation struct {
	Name  string // "avx512", "avx2" or "plain"
	Needs string // what the processor has to have, such as "AVX2 and FMA"
}

// Operation is an operation for package xlacall.
type Operation struct {
	Name  string
	Entry unsafe.Pointer
	Plan  func(operands, results []Tensor, used []bool) (options []int64, scratch int, err error)
}

// Tensor is the same as xlacall.Tensor.
type Tensor = struct {
	DType string
	Dims  []int
}

// All returns the implementations in this program, the fastest first and the plain one last.
func All() []Implementation { return []Implementation{{Name: "plain"}} }

// Supported reports whether the processor has what the implementation needs.
func (i Implementation) Supported() bool { return true }

// Best returns the fastest implementation that the processor supports.
func Best() Implementation { return All()[0] }

// Operations returns the operations of an implementation; nil if it has no C entry points.
func Operations(i Implementation) []Operation { return nil }
