package onnx

import (
	"encoding/binary"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// message is a protocol buffer message under construction.
type message []byte

func (m *message) int(field protowire.Number, v int64) {
	*m = protowire.AppendTag(*m, field, protowire.VarintType)
	*m = protowire.AppendVarint(*m, uint64(v))
}

func (m *message) bytes(field protowire.Number, v []byte) {
	*m = protowire.AppendTag(*m, field, protowire.BytesType)
	*m = protowire.AppendBytes(*m, v)
}

func (m *message) texts(field protowire.Number, list ...string) {
	for _, v := range list {
		m.bytes(field, []byte(v))
	}
}

// text adds a string unless it is empty.
func (m *message) text(field protowire.Number, v string) {
	if v != "" {
		m.texts(field, v)
	}
}

// Encode returns the model as a file.
func (m Model) Encode() []byte {
	var out message
	out.int(1, m.IRVersion)
	out.text(2, m.Producer)
	out.text(6, m.Doc)
	for _, o := range m.Opsets {
		var opset message
		opset.text(1, o.Domain)
		opset.int(2, o.Version)
		out.bytes(8, opset)
	}
	for _, e := range m.Metadata {
		var entry message
		entry.texts(1, e.Key)
		entry.texts(2, e.Value)
		out.bytes(14, entry)
	}
	for range m.Functions {
		out.bytes(25, nil)
	}
	out.bytes(7, m.Graph.encode()) // the last, so that a file that is cut off is not valid
	return out
}

func (g Graph) encode() (out message) {
	for _, n := range g.Nodes {
		out.bytes(1, n.encode())
	}
	out.text(2, g.Name)
	for _, t := range g.Initializers {
		out.bytes(5, t.encode())
	}
	for _, v := range g.Inputs {
		out.bytes(11, v.encode())
	}
	for _, v := range g.Outputs {
		out.bytes(12, v.encode())
	}
	return out
}

func (n Node) encode() (out message) {
	out.texts(1, n.Inputs...)
	out.texts(2, n.Outputs...)
	out.text(3, n.Name)
	out.text(4, n.Op)
	for _, a := range n.Attributes {
		out.bytes(5, a.encode())
	}
	out.text(7, n.Domain)
	return out
}

func (a Attribute) encode() (out message) {
	out.text(1, a.Name)
	switch a.Type {
	case AttributeFloat:
		out = protowire.AppendTag(out, 2, protowire.Fixed32Type)
		out = protowire.AppendFixed32(out, math.Float32bits(a.Float))
	case AttributeInt:
		out.int(3, a.Int)
	case AttributeString:
		out.texts(4, a.String)
	case AttributeTensor:
		out.bytes(5, a.Tensor.encode())
	case AttributeInts:
		for _, v := range a.Ints {
			out.int(8, v)
		}
	case AttributeStrings:
		out.texts(9, a.Strings...)
	}
	out.int(20, int64(a.Type))
	return out
}

func (t Tensor) encode() (out message) {
	for _, d := range t.Dims {
		out.int(1, d)
	}
	out.int(2, int64(t.Type))
	out.text(8, t.Name)
	out.bytes(9, t.Raw)
	if t.External {
		var location message
		location.texts(1, "location")
		location.texts(2, "weights.bin")
		out.bytes(13, location)
		out.int(14, 1)
	}
	return out
}

func (v Value) encode() (out message) {
	var shape, tensor, typ message
	for _, d := range v.Dims {
		var dim message
		if d.Size != 0 {
			dim.int(1, d.Size)
		} else {
			dim.text(2, d.Name)
		}
		shape.bytes(1, dim)
	}
	tensor.int(1, int64(v.Type))
	tensor.bytes(2, shape)
	typ.bytes(1, tensor)
	out.text(1, v.Name)
	out.bytes(2, typ)
	return out
}

// FloatTensor returns a tensor with the given values.
func FloatTensor(name string, values []float32, dims ...int64) Tensor {
	raw := make([]byte, 0, 4*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return Tensor{Name: name, Type: Float32, Dims: dims, Raw: raw}
}

// IntTensor returns a tensor of one dimension with the given values.
func IntTensor(name string, values ...int64) Tensor {
	var raw []byte
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
	}
	return Tensor{Name: name, Type: Int64, Dims: []int64{int64(len(values))}, Raw: raw}
}
