package kernel

import (
	"errors"
	"fmt"
	"slices"
	"unsafe"
)

// An Operation is a pass in a form that package xlacall can put into a graph.
type Operation struct {
	Name  string         // of the functions that it replaces
	Entry unsafe.Pointer // a C function, declared in entry.h

	// Plan returns the options for the entry and the bytes of scratch memory
	// that it needs, or an error if the operation does not support these
	// operands and results. A result that is not used is not computed.
	Plan func(operands, results []Tensor, used []bool) (options []int64, scratch int, err error)
}

// A Tensor is an operand or a result, with its dtype as StableHLO names it.
type Tensor = struct {
	DType string
	Dims  []int
}

// Flags of the optional operands that are present, as in entry.h.
const (
	withState = 1 << iota // h0, c0
	withMask
	withAll // dh_all
)

// planForward plans a forward pass:
//
//	operands   x f32[batch,time,input], kernel f32[input+hidden,4*hidden], bias f32[4*hidden],
//	           h0 and c0 f32[batch,hidden] unless they are zero, mask i1[batch,time] if there is one
//	results    h_last, c_last f32[batch,hidden], h f32[time+1,batch,hidden],
//	           u f32[time,batch,4*hidden], c f32[time,batch,hidden]
func planForward(operands, results []Tensor) (n Sizes, optional int64, err error) {
	if n, err = sizesOf(operands); err != nil {
		return n, 0, err
	}
	want := []Tensor{
		f32(n.Batch, n.Time, n.Input), f32(n.Input+n.Hidden, 4*n.Hidden), f32(4 * n.Hidden),
	}
	rest := operands[min(3, len(operands)):]
	if len(rest) >= 2 {
		optional |= withState
		want = append(want, f32(n.Batch, n.Hidden), f32(n.Batch, n.Hidden))
	}
	if len(rest)%2 == 1 {
		optional |= withMask
		want = append(want, Tensor{"i1", []int{n.Batch, n.Time}})
	}
	return n, optional, errors.Join(match("operands", operands, want), match("results", results, []Tensor{
		f32(n.Batch, n.Hidden), f32(n.Batch, n.Hidden), f32(n.Time+1, n.Batch, n.Hidden),
		f32(n.Time, n.Batch, 4*n.Hidden), f32(n.Time, n.Batch, n.Hidden),
	}))
}

// planBackward plans a backward pass:
//
//	operands   x, kernel, u, c, h as in the forward pass, dh_last and dc_last f32[batch,hidden],
//	           dh_all f32[time,batch,hidden] unless it is zero, mask i1[batch,time] if there is one
//	results    dkernel f32[input+hidden,4*hidden], dbias f32[4*hidden], dx f32[batch,time,input],
//	           dh0, dc0 f32[batch,hidden]
func planBackward(operands, results []Tensor) (n Sizes, optional int64, err error) {
	if n, err = sizesOf(operands); err != nil {
		return n, 0, err
	}
	want := []Tensor{
		f32(n.Batch, n.Time, n.Input), f32(n.Input+n.Hidden, 4*n.Hidden),
		f32(n.Time, n.Batch, 4*n.Hidden), f32(n.Time, n.Batch, n.Hidden), f32(n.Time+1, n.Batch, n.Hidden),
		f32(n.Batch, n.Hidden), f32(n.Batch, n.Hidden),
	}
	rest := operands[min(7, len(operands)):]
	if len(rest) > 0 && rest[0].DType == "f32" {
		optional |= withAll
		want = append(want, f32(n.Time, n.Batch, n.Hidden))
		rest = rest[1:]
	}
	if len(rest) > 0 {
		optional |= withMask
		want = append(want, Tensor{"i1", []int{n.Batch, n.Time}})
	}
	return n, optional, errors.Join(match("operands", operands, want), match("results", results, []Tensor{
		f32(n.Input+n.Hidden, 4*n.Hidden), f32(4 * n.Hidden), f32(n.Batch, n.Time, n.Input), f32(n.Batch, n.Hidden), f32(n.Batch, n.Hidden),
	}))
}

func f32(dims ...int) Tensor { return Tensor{"f32", dims} }

// sizesOf derives the sizes from the operands x and kernel.
func sizesOf(operands []Tensor) (Sizes, error) {
	if len(operands) < 2 || len(operands[0].Dims) != 3 || len(operands[1].Dims) != 2 {
		return Sizes{}, fmt.Errorf("unexpected operands %v", operands)
	}
	x, kernel := operands[0].Dims, operands[1].Dims
	n := Sizes{Batch: x[0], Time: x[1], Input: x[2], Hidden: kernel[1] / 4}
	return n, n.check()
}

// match returns an error unless the tensors are those wanted.
func match(what string, tensors, want []Tensor) error {
	same := func(a, b Tensor) bool { return a.DType == b.DType && slices.Equal(a.Dims, b.Dims) }
	if slices.EqualFunc(tensors, want, same) {
		return nil
	}
	return fmt.Errorf("%s are %v; want %v", what, tensors, want)
}
