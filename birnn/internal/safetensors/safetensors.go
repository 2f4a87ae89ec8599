// Package safetensors reads and writes files of named arrays in the safetensors format, so that other programs can read them
// too: eight bytes with the length of a header in JSON, the header, and the numbers, little-endian. The header says for each
// array its type, shape and place, and has room for texts under __metadata__. See https://huggingface.co/docs/safetensors.
//
// The files of this package also hold their own SHA-256, in the metadata: of the file with zeros in its place.
package safetensors

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

// Array is a named array of float32 ("F32"), float64 ("F64") or int64 ("I64") numbers.
type Array struct {
	Name  string
	DType string
	Shape []int
	Data  []byte // the numbers, row-major and little-endian
}

// Number is what arrays hold.
type Number interface{ float32 | float64 | int64 }

// dtype returns the name and the size of a type of numbers.
func dtype[T Number]() (name string, size int) {
	switch any(*new(T)).(type) {
	case float32:
		return "F32", 4
	case float64:
		return "F64", 8
	}
	return "I64", 8
}

// New returns the array of the values, row-major.
func New[T Number](name string, values []T, shape ...int) Array {
	kind, size := dtype[T]()
	data := bytes.NewBuffer(make([]byte, 0, size*len(values)))
	binary.Write(data, binary.LittleEndian, values) // a Buffer takes everything
	return Array{Name: name, DType: kind, Shape: append([]int{}, shape...), Data: data.Bytes()}
}

// Values returns a copy of the array's numbers, which have to be finite and of the type T.
func Values[T Number](a Array) ([]T, error) {
	kind, size := dtype[T]()
	if a.DType != kind {
		return nil, fmt.Errorf("tensor %q: its type is %q, want %q", a.Name, a.DType, kind)
	}
	values := make([]T, len(a.Data)/size)
	if _, err := binary.Decode(a.Data, binary.LittleEndian, values); err != nil {
		return nil, fmt.Errorf("tensor %q: %w", a.Name, err)
	}
	for k, v := range values {
		if x := float64(v); math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("tensor %q: value %d is %v", a.Name, k, v)
		}
	}
	return values, nil
}

// Find is Values of the array with the given name.
func Find[T Number](arrays []Array, name string) ([]T, error) {
	for _, a := range arrays {
		if a.Name == name {
			return Values[T](a)
		}
	}
	return nil, fmt.Errorf("it has no tensor %q", name)
}

// entry describes one array in the header.
type entry struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"`
}

const (
	metadataKey = "__metadata__"
	digestKey   = "sha256" // in the metadata
)

// noDigest stands in a file for the digest while that is computed.
var noDigest = strings.Repeat("0", 2*sha256.Size)

// Write returns a file of the arrays and the metadata, with its digest.
func Write(arrays []Array, metadata map[string]string) ([]byte, error) {
	header, end := map[string]any{}, 0
	for _, a := range arrays {
		header[a.Name] = entry{DType: a.DType, Shape: append([]int{}, a.Shape...), Offsets: [2]int{end, end + len(a.Data)}}
		end += len(a.Data)
	}
	texts := map[string]string{digestKey: noDigest}
	for key, text := range metadata {
		texts[key] = text
	}
	header[metadataKey] = texts
	text, err := json.Marshal(header)
	if err != nil {
		return nil, err
	}
	text = append(text, strings.Repeat(" ", -len(text)&7)...) // the numbers begin at a multiple of eight
	if len(text) > maxHeader {
		return nil, fmt.Errorf("a header of %d bytes; at most %d are possible", len(text), maxHeader)
	}
	file := make([]byte, 0, 8+len(text)+end)
	file = append(binary.LittleEndian.AppendUint64(file, uint64(len(text))), text...)
	for _, a := range arrays {
		file = append(file, a.Data...)
	}
	at := placeOf(noDigest, file)
	copy(file[at:], digest(file, at))
	return file, nil
}

// placeOf returns where a file holds its digest, or -1. Within texts quotation marks have a backslash, so that it can't be
// mistaken for one of those.
func placeOf(digest string, file []byte) int {
	key := `"` + digestKey + `":"`
	at := bytes.Index(file, []byte(key+digest+`"`))
	if at < 0 {
		return -1
	}
	return at + len(key)
}

// digest returns the SHA-256 of a file with zeros in place of the digest at the given place.
func digest(file []byte, at int) string {
	h := sha256.New()
	h.Write(file[:at])
	h.Write([]byte(noDigest))
	h.Write(file[at+len(noDigest):])
	return hex.EncodeToString(h.Sum(nil))
}
