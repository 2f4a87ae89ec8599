package convert

import (
	"fmt"

	"github.com/easy-gomlx/tutorials/birnn/convert/internal/onnx"
)

// call is a node whose outputs are computed.
type call struct {
	*graph
	node onnx.Node
	in   []*value // nil: left out
	used map[string]bool
	err  error // of the first attribute or input that is invalid
}

// String describes the node, such as `Gemm "logits"`.
func (c *call) String() string { return nodeName(c.node) }

func nodeName(n onnx.Node) string {
	name := n.Name
	if name == "" && len(n.Outputs) > 0 {
		name = n.Outputs[0]
	}
	op := n.Op
	if n.Domain != "" {
		op = n.Domain + "." + op
	}
	return fmt.Sprintf("%s %q", op, name)
}

func (c *call) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
}

// attribute returns the attribute with a name, or nil.
func (c *call) attribute(name string, typ onnx.AttributeType) *onnx.Attribute {
	c.used[name] = true
	for k := range c.node.Attributes {
		if a := &c.node.Attributes[k]; a.Name == name {
			if a.Type != typ {
				c.fail("its attribute %s has type %d, want %d", name, a.Type, typ)
				return nil
			}
			return a
		}
	}
	return nil
}

func (c *call) int(name string, otherwise int) int {
	if a := c.attribute(name, onnx.AttributeInt); a != nil {
		return int(a.Int)
	}
	return otherwise
}

func (c *call) text(name, otherwise string) string {
	if a := c.attribute(name, onnx.AttributeString); a != nil {
		return a.String
	}
	return otherwise
}

func (c *call) texts(name string) []string {
	if a := c.attribute(name, onnx.AttributeStrings); a != nil {
		return a.Strings
	}
	return nil
}

func (c *call) ints(name string) (list []int) {
	if a := c.attribute(name, onnx.AttributeInts); a != nil {
		for _, v := range a.Ints {
			list = append(list, int(v))
		}
	}
	return list
}

// must fails unless an integer attribute has the value that is its default.
func (c *call) must(name string, want int) {
	if v := c.int(name, want); v != want {
		c.fail("its %s is %d; only %d can be read", name, v, want)
	}
}

// mustBeOne fails unless a factor is 1.
func (c *call) mustBeOne(name string) {
	if a := c.attribute(name, onnx.AttributeFloat); a != nil && a.Float != 1 {
		c.fail("its %s is %v; only 1 can be read", name, a.Float)
	}
}

// axis returns an attribute that is one of n axes.
func (c *call) axis(name string, otherwise, n int) int {
	return c.within(c.int(name, otherwise), n)
}

// within returns an index from 0 to n-1; below zero it counts from the end.
func (c *call) within(k, n int) int {
	if k < -n || k >= n {
		c.fail("its index %d is out of range for %d", k, n)
		return 0
	}
	return (k + n) % n
}

// has returns whether input k is there.
func (c *call) has(k int) bool { return k < len(c.in) && c.in[k] != nil }

// input returns input k, which must be there.
func (c *call) input(k int) *value {
	if !c.has(k) {
		c.fail("its input %d is missing", k)
		return &value{dims: []int{0}, at: func(int) element { return element{} }}
	}
	return c.in[k]
}

// list returns the integers in input k, which must be constant.
func (c *call) list(k int) []int {
	list, err := c.input(k).ints()
	if err != nil {
		c.fail("%w", err)
	}
	return list
}

// unusedAttribute returns an attribute that the operator has not asked for.
func (c *call) unusedAttribute() (name string, found bool) {
	for _, a := range c.node.Attributes {
		if !c.used[a.Name] {
			return a.Name, true
		}
	}
	return "", false
}

// constant returns the value of a tensor in the file.
func (g *graph) constant(t onnx.Tensor) (*value, error) {
	if _, err := t.Size(); err != nil {
		return nil, err
	}
	dims := make([]int, len(t.Dims))
	for k, d := range t.Dims {
		dims[k] = int(d)
	}
	return g.value(t.Type == onnx.Float32, dims, 0, func(k int) element { return element{n: int(t.At(k))} })
}
