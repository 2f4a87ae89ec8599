package convert

import (
	"math"
	"slices"

	"github.com/easy-gomlx/tutorials/birnn/convert/internal/onnx"
)

// operator computes the outputs of a node.
type operator func(c *call) ([]*value, error)

func one(v *value, err error) ([]*value, error) { return []*value{v}, err }

// movers are the operators that move elements.
var movers = map[string]operator{
	"Identity":  func(c *call) ([]*value, error) { return one(c.input(0), c.err) },
	"Constant":  constantOp,
	"Transpose": transposeOp,
	"Reshape":   reshapeOp,
	"Flatten":   flattenOp,
	"Squeeze":   squeezeOp,
	"Unsqueeze": unsqueezeOp,
	"Expand":    expandOp,
	"Gather":    gatherOp,
	"Slice":     sliceOp,
	"Split":     splitOp,
	"Concat":    concatOp,
}

func constantOp(c *call) ([]*value, error) {
	if a := c.attribute("value", onnx.AttributeTensor); a != nil {
		return one(c.constant(a.Tensor))
	}
	if list := c.ints("value_ints"); list != nil {
		return one(c.vector(list))
	}
	if a := c.attribute("value_float", onnx.AttributeFloat); a != nil {
		return one(c.scalar(true, int(math.Float32bits(a.Float))))
	}
	if a := c.attribute("value_int", onnx.AttributeInt); a != nil {
		return one(c.scalar(false, int(a.Int)))
	}
	c.fail("it has no value that can be read")
	return nil, c.err
}

func transposeOp(c *call) ([]*value, error) {
	v, perm := c.input(0), c.ints("perm")
	if perm == nil {
		for axis := range v.dims {
			perm = append([]int{axis}, perm...)
		}
	}
	var dims, steps, all []int
	from := strides(v.dims)
	for k, axis := range perm {
		all = append(all, k)
		if axis >= 0 && axis < len(v.dims) {
			dims, steps = append(dims, v.dims[axis]), append(steps, from[axis])
		}
	}
	if len(perm) != len(v.dims) || !slices.Equal(slices.Sorted(slices.Values(perm)), all) {
		c.fail("its perm %v does not list the axes of dimensions %v", perm, v.dims)
	}
	if c.err != nil {
		return nil, c.err
	}
	return one(c.strided(v, dims, steps, 0))
}

func reshapeOp(c *call) ([]*value, error) {
	v, dims, allowZero := c.input(0), slices.Clone(c.list(1)), c.int("allowzero", 0)
	rest := -1
	for axis, d := range dims {
		switch {
		case d == 0 && allowZero == 0 && axis < len(v.dims):
			dims[axis] = v.dims[axis]
		case d == -1 && rest < 0:
			dims[axis], rest = 1, axis
		}
	}
	if size := sizeOf(dims); rest >= 0 && size > 0 {
		dims[rest] = v.size() / size
	}
	if c.err != nil {
		return nil, c.err
	}
	return one(c.reshape(v, dims))
}

func flattenOp(c *call) ([]*value, error) {
	v := c.input(0)
	axis := c.int("axis", 1)
	if axis != len(v.dims) {
		axis = c.within(axis, len(v.dims))
	}
	if c.err != nil {
		return nil, c.err
	}
	return one(c.reshape(v, []int{sizeOf(v.dims[:axis]), sizeOf(v.dims[axis:])}))
}

// isAxis returns, for each of n axes, whether it is listed in input 1.
func isAxis(c *call, n int) []bool {
	is := make([]bool, n)
	for _, axis := range c.list(1) {
		if k := c.within(axis, n); k < n {
			is[k] = true
		}
	}
	return is
}

func squeezeOp(c *call) ([]*value, error) {
	v := c.input(0)
	is := make([]bool, len(v.dims))
	if c.has(1) {
		is = isAxis(c, len(v.dims))
	}
	var dims []int
	for axis, d := range v.dims {
		if is[axis] && d != 1 {
			c.fail("it removes axis %d of dimensions %v", axis, v.dims)
		}
		if !is[axis] && (d != 1 || c.has(1)) {
			dims = append(dims, d)
		}
	}
	if c.err != nil {
		return nil, c.err
	}
	return one(c.reshape(v, dims))
}

func unsqueezeOp(c *call) ([]*value, error) {
	v := c.input(0)
	var dims []int
	rest := v.dims
	for _, is := range isAxis(c, len(v.dims)+len(c.list(1))) {
		if is || len(rest) == 0 {
			dims = append(dims, 1)
		} else {
			dims, rest = append(dims, rest[0]), rest[1:]
		}
	}
	if c.err != nil {
		return nil, c.err
	}
	return one(c.reshape(v, dims))
}

func expandOp(c *call) ([]*value, error) {
	v, dims := c.input(0), c.list(1)
	if c.err != nil {
		return nil, c.err
	}
	return one(c.broadcast(v, common(v, &value{dims: dims})))
}

func gatherOp(c *call) ([]*value, error) {
	v, list := c.input(0), slices.Clone(c.list(1))
	axis := c.axis("axis", 0, len(v.dims))
	if c.err != nil {
		return nil, c.err
	}
	size, inner := v.dims[axis], sizeOf(v.dims[axis+1:])
	for k := range list {
		list[k] = c.within(list[k], size)
	}
	if err := c.keep(len(list)); err != nil {
		return nil, err
	}
	if c.err != nil {
		return nil, c.err
	}
	dims := slices.Concat(v.dims[:axis], c.in[1].dims, v.dims[axis+1:])
	return one(c.value(v.float, dims, v.cost, func(k int) element {
		block, place := k/inner, k%inner
		return v.at((block/len(list)*size+list[block%len(list)])*inner + place)
	}))
}
