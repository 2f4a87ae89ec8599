package hdf5

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/easy-gomlx/tutorials/birnn/internal/safetensors"
)

// array returns the array that the messages of an object header describe.
func (f *File) array(messages map[int][]byte) (safetensors.Array, error) {
	for kind, name := range map[int]string{filtersMessage: "compressed", externalMessage: "in another file"} {
		if _, ok := messages[kind]; ok {
			return safetensors.Array{}, fmt.Errorf("its numbers are %s", name)
		}
	}
	dtype, size, err := typeOf(messages[datatypeMessage])
	if err != nil {
		return safetensors.Array{}, err
	}
	data, err := f.data(messages[layoutMessage])
	if err != nil {
		return safetensors.Array{}, err
	}
	shape, err := shapeOf(messages[dataspaceMessage])
	if err != nil {
		return safetensors.Array{}, err
	}
	for _, d := range shape {
		if d > 0 && size > len(data)/d {
			return safetensors.Array{}, fmt.Errorf("its shape is %v, and it has %d bytes", shape, len(data))
		}
		size *= d
	}
	if size != len(data) {
		return safetensors.Array{}, fmt.Errorf("its shape is %v, and it has %d bytes", shape, len(data))
	}
	return safetensors.Array{DType: dtype, Shape: shape, Data: data}, nil
}

// typeOf returns the type of the numbers, and the size of one.
func typeOf(message []byte) (dtype string, size int, err error) {
	if len(message) < 8 {
		return "", 0, errors.New("it has no type")
	}
	const floatingPoint = 1
	class, size := message[0]&15, int(binary.LittleEndian.Uint32(message[4:]))
	switch {
	case len(message) >= len(float32Type) && class == floatingPoint && bytes.Equal(message[1:len(float32Type)], float32Type[1:]):
		return "F32", 4, nil
	case class == floatingPoint && size == 8:
		return "F64", 8, nil
	case class == floatingPoint && size == 2:
		return "F16", 2, nil
	}
	return "", 0, fmt.Errorf("its type (class %d, %d bytes) is not little-endian float32", class, size)
}

// shapeOf returns the dimensions.
func shapeOf(message []byte) ([]int, error) {
	if len(message) < 4 {
		return nil, errors.New("it has no shape")
	}
	rank, dims := int(message[1]), message[4:]
	if message[0] == 1 && len(dims) >= 4 {
		dims = dims[4:]
	}
	if len(dims) < 8*rank {
		return nil, errTruncated
	}
	shape := make([]int, rank)
	for k := range shape {
		d := word(dims[8*k:])
		if d > 1<<62 {
			return nil, fmt.Errorf("its dimension %d is %d", k, d)
		}
		shape[k] = int(d)
	}
	return shape, nil
}

// data returns the numbers of an array whose layout is contiguous.
func (f *File) data(message []byte) ([]byte, error) {
	const contiguous = 1
	if len(message) < 18 || message[0] != 3 || message[1] != contiguous {
		return nil, errors.New("its numbers are not contiguous in the file")
	}
	address, size := word(message[2:]), word(message[10:])
	if size > uint64(len(f.content)) {
		return nil, errTruncated
	}
	if address == undefined && size == 0 {
		return nil, nil
	}
	return f.at(address, int(size))
}
