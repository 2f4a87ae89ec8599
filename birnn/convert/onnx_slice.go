package convert

import "slices"

// part returns n elements along an axis from the given one, step apart.
func (c *call) part(v *value, axis, from, n, step int) (*value, error) {
	dims, steps := slices.Clone(v.dims), strides(v.dims)
	offset := from * steps[axis]
	dims[axis], steps[axis] = n, step*steps[axis]
	return c.strided(v, dims, steps, offset)
}

func sliceOp(c *call) (_ []*value, err error) {
	v, starts, ends := c.input(0), c.list(1), c.list(2)
	axes, steps := make([]int, len(starts)), slices.Repeat([]int{1}, len(starts))
	for k := range axes {
		axes[k] = k
	}
	if c.has(3) {
		axes = c.list(3)
	}
	if c.has(4) {
		steps = c.list(4)
	}
	if n := len(starts); n > len(v.dims) || len(ends) != n || len(axes) != n || len(steps) != n {
		c.fail("it has %d starts, %d ends, %d axes and %d steps", n, len(ends), len(axes), len(steps))
	}
	for k := 0; k < len(starts) && c.err == nil; k++ {
		axis := c.within(axes[k], len(v.dims))
		if c.err != nil {
			break
		}
		from, n := sliceBounds(starts[k], ends[k], steps[k], v.dims[axis])
		if v, err = c.part(v, axis, from, n, steps[k]); err != nil {
			return nil, err
		}
	}
	return one(v, c.err)
}

// sliceBounds returns the first index and the number of the elements from
// start to end, exclusive, of size elements. They are step apart.
func sliceBounds(start, end, step, size int) (from, n int) {
	low, high := 0, size
	if step < 0 {
		low, high = -1, size-1
	}
	clamp := func(k int) int {
		if k < 0 {
			k += size
		}
		return min(max(k, low), high)
	}
	from, end = clamp(start), clamp(end)
	switch {
	case step > 0 && end > from:
		n = (end - from - 1) / step
	case step < 0 && end < from:
		n = (end - from + 1) / step
	default:
		return 0, 0
	}
	return from, n + 1
}

func splitOp(c *call) ([]*value, error) {
	v, parts := c.input(0), len(c.node.Outputs)
	axis := c.axis("axis", 0, len(v.dims))
	c.must("num_outputs", parts)
	if c.err != nil {
		return nil, c.err
	}
	sizes := slices.Repeat([]int{(v.dims[axis] + parts - 1) / parts}, parts)
	sizes[parts-1] = v.dims[axis] - (parts-1)*sizes[0]
	if c.has(1) {
		sizes = c.list(1)
	}
	total := 0
	for _, n := range sizes {
		total += min(max(n, 0), v.dims[axis]+1)
	}
	if len(sizes) != parts || total != v.dims[axis] || slices.Min(sizes) < 0 {
		c.fail("it splits axis %d of dimensions %v into %v", axis, v.dims, sizes)
		return nil, c.err
	}
	var out []*value
	from := 0
	for _, n := range sizes {
		p, err := c.part(v, axis, from, n, 1)
		if err != nil {
			return nil, err
		}
		out, from = append(out, p), from+n
	}
	return out, c.err
}

func concatOp(c *call) ([]*value, error) {
	first := c.input(0)
	axis := c.axis("axis", len(first.dims), len(first.dims)) // required: no default
	if c.err != nil {
		return nil, c.err
	}
	dims, cost := slices.Clone(first.dims), 0
	dims[axis] = 0
	for k := range c.in {
		v := c.input(k)
		if len(v.dims) != len(dims) || v.float != first.float ||
			!slices.Equal(v.dims[:axis], dims[:axis]) || !slices.Equal(v.dims[axis+1:], dims[axis+1:]) {
			c.fail("dimensions %v and %v cannot be joined along axis %d", first.dims, v.dims, axis)
			return nil, c.err
		}
		dims[axis] += v.dims[axis]
		cost = max(cost, v.cost)
	}
	inner := sizeOf(dims[axis+1:])
	return one(c.value(first.float, dims, cost+len(c.in), func(k int) element {
		block, at, place := k/inner/dims[axis], k/inner%dims[axis], k%inner
		part := 0
		for ; at >= c.in[part].dims[axis]; part++ {
			at -= c.in[part].dims[axis]
		}
		return c.in[part].at((block*c.in[part].dims[axis]+at)*inner + place)
	}))
}
