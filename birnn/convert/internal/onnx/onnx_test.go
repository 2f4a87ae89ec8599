package onnx

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/easy-gomlx/tutorials/birnn/internal/memtest"
)

// example uses every field that is encoded.
func example() Model {
	return Model{
		IRVersion: 8, Producer: "test", Doc: "a model",
		Opsets:   []Opset{{"", 17}, {"custom", 1}},
		Metadata: []Entry{{"key", "value"}, {"empty", ""}},
		Graph: Graph{
			Name: "graph",
			Nodes: []Node{{Name: "n", Op: "Op", Domain: "custom", Inputs: []string{"x", "", "w"}, Outputs: []string{"y"}, Attributes: []Attribute{
				{Name: "float", Type: AttributeFloat, Float: -1.5}, {Name: "int", Type: AttributeInt, Int: -2},
				{Name: "string", Type: AttributeString, String: "s"}, {Name: "tensor", Type: AttributeTensor, Tensor: IntTensor("", 1, -2)},
				{Name: "ints", Type: AttributeInts, Ints: []int64{3, -4}}, {Name: "strings", Type: AttributeStrings, Strings: []string{"a", ""}},
			}}},
			Initializers: []Tensor{FloatTensor("w", []float32{1, -2}, 2, 1)},
			Inputs:       []Value{{"x", Float32, []Dim{{Name: "batch"}, {Size: 3}, {}}}},
			Outputs:      []Value{{"y", Int64, nil}},
		},
	}
}

func TestRoundTrip(t *testing.T) {
	m, err := Decode(example().Encode())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(example(), m); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestEveryTruncation: no part of a file is taken for a model with a graph.
func TestEveryTruncation(t *testing.T) {
	file := example().Encode()
	for n := range file {
		if m, err := Decode(file[:n]); err == nil && m.Graph.Name != "" {
			t.Fatalf("no error for the first %d of %d bytes", n, len(file))
		}
	}
}

// TestTensorElements reads elements in each of the ways that a file may hold them.
func TestTensorElements(t *testing.T) {
	packed := message{}
	for _, v := range []int64{1, -2} {
		packed = protowire.AppendVarint(packed, uint64(v))
	}
	for _, tt := range []struct {
		name string
		set  func(m *message)
		want []int64
	}{
		{"raw int64", func(m *message) { *m = IntTensor("", 1, -2).encode() }, []int64{1, -2}},
		{"packed int64", func(m *message) { m.int(1, 2); m.int(2, 7); m.bytes(7, packed) }, []int64{1, -2}},
		{"int64 one by one", func(m *message) { m.int(1, 2); m.int(2, 7); m.int(7, 1); m.int(7, -2) }, []int64{1, -2}},
		{"raw float32", func(m *message) { *m = FloatTensor("", []float32{1, 2}, 2).encode() }, []int64{0x3f800000, 0x40000000}},
		{"float_data", func(m *message) {
			m.int(1, 2)
			m.int(2, 1)
			m.bytes(4, FloatTensor("", []float32{1, 2}, 2).Raw)
		}, []int64{0x3f800000, 0x40000000}},
		{"a scalar", func(m *message) { m.int(2, 7); m.int(7, 5) }, []int64{5}},
		{"packed dims", func(m *message) { m.bytes(1, []byte{1, 2}); m.int(2, 7); m.bytes(7, packed) }, []int64{1, -2}},
	} {
		var m message
		tt.set(&m)
		tensor, err := new(decoder).tensor(m)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		var got []int64
		size, err := tensor.Size()
		for k := range size {
			got = append(got, tensor.At(k))
		}
		if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v; -want +got:\n%s", tt.name, err, diff)
		}
	}
}

func TestInvalidTensors(t *testing.T) {
	for _, tt := range []struct {
		tensor Tensor
		want   string
	}{
		{Tensor{Type: Float32, Dims: []int64{2}, Raw: make([]byte, 4)}, "take 2 elements"},
		{Tensor{Type: Float32, Dims: []int64{1}, Raw: make([]byte, 5)}, "take 1 elements"},
		{Tensor{Type: Int64, Dims: []int64{2}, Ints: []int64{1}}, "take 2 elements"},
		{Tensor{Type: Float32, Dims: []int64{-1}}, "invalid"},
		{Tensor{Type: Float32, Dims: []int64{1 << 32, 1 << 32}}, "invalid"},
		{Tensor{Type: Float32, Dims: []int64{1 << 31, 1 << 31, 4}}, "invalid"},
		{Tensor{Type: Float32, Dims: []int64{1, -1 << 63}}, "invalid"},
		{Tensor{Type: 10, Dims: []int64{1}, Raw: make([]byte, 2)}, "float16"},
		{Tensor{Type: 99, Dims: []int64{1}}, "uncommon"},
		{Tensor{Type: Float32, External: true}, "external_data=False"},
	} {
		if _, err := tt.tensor.Size(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: the error is %v, want one that contains %q", tt.tensor, err, tt.want)
		}
	}
}

// TestInvalidFiles: each file is an error, and takes memory of at most a
// multiple of its size.
func TestInvalidFiles(t *testing.T) {
	graph := func(f func(g *message)) []byte {
		var g, m message
		f(&g)
		m.bytes(7, g)
		return m
	}
	nested := []byte{}
	for range 1000 {
		var m message
		m.bytes(7, nested)
		nested = m
	}
	for name, file := range map[string][]byte{
		"text":               []byte("not a model"),
		"length beyond":      {0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f},
		"length of 2^64-1":   append([]byte{0x3a}, bytes.Repeat([]byte{0xff}, 10)...),
		"group":              {0x3b, 0x3c},
		"field number 0":     {0x00, 0x00},
		"graph is a number":  {0x38, 0x01},
		"two graphs":         append(example().Encode(), example().Encode()...),
		"many nodes":         graph(func(g *message) { *g = bytes.Repeat([]byte{0x0a, 0}, maxFields) }),
		"many tensors":       graph(func(g *message) { *g = bytes.Repeat([]byte{0x2a, 0}, maxFields) }),
		"many packed dims":   graph(func(g *message) { var t message; t.bytes(1, make([]byte, maxFields)); g.bytes(5, t) }),
		"endless varint":     graph(func(g *message) { var t message; t.bytes(7, bytes.Repeat([]byte{0xff}, 99)); g.bytes(5, t) }),
		"two lists of bytes": graph(func(g *message) { var t message; t.bytes(9, []byte("abcd")); t.bytes(9, []byte("abcd")); g.bytes(5, t) }),
	} {
		t.Run(name, func(t *testing.T) {
			memtest.Check(t, 64<<10+512*len(file), func() {
				if _, err := Decode(file); err == nil {
					t.Error("no error")
				}
			})
		})
	}
	memtest.Check(t, 64<<10, func() { Decode(nested) }) // no more is decoded than the levels of a model have
}
