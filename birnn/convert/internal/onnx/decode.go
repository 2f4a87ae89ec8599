package onnx

import (
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// maxFields bounds the fields of a file, and with them the memory of what is
// decoded: less than 256 bytes for each, not counting names and Tensor.Raw,
// which are parts of the file.
const maxFields = 1 << 17

// Decode returns the model in a file, whose bytes it keeps for Tensor.Raw.
func Decode(file []byte) (Model, error) {
	var d decoder
	m, err := d.model(file)
	if err != nil {
		return Model{}, fmt.Errorf("it is not a valid ONNX file: %w", err)
	}
	return m, nil
}

// decoder counts the fields that it has met.
type decoder struct{ fields int }

func (d *decoder) count(n int) error {
	if d.fields += n; d.fields > maxFields {
		return fmt.Errorf("it has more than %d fields", maxFields)
	}
	return nil
}

// field is a field of a message.
type field struct {
	*decoder
	number protowire.Number
	kind   protowire.Type
	word   uint64 // unless it is bytes
	bytes  []byte
}

// each calls f for each field of a message.
func (d *decoder) each(message []byte, f func(field) error) error {
	for len(message) > 0 {
		if err := d.count(1); err != nil {
			return err
		}
		number, kind, size := protowire.ConsumeTag(message)
		if size < 0 {
			return protowire.ParseError(size)
		}
		message = message[size:]
		v := field{decoder: d, number: number, kind: kind}
		switch kind {
		case protowire.VarintType:
			v.word, size = protowire.ConsumeVarint(message)
		case protowire.Fixed32Type:
			var word uint32
			word, size = protowire.ConsumeFixed32(message)
			v.word = uint64(word)
		case protowire.Fixed64Type:
			v.word, size = protowire.ConsumeFixed64(message)
		case protowire.BytesType:
			v.bytes, size = protowire.ConsumeBytes(message)
		default:
			return fmt.Errorf("field %d is a group", number)
		}
		if size < 0 {
			return protowire.ParseError(size)
		}
		message = message[size:]
		if err := f(v); err != nil {
			return err
		}
	}
	return nil
}

func (f field) want(kind protowire.Type) error {
	if f.kind != kind {
		return fmt.Errorf("field %d has wire type %d, want %d", f.number, f.kind, kind)
	}
	return nil
}

func integer[T ~int64](f field, to *T) error {
	*to = T(f.word)
	return f.want(protowire.VarintType)
}

func (f field) float(to *float32) error {
	*to = math.Float32frombits(uint32(f.word))
	return f.want(protowire.Fixed32Type)
}

func (f field) text(to *string) error {
	*to = string(f.bytes)
	return f.want(protowire.BytesType)
}

func (f field) texts(to *[]string) error {
	*to = append(*to, string(f.bytes))
	return f.want(protowire.BytesType)
}

// ints adds an integer, or several that are packed.
func (f field) ints(to *[]int64) error {
	if f.kind != protowire.BytesType {
		*to = append(*to, int64(f.word))
		return f.want(protowire.VarintType)
	}
	for rest := f.bytes; len(rest) > 0; {
		v, size := protowire.ConsumeVarint(rest)
		if size < 0 {
			return protowire.ParseError(size)
		}
		if err := f.count(1); err != nil {
			return err
		}
		*to, rest = append(*to, int64(v)), rest[size:]
	}
	return nil
}

// raw adds bytes. Few tensors have more than one piece.
func (f field) raw(to *[]byte) error {
	if len(*to) > 0 {
		return errors.New("a tensor's elements are in several pieces")
	}
	*to = f.bytes
	return f.want(protowire.BytesType)
}

// decode decodes a message with one of the functions of messages.go.
func decode[T any](f field, message func(*decoder, []byte) (T, error), to *T) (err error) {
	if err := f.want(protowire.BytesType); err != nil {
		return err
	}
	*to, err = message(f.decoder, f.bytes)
	return err
}

// add decodes a message and adds it to a list.
func add[T any](f field, message func(*decoder, []byte) (T, error), to *[]T) error {
	var v T
	err := decode(f, message, &v)
	*to = append(*to, v)
	return err
}
