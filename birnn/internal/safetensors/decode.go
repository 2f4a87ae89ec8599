package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// maxHeader bounds the header, and thus the memory for parsing it. The header
// of the tutorial's network has 3 kB.
const maxHeader = 1 << 20

// Decode parses a file. The arrays share the file's memory; beyond it, no more
// than a multiple of the bounded header is allocated.
func Decode(file []byte) (File, error) {
	if len(file) < 8 {
		return File{}, fmt.Errorf("it has %d bytes, too few for a header", len(file))
	}
	length := binary.LittleEndian.Uint64(file)
	if length > maxHeader || length > uint64(len(file)-8) {
		return File{}, fmt.Errorf("its header claims %d bytes, the file has %d; at most %d are allowed", length, len(file), maxHeader)
	}
	header, err := parseHeader(file[8 : 8+length])
	if err != nil {
		return File{}, fmt.Errorf("its header is not valid: %w", err)
	}
	f := File{Metadata: map[string]string{}}
	if text, ok := header[metadataKey]; ok {
		if err := json.Unmarshal(text, &f.Metadata); err != nil {
			return File{}, fmt.Errorf("its metadata is not valid: %w", err)
		}
		delete(header, metadataKey)
	}
	f.Arrays, err = arraysOf(header, file[8+length:])
	return f, err
}

// parseHeader parses a JSON object whose names are all different.
func parseHeader(text []byte) (map[string]json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, cmp.Or(err, errors.New("it is not a JSON object"))
	}
	header := map[string]json.RawMessage{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, _ := t.(string) // in an object, every other token is
		if _, repeated := header[name]; repeated {
			return nil, fmt.Errorf("it has two descriptions of %q", name)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, err
		}
		header[name] = value
	}
	if _, err := d.Token(); err != nil { // the closing brace
		return nil, err
	}
	if rest := bytes.TrimSpace(text[d.InputOffset():]); len(rest) > 0 {
		return nil, fmt.Errorf("after it come %d more bytes", len(rest))
	}
	return header, nil
}

// arraysOf returns the arrays that the header describes, in the order of the
// data. They must fill it without gap or overlap.
func arraysOf(header map[string]json.RawMessage, data []byte) ([]Array, error) {
	type named struct {
		name string
		entry
	}
	var entries []named
	for name, text := range header {
		e := named{name: name}
		if err := json.Unmarshal(text, &e.entry); err != nil {
			return nil, fmt.Errorf("tensor %q: its description is not valid: %w", name, err)
		}
		if err := e.check(len(data)); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b named) int {
		return cmp.Or(cmp.Compare(a.Offsets[0], b.Offsets[0]), cmp.Compare(a.Offsets[1], b.Offsets[1]), cmp.Compare(a.name, b.name))
	})
	arrays, end := make([]Array, len(entries)), 0
	for k, e := range entries {
		if e.Offsets[0] != end {
			return nil, fmt.Errorf("tensor %q begins at byte %d of the data, the previous one ends at %d", e.name, e.Offsets[0], end)
		}
		end = e.Offsets[1]
		if end > len(data) {
			break
		}
		arrays[k] = Array{Name: e.name, DType: e.DType, Shape: e.Shape, Data: data[e.Offsets[0]:end:end]}
		if err := arrays[k].checkBools(); err != nil {
			return nil, err
		}
	}
	if end != len(data) {
		return nil, fmt.Errorf("its tensors end at byte %d of %d", end, len(data))
	}
	return arrays, nil
}

// check returns an error unless the shape fills the bytes between the offsets.
func (e entry) check(dataLen int) error {
	size, ok := sizes[e.DType]
	if !ok {
		return fmt.Errorf("its type is %q, which is not supported", e.DType)
	}
	for _, d := range e.Shape {
		if d < 0 || (d > 0 && size > dataLen/d) {
			return fmt.Errorf("its shape %v is larger than the file", e.Shape)
		}
		size *= d
	}
	if e.Offsets[1]-e.Offsets[0] != size {
		return fmt.Errorf("bytes %d to %d do not match its shape %v", e.Offsets[0], e.Offsets[1], e.Shape)
	}
	return nil
}

// checkBools returns an error if a BOOL is neither 0 nor 1, which Go cannot hold.
func (a Array) checkBools() error {
	if a.DType != "BOOL" {
		return nil
	}
	for k, b := range a.Data {
		if b > 1 {
			return fmt.Errorf("tensor %q: value %d is %d; want 0 or 1", a.Name, k, b)
		}
	}
	return nil
}
