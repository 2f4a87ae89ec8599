package convert

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// A file's graph is not run but read: each value of it is a tensor of elements
// of which only the origin is known, and operators that move elements are
// carried out. Then each element of the output tells what it is computed from.

// element is an element of a value: a constant, or known by its origin only.
type element struct {
	origin origin // nil for a constant
	n      int    // its index in the origin; of a constant, an integer or the bits of a float32
}

// origin is what the elements that are not constant come from.
type origin interface {
	String() string // for error messages, such as `Gemm "logits"`
}

// float returns a constant's value.
func (e element) float() float32 { return math.Float32frombits(uint32(e.n)) }

// String describes the element.
func (e element) String() string {
	if e.origin == nil {
		return "a constant"
	}
	return e.origin.String()
}

// value is a tensor. Large ones do not exist in memory: their elements are
// computed whenever they are asked for.
type value struct {
	float bool // float32 rather than int64
	dims  []int
	at    func(k int) element // k is a row-major index
	cost  int                 // how many functions an at calls
}

const (
	maxElements = 1 << 40 // of a value
	maxRank     = 16      // its dimensions
	maxSmall    = 1 << 12 // elements of a list of integers
	maxKept     = 1 << 20 // integers that are kept in memory, for all values together
	maxCost     = 1 << 27 // calls of functions while a graph is read
)

// sizeOf returns the product of dimensions, or -1 if they are invalid.
func sizeOf(dims []int) int {
	size := 1
	for _, d := range dims {
		if d < 0 || d > 0 && size > maxElements/d {
			return -1
		}
		size *= d
	}
	return size
}

func (v *value) size() int { return sizeOf(v.dims) }

// ints returns the elements of a small constant tensor of integers.
func (v *value) ints() ([]int, error) {
	if v.float || v.size() > maxSmall {
		return nil, fmt.Errorf("an input of dimensions %v is not a short list of integers", v.dims)
	}
	list := make([]int, v.size())
	for k := range list {
		e := v.at(k)
		if e.origin != nil {
			return nil, fmt.Errorf("an input that must be constant is computed from %v", e)
		}
		list[k] = e.n
	}
	return list, nil
}

// budget counts what is computed and kept; see maxCost and maxKept.
type budget struct{ left, kept int }

var errKept = errors.New("it computes too many sizes and indices")

// keep returns an error if n more integers are too many to be kept.
func (b *budget) keep(n int) error {
	if n > maxKept-b.kept {
		return errKept
	}
	b.kept += n
	return nil
}

var errCost = errors.New("checking the graph takes too many operations; " +
	"export it for a batch of 1 or of any size (dynamic), with shorter sequences")

// spend returns an error if n calls at the given cost are too many.
func (b *budget) spend(n, cost int) error {
	if n > b.left/max(cost, 1) {
		return errCost
	}
	b.left -= n * cost
	return nil
}

// value returns a new value. The elements of a short list of integers are
// computed now, and never again: each may be needed many times.
func (b *budget) value(float bool, dims []int, cost int, at func(k int) element) (*value, error) {
	size := sizeOf(dims)
	if size < 0 || len(dims) > maxRank {
		return nil, fmt.Errorf("dimensions %v are invalid or too large", dims)
	}
	v := &value{float, dims, at, cost + 1}
	if float || size > maxSmall {
		return v, nil
	}
	if err := b.keep(size); err != nil {
		return nil, err
	}
	if err := b.spend(size, v.cost); err != nil {
		return nil, err
	}
	elements := make([]element, size)
	for k := range elements {
		elements[k] = at(k)
	}
	v.at, v.cost = func(k int) element { return elements[k] }, 1
	return v, nil
}

// scalar returns a constant without dimensions.
func (b *budget) scalar(float bool, n int) (*value, error) {
	return b.value(float, nil, 0, func(int) element { return element{n: n} })
}

// vector returns a value that is a list of integers.
func (b *budget) vector(ints []int) (*value, error) {
	return b.value(false, []int{len(ints)}, 0, func(k int) element { return element{n: ints[k]} })
}

// reshape returns v's elements with other dimensions.
func (b *budget) reshape(v *value, dims []int) (*value, error) {
	if sizeOf(dims) != v.size() {
		return nil, fmt.Errorf("dimensions %v cannot become %v", v.dims, dims)
	}
	return b.value(v.float, dims, v.cost, v.at)
}

// strides returns how far apart neighbors along each axis are.
func strides(dims []int) []int {
	s, step := make([]int, len(dims)), 1
	for axis := len(dims) - 1; axis >= 0; axis-- {
		s[axis] = step
		step *= dims[axis]
	}
	return s
}

// strided returns a value with the given dimensions. Its element [i, j, ...]
// is the element offset + i*steps[0] + j*steps[1] + ... of v.
func (b *budget) strided(v *value, dims, steps []int, offset int) (*value, error) {
	return b.value(v.float, dims, v.cost+len(dims), func(k int) element {
		from := offset
		for axis := len(dims) - 1; axis >= 0; axis-- {
			from += k % dims[axis] * steps[axis]
			k /= dims[axis]
		}
		return v.at(from)
	})
}

// broadcast returns v repeated along its axes of size 1, and along new axes
// before the first, to the given dimensions.
func (b *budget) broadcast(v *value, dims []int) (*value, error) {
	own := append(slices.Repeat([]int{1}, max(0, len(dims)-len(v.dims))), v.dims...)
	steps := strides(own)
	for axis, d := range own {
		if d == 1 {
			steps[axis] = 0
		} else if axis >= len(dims) || d != dims[axis] {
			return nil, fmt.Errorf("dimensions %v cannot become %v", v.dims, dims)
		}
	}
	if len(own) != len(dims) {
		return nil, fmt.Errorf("dimensions %v cannot become %v", v.dims, dims)
	}
	return b.strided(v, dims, steps, 0)
}

// common returns the dimensions that the values are broadcast to together.
func common(values ...*value) (dims []int) {
	for _, v := range values {
		for len(dims) < len(v.dims) {
			dims = append([]int{1}, dims...)
		}
		for k := range v.dims {
			if axis := len(dims) - 1 - k; dims[axis] == 1 {
				dims[axis] = v.dims[len(v.dims)-1-k]
			}
		}
	}
	return dims
}
