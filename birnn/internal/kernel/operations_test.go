package kernel

import (
	"slices"
	"testing"
)

// TestPlan verifies which operands and results the operations take.
func TestPlan(t *testing.T) {
	mask := Tensor{"i1", []int{2, 3}}
	state, all := f32(2, 5), f32(3, 2, 5)
	forward := []Tensor{f32(2, 3, 4), f32(9, 20), f32(20)}
	forwardResults := []Tensor{state, state, f32(4, 2, 5), f32(3, 2, 20), all}
	backward := []Tensor{f32(2, 3, 4), f32(9, 20), f32(3, 2, 20), all, f32(4, 2, 5), state, state}
	backwardResults := []Tensor{f32(9, 20), f32(20), f32(2, 3, 4), state, state}
	const refused = -1
	for _, c := range []struct {
		name     string
		plan     func(operands, results []Tensor) (Sizes, int64, error)
		operands []Tensor
		results  []Tensor
		rest     []Tensor
		optional int64
	}{
		{"forward", planForward, forward, forwardResults, nil, 0},
		{"forward, state", planForward, forward, forwardResults, []Tensor{state, state}, withState},
		{"forward, mask", planForward, forward, forwardResults, []Tensor{mask}, withMask},
		{"forward, state and mask", planForward, forward, forwardResults, []Tensor{state, state, mask}, withState | withMask},
		{"forward, mask before state", planForward, forward, forwardResults, []Tensor{mask, state, state}, refused},
		{"forward, half a state", planForward, forward, forwardResults, []Tensor{state}, refused},
		{"forward, two states", planForward, forward, forwardResults, []Tensor{state, state, state, state}, refused},
		{"forward, no bias", planForward, forward[:2], forwardResults, nil, refused},
		{"forward, nothing", planForward, nil, forwardResults, nil, refused},
		{"forward, a result too few", planForward, forward, forwardResults[:4], nil, refused},
		{"forward, results of the other pass", planForward, forward, backwardResults, nil, refused},
		{"backward", planBackward, backward, backwardResults, nil, 0},
		{"backward, all", planBackward, backward, backwardResults, []Tensor{all}, withAll},
		{"backward, mask", planBackward, backward, backwardResults, []Tensor{mask}, withMask},
		{"backward, all and mask", planBackward, backward, backwardResults, []Tensor{all, mask}, withAll | withMask},
		{"backward, mask before all", planBackward, backward, backwardResults, []Tensor{mask, all}, refused},
		{"backward, all twice", planBackward, backward, backwardResults, []Tensor{all, all}, refused},
		{"backward, two masks", planBackward, backward, backwardResults, []Tensor{mask, mask}, refused},
		{"backward, a gradient too few", planBackward, backward[:6], backwardResults, nil, refused},
		{"backward, results of the other pass", planBackward, backward, forwardResults, nil, refused},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, optional, err := c.plan(slices.Concat(c.operands, c.rest), c.results)
			switch {
			case c.optional == refused:
				if err == nil {
					t.Errorf("got %v, %b; want an error", n, optional)
				}
			case err != nil || n != (Sizes{2, 3, 4, 5}) || optional != c.optional:
				t.Errorf("got %v, %b, %v; want optional operands %b", n, optional, err, c.optional)
			}
		})
	}
	for k := range forward {
		other := slices.Clone(forward)
		other[k] = Tensor{"f64", forward[k].Dims}
		if _, _, err := planForward(other, forwardResults); err == nil {
			t.Errorf("operand %d of float64: no error", k)
		}
	}
}

// TestOperations verifies that they are named and come in the same order each time.
func TestOperations(t *testing.T) {
	for _, i := range native {
		var names []string
		for _, o := range Operations(i) {
			names = append(names, o.Name)
		}
		if !slices.Equal(names, []string{ForwardName, ForwardReversedName, BackwardName, BackwardReversedName}) {
			t.Errorf("%s has the operations %q", i.Name, names)
		}
	}
	if o := Operations(plain); o != nil {
		t.Errorf("the plain implementation has the operations %v", o)
	}
}
