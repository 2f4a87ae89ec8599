package convert

import "slices"

// whatIsRead says what ReadONNX understands.
const whatIsRead = "a network is an LSTM in both directions, Gemm (or MatMul and Add) on two of its states, and Softmax or nothing"

// layers are the operators that compute the network.
var layers = map[string]operator{
	"LSTM":    lstmOp,
	"Gemm":    gemmOp,
	"MatMul":  matMulOp,
	"Add":     addOp,
	"Softmax": softmaxOp,
}

// product is a matrix product, the origin of its elements, [..., columns].
type product struct {
	node          string
	x             *value // [..., rows]
	w             *value // [rows, columns]
	rows, columns int
}

func (p *product) String() string { return p.node }

// sum is an element-wise sum, the origin of its elements.
type sum struct {
	node string
	in   []*value // two of the same dimensions
}

func (s *sum) String() string { return s.node }

// softmax is the softmax along the last axis, the origin of its elements.
type softmax struct {
	node string
	in   *value
}

func (s *softmax) String() string { return s.node }

// matrixProduct returns x times w, which is [rows, columns].
func (c *call) matrixProduct(x, w *value) (*value, error) {
	if len(x.dims) == 0 || len(w.dims) != 2 || x.dims[len(x.dims)-1] != w.dims[0] || w.dims[1] == 0 {
		c.fail("it multiplies dimensions %v and %v", x.dims, w.dims)
	}
	if c.err != nil {
		return nil, c.err
	}
	p := &product{c.String(), x, w, w.dims[0], w.dims[1]}
	dims := slices.Concat(x.dims[:len(x.dims)-1], w.dims[1:])
	return c.value(true, dims, 0, func(k int) element { return element{p, k} })
}

func matMulOp(c *call) ([]*value, error) { return one(c.matrixProduct(c.input(0), c.input(1))) }

func gemmOp(c *call) ([]*value, error) {
	w := c.input(1)
	c.must("transA", 0)
	c.mustBeOne("alpha")
	c.mustBeOne("beta")
	if c.int("transB", 0) != 0 && len(w.dims) == 2 {
		var err error
		if w, err = c.strided(w, []int{w.dims[1], w.dims[0]}, []int{1, w.dims[1]}, 0); err != nil {
			return nil, err
		}
	}
	v, err := c.matrixProduct(c.input(0), w)
	if err != nil || !c.has(2) {
		return one(v, err)
	}
	return one(c.sum(v, c.in[2]))
}

func (c *call) sum(a, b *value) (*value, error) {
	in, err := together(c, a, b)
	if err != nil {
		return nil, err
	}
	s := &sum{c.String(), in}
	return c.value(true, in[0].dims, 0, func(k int) element { return element{s, k} })
}

func addOp(c *call) ([]*value, error) {
	a, b := c.input(0), c.input(1)
	if a.float != b.float {
		c.fail("its inputs have two types")
	}
	if a.float {
		return one(c.sum(a, b))
	}
	return arithmetic(func(a, b int) int { return a + b })(c)
}

func softmaxOp(c *call) ([]*value, error) {
	v := c.input(0)
	if axis := c.axis("axis", -1, len(v.dims)); axis != len(v.dims)-1 {
		c.fail("its axis is %d; only the last axis of %d, that of the classes, can be read", axis, len(v.dims))
		return nil, c.err
	}
	s := &softmax{c.String(), v}
	return one(c.value(true, v.dims, 0, func(k int) element { return element{s, k} }))
}
