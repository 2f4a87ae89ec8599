package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strings"
)

// File is the content of a checkpoint: a header, which belongs to the caller,
// and arrays.
type File struct {
	Header string
	Arrays []Array
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

// entry describes an array in the header of a safetensors file.
type entry struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"`
}

const (
	metadataKey = "__metadata__"
	headerKey   = "birnn"  // in the metadata: File.Header
	digestKey   = "sha256" // in the metadata
)

// noDigest stands in for the digest while it is computed.
var noDigest = strings.Repeat("0", 2*sha256.Size)

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
	header[metadataKey] = map[string]string{digestKey: noDigest, headerKey: f.Header}
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
	at := digestAt(noDigest, file)
	copy(file[at:], digest(file, at))
	return file, nil
}

// digestAt returns where the file holds its digest, or -1. Within a JSON string
// quotation marks are escaped, so no other string is mistaken for it.
func digestAt(digest string, file []byte) int {
	key := `"` + digestKey + `":"`
	at := bytes.Index(file, []byte(key+digest+`"`))
	if at < 0 {
		return -1
	}
	return at + len(key)
}

// digest returns the SHA-256 of the file with zeros in place of its digest.
func digest(file []byte, at int) string {
	h := sha256.New()
	h.Write(file[:at])
	h.Write([]byte(noDigest))
	h.Write(file[at+len(noDigest):])
	return hex.EncodeToString(h.Sum(nil))
}
