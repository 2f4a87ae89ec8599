// Package onnx encodes and decodes the part of the ONNX file format that
// package convert needs: models without subgraphs, functions, sparse tensors
// and data in other files. The numbers of the fields are those of onnx.proto.
package onnx

// Model is a file. Decoding counts its functions and skips them.
type Model struct {
	IRVersion int64 // of the file format
	Producer  string
	Doc       string
	Opsets    []Opset
	Metadata  []Entry
	Graph     Graph
	Functions int
}

// Opset is a version of a set of operators; the domain of the standard ones is empty.
type Opset struct {
	Domain  string
	Version int64
}

// Entry is a line of a model's metadata.
type Entry struct{ Key, Value string }

// Graph is a list of nodes, each after those whose outputs it reads.
type Graph struct {
	Name            string
	Nodes           []Node
	Initializers    []Tensor // constants
	Inputs, Outputs []Value
}

// Node is an operation. An input that is left out has an empty name.
type Node struct {
	Name, Op, Domain string
	Inputs, Outputs  []string
	Attributes       []Attribute
}

// AttributeType says which field of an attribute is in use.
type AttributeType int64

const (
	AttributeFloat   AttributeType = 1
	AttributeInt     AttributeType = 2
	AttributeString  AttributeType = 3
	AttributeTensor  AttributeType = 4
	AttributeInts    AttributeType = 7
	AttributeStrings AttributeType = 8
)

// Attribute is a constant parameter of a node. Those of other types than the
// constants above decode to their name and type.
type Attribute struct {
	Name    string
	Type    AttributeType
	Float   float32
	Int     int64
	String  string
	Tensor  Tensor
	Ints    []int64
	Strings []string
}

// DataType is the type of a tensor's elements.
type DataType int64

const (
	Float32 DataType = 1
	Int64   DataType = 7
)

var dataTypes = map[DataType]string{
	Float32: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", Int64: "int64",
	8: "string", 9: "bool", 10: "float16", 11: "float64", 12: "uint32", 13: "uint64", 16: "bfloat16",
}

// String returns the usual name of the type.
func (t DataType) String() string {
	if name, ok := dataTypes[t]; ok {
		return name
	}
	return "of an uncommon type"
}

// Tensor is a constant.
type Tensor struct {
	Name     string
	Type     DataType
	Dims     []int64
	Raw      []byte  // the elements, little endian
	Ints     []int64 // instead of Raw, in some files, the elements of an Int64 tensor
	External bool    // the elements are in another file
}

// Value is an input or output of a graph.
type Value struct {
	Name string
	Type DataType
	Dims []Dim
}

// Dim is a dimension: a size, or zero and perhaps a name if the size may vary.
type Dim struct {
	Size int64
	Name string
}
