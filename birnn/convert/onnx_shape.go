package convert

import "github.com/easy-gomlx/tutorials/birnn/convert/internal/onnx"

// shapers are the operators that compute sizes, for Reshape and the like.
var shapers = map[string]operator{
	"Shape":           shapeOp,
	"ConstantOfShape": constantOfShapeOp,
	"Cast":            castOp,
	"Where":           whereOp,
	"Sub":             arithmetic(func(a, b int) int { return a - b }),
	"Mul":             arithmetic(func(a, b int) int { return a * b }),
	"Div":             arithmetic(quotient),
	"Equal":           arithmetic(equal),
}

func quotient(a, b int) int {
	if b == 0 {
		return 0
	}
	return a / b
}

// equal returns 1 for true: all integers and truth values are int64 here.
func equal(a, b int) int {
	if a == b {
		return 1
	}
	return 0
}

func shapeOp(c *call) ([]*value, error) {
	dims := c.input(0).dims
	from, n := sliceBounds(c.int("start", 0), c.int("end", len(dims)), 1, len(dims))
	return one(c.vector(dims[from : from+n]))
}

func constantOfShapeOp(c *call) ([]*value, error) {
	dims := c.list(0)
	fill := &value{float: true, at: func(int) element { return element{} }}
	if a := c.attribute("value", onnx.AttributeTensor); a != nil {
		v, err := c.constant(a.Tensor)
		if err != nil {
			return nil, err
		}
		if v.size() != 1 {
			c.fail("its value has dimensions %v", v.dims)
			return nil, c.err
		}
		fill = v
	}
	return one(c.value(fill.float, dims, 1, func(int) element { return fill.at(0) }))
}

// castOp accepts casts that change nothing.
func castOp(c *call) ([]*value, error) {
	v, to := c.input(0), onnx.DataType(c.int("to", 0))
	c.int("saturate", 1) // is about other types
	have := onnx.Int64
	if v.float {
		have = onnx.Float32
	}
	if to != have {
		c.fail("it turns %v into %v; only float32 networks can be read", have, to)
	}
	return one(v, c.err)
}

// together returns inputs, broadcast to common dimensions.
func together(c *call, inputs ...*value) ([]*value, error) {
	out, dims := make([]*value, len(inputs)), common(inputs...)
	for k, v := range inputs {
		var err error
		if out[k], err = c.broadcast(v, dims); err != nil {
			return nil, err
		}
	}
	return out, c.err
}

func whereOp(c *call) ([]*value, error) {
	in, err := together(c, c.input(0), c.input(1), c.input(2))
	if err != nil {
		return nil, err
	}
	if _, err := in[0].ints(); err != nil { // the condition must be constant
		return nil, err
	}
	if in[1].float != in[2].float {
		c.fail("its inputs have two types")
	}
	cost := 1 + max(in[1].cost, in[2].cost)
	return one(c.value(in[1].float, in[0].dims, cost, func(k int) element {
		if in[0].at(k).n != 0 {
			return in[1].at(k)
		}
		return in[2].at(k)
	}))
}

// arithmetic returns an operator on integers.
func arithmetic(f func(a, b int) int) operator {
	return func(c *call) ([]*value, error) {
		if c.input(0).float {
			c.fail("it computes with floating-point numbers; %s", whatIsRead)
			return nil, c.err
		}
		in, err := together(c, c.input(0), c.input(1))
		if err != nil {
			return nil, err
		}
		a, err := in[0].ints()
		if err != nil {
			return nil, err
		}
		b, err := in[1].ints()
		if err != nil {
			return nil, err
		}
		return one(c.value(false, in[0].dims, 0, func(k int) element { return element{n: f(a[k], b[k])} }))
	}
}
