package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

func (d *decoder) model(b []byte) (m Model, err error) {
	return m, d.each(b, func(f field) error {
		switch f.number {
		case 1:
			return integer(f, &m.IRVersion)
		case 2:
			return f.text(&m.Producer)
		case 6:
			return f.text(&m.Doc)
		case 7:
			if len(m.Graph.Nodes) > 0 {
				return errors.New("it has two graphs")
			}
			return decode(f, (*decoder).graph, &m.Graph)
		case 8:
			return add(f, (*decoder).opset, &m.Opsets)
		case 14:
			return add(f, (*decoder).entry, &m.Metadata)
		case 25:
			m.Functions++
		}
		return nil
	})
}

func (d *decoder) opset(b []byte) (o Opset, err error) {
	return o, d.each(b, func(f field) error {
		switch f.number {
		case 1:
			return f.text(&o.Domain)
		case 2:
			return integer(f, &o.Version)
		}
		return nil
	})
}

func (d *decoder) entry(b []byte) (e Entry, err error) {
	return e, d.each(b, func(f field) error {
		switch f.number {
		case 1:
			return f.text(&e.Key)
		case 2:
			return f.text(&e.Value)
		}
		return nil
	})
}

func (d *decoder) graph(b []byte) (g Graph, err error) {
	return g, d.each(b, func(f field) error {
		switch f.number {
		case 1:
			return add(f, (*decoder).node, &g.Nodes)
		case 2:
			return f.text(&g.Name)
		case 5:
			return add(f, (*decoder).tensor, &g.Initializers)
		case 11:
			return add(f, (*decoder).value, &g.Inputs)
		case 12:
			return add(f, (*decoder).value, &g.Outputs)
		}
		return nil
	})
}

func (d *decoder) node(b []byte) (n Node, err error) {
	return n, d.each(b, func(f field) error {
		switch f.number {
		case 1:
			return f.texts(&n.Inputs)
		case 2:
			return f.texts(&n.Outputs)
		case 3:
			return f.text(&n.Name)
		case 4:
			return f.text(&n.Op)
		case 5:
			return add(f, (*decoder).attribute, &n.Attributes)
		case 7:
			return f.text(&n.Domain)
		}
		return nil
	})
}

func (d *decoder) attribute(b []byte) (a Attribute, err error) {
	return a, d.each(b, func(f field) error {
		switch f.number {
		case 1:
			return f.text(&a.Name)
		case 2:
			return f.float(&a.Float)
		case 3:
			return integer(f, &a.Int)
		case 4:
			return f.text(&a.String)
		case 5:
			return decode(f, (*decoder).tensor, &a.Tensor)
		case 8:
			return f.ints(&a.Ints)
		case 9:
			return f.texts(&a.Strings)
		case 20:
			return integer(f, &a.Type)
		case 21:
			return errors.New("an attribute refers to that of a function")
		}
		return nil
	})
}

func (d *decoder) tensor(b []byte) (t Tensor, err error) {
	return t, d.each(b, func(f field) error {
		switch f.number {
		case 1:
			return f.ints(&t.Dims)
		case 2:
			return integer(f, &t.Type)
		case 3:
			return errors.New("a tensor is split into segments")
		case 4, 9: // packed float32, or the elements of any type
			return f.raw(&t.Raw)
		case 7:
			return f.ints(&t.Ints)
		case 8:
			return f.text(&t.Name)
		case 13:
			t.External = true
		case 14:
			t.External = t.External || f.word == 1
		}
		return nil
	})
}

func (d *decoder) value(b []byte) (v Value, err error) {
	shape := func(f field) error {
		if f.number != 1 {
			return nil
		}
		return add(f, (*decoder).dim, &v.Dims)
	}
	tensor := func(f field) error {
		switch f.number {
		case 1:
			return integer(f, &v.Type)
		case 2:
			return d.each(f.bytes, shape)
		}
		return nil
	}
	typ := func(f field) error {
		if f.number != 1 { // a sequence, map or optional value
			return nil
		}
		return d.each(f.bytes, tensor)
	}
	return v, d.each(b, func(f field) error {
		switch f.number {
		case 1:
			return f.text(&v.Name)
		case 2:
			return d.each(f.bytes, typ)
		}
		return nil
	})
}

func (d *decoder) dim(b []byte) (v Dim, err error) {
	return v, d.each(b, func(f field) error {
		switch f.number {
		case 1:
			return integer(f, &v.Size)
		case 2:
			return f.text(&v.Name)
		}
		return nil
	})
}

// Size returns the number of elements. It returns an error if the tensor does
// not have just as many.
func (t Tensor) Size() (int, error) {
	size := int64(1)
	for _, d := range t.Dims {
		if d < 0 || d > 0 && size > math.MaxInt32/d {
			return 0, fmt.Errorf("its dimensions %v are invalid", t.Dims)
		}
		size *= d
	}
	have, width := int64(len(t.Raw)), map[DataType]int64{Float32: 4, Int64: 8}[t.Type]
	if t.Type == Int64 && len(t.Raw) == 0 {
		have, width = int64(len(t.Ints)), 1
	}
	switch {
	case t.External:
		return 0, errors.New("its elements are in another file; export with external_data=False, so that all is in one")
	case width == 0:
		return 0, fmt.Errorf("it is %v; only float32 weights and int64 sizes can be read", t.Type)
	case have != size*width:
		return 0, fmt.Errorf("its dimensions %v take %d elements, and it has %d", t.Dims, size, have/width)
	}
	return int(size), nil
}

// At returns element k, an integer or the bits of a float32, of a tensor whose
// Size returned no error.
func (t Tensor) At(k int) int64 {
	switch {
	case t.Type == Float32:
		return int64(binary.LittleEndian.Uint32(t.Raw[4*k:]))
	case len(t.Raw) > 0:
		return int64(binary.LittleEndian.Uint64(t.Raw[8*k:]))
	}
	return t.Ints[k]
}
