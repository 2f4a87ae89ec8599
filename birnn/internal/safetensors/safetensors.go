// Package safetensors encodes and decodes named arrays in the safetensors
// format, which PyTorch and others read. See https://huggingface.co/docs/safetensors.
//
// # The format
//
//	8 bytes    N, the length of the header: little-endian, unsigned
//	N bytes    the header: a JSON object
//	the rest   the data of the tensors, little-endian, row-major
//
// The header describes each tensor by its name:
//
//	{"weight": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "__metadata__": {"format": "pt"}}
//
// The offsets count from the first byte of the data. A scalar has the shape [],
// and a tensor may have no elements. Metadata are strings. Not allowed are a
// repeated name, a gap or an overlap between tensors, data that belongs to no
// tensor, and offsets that do not match the shape and the type.
//
// # Hostile files
//
// Decode trusts nothing that a file claims:
//   - A header that claims to be longer than the file, or than 1 MiB, is not
//     parsed. That bounds the memory for names, shapes and metadata.
//   - Deeply nested JSON is stopped by encoding/json.
//   - A shape is compared with the bytes that are there before it is used, by
//     division, so that no product overflows; negative dimensions are errors.
//   - Tensors share the file's memory: nothing is allocated for numbers.
//   - Tensors are sorted by their offsets, and each must begin where the one before it
//     ends: no byte belongs to two of them, and none is hidden.
//   - A repeated name is an error; encoding/json alone would keep the last one.
//   - A BOOL other than 0 and 1 is an error, and so is a NaN or an infinity for
//     [Values].
//
// Names are not paths: nothing is ever written to a file because of them.
package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"strings"
)

// File is the content of a file.
type File struct {
	Metadata map[string]string
	Arrays   []Array
}

// Array is a named array.
type Array struct {
	Name  string
	DType string // as safetensors names it: a key of sizes
	Shape []int
	Data  []byte // row-major and little-endian
}

// sizes are the sizes of one element, in bytes.
var sizes = map[string]int{
	"BOOL": 1, "U8": 1, "I8": 1, "U16": 2, "I16": 2, "F16": 2, "BF16": 2,
	"U32": 4, "I32": 4, "F32": 4, "U64": 8, "I64": 8, "F64": 8, "C64": 8,
}

// Number is a type of number that [NewArray] supports.
type Number interface{ float32 | float64 | int64 }

// dtypeOf returns the name of a type of numbers.
func dtypeOf[T Number]() string {
	switch any(*new(T)).(type) {
	case float32:
		return "F32"
	case float64:
		return "F64"
	}
	return "I64"
}

// NewArray returns the array of the values, row-major.
func NewArray[T Number](name string, values []T, shape ...int) Array {
	data := bytes.NewBuffer(make([]byte, 0, 8*len(values)))
	binary.Write(data, binary.LittleEndian, values) // never fails on a Buffer
	return Array{Name: name, DType: dtypeOf[T](), Shape: append([]int{}, shape...), Data: data.Bytes()}
}

// Values returns a copy of the array's numbers. They must be finite and of type T.
func Values[T Number](a Array) ([]T, error) {
	if want := dtypeOf[T](); a.DType != want {
		return nil, fmt.Errorf("tensor %q: its type is %q, want %q", a.Name, a.DType, want)
	}
	values := make([]T, len(a.Data)/sizes[a.DType])
	if _, err := binary.Decode(a.Data, binary.LittleEndian, values); err != nil {
		return nil, fmt.Errorf("tensor %q: %w", a.Name, err)
	}
	for k, v := range values {
		if x := float64(v); math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("tensor %q: value %d is %v; want a finite number", a.Name, k, v)
		}
	}
	return values, nil
}

// Find returns the values of the array with the given name.
func Find[T Number](arrays []Array, name string) ([]T, error) {
	for _, a := range arrays {
		if a.Name == name {
			return Values[T](a)
		}
	}
	return nil, fmt.Errorf("it has no tensor %q", name)
}

// entry describes an array in the header.
type entry struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"`
}

// metadataKey is the key of the metadata in the header.
const metadataKey = "__metadata__"

// Encode returns the file in the safetensors format.
func (f File) Encode() ([]byte, error) {
	header, end := map[string]any{}, 0
	for _, a := range f.Arrays {
		if _, repeated := header[a.Name]; repeated || a.Name == metadataKey {
			return nil, fmt.Errorf("two tensors are named %q", a.Name)
		}
		header[a.Name] = entry{DType: a.DType, Shape: append([]int{}, a.Shape...), Offsets: [2]int{end, end + len(a.Data)}}
		end += len(a.Data)
	}
	if len(f.Metadata) > 0 {
		header[metadataKey] = f.Metadata
	}
	text, err := json.Marshal(header)
	if err != nil {
		return nil, err
	}
	text = append(text, strings.Repeat(" ", -len(text)&7)...) // the data begins at a multiple of eight
	if len(text) > maxHeader {
		return nil, fmt.Errorf("its header has %d bytes; at most %d are allowed", len(text), maxHeader)
	}
	file := make([]byte, 0, 8+len(text)+end)
	file = append(binary.LittleEndian.AppendUint64(file, uint64(len(text))), text...)
	for _, a := range f.Arrays {
		file = append(file, a.Data...)
	}
	return file, nil
}
