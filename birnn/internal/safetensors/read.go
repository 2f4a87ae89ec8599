package safetensors

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
)

// maxHeader bounds the header, and with it what parsing it may allocate. That of the tutorial's network has 3 kB.
const maxHeader = 1 << 20

// sizes are those of one number, by the type's name.
var sizes = map[string]int{"F32": 4, "F64": 8, "I64": 8}

// Read parses a whole file. It checks that the arrays cover the numbers exactly, and the digest. The arrays share the file's
// memory; beyond it, no more is allocated than a multiple of the header, which is bounded.
func Read(file []byte) ([]Array, map[string]string, error) {
	if len(file) < 8 {
		return nil, nil, fmt.Errorf("it has %d bytes, too few for a header", len(file))
	}
	length := binary.LittleEndian.Uint64(file)
	if length > maxHeader || length > uint64(len(file)-8) {
		return nil, nil, fmt.Errorf("its header claims %d bytes, the file has %d; at most %d are possible", length, len(file), maxHeader)
	}
	data := file[8+length:]
	var header map[string]json.RawMessage
	if err := json.Unmarshal(file[8:8+length], &header); err != nil {
		return nil, nil, fmt.Errorf("its header is not valid: %w", err)
	}
	metadata := map[string]string{}
	if text, ok := header[metadataKey]; ok {
		if err := json.Unmarshal(text, &metadata); err != nil {
			return nil, nil, fmt.Errorf("its metadata is not valid: %w", err)
		}
		delete(header, metadataKey)
	}
	stored := metadata[digestKey]
	at := placeOf(stored, file)
	if len(stored) != len(noDigest) || at < 0 || digest(file, at) != stored {
		return nil, nil, fmt.Errorf("its content does not have the SHA-256 %q that it states: the file is damaged", stored)
	}
	delete(metadata, digestKey)
	arrays, err := find(header, data)
	return arrays, metadata, err
}

// find returns the arrays that the header describes, in the order in which they lie in the data. They have to fill it
// without gap or overlap.
func find(header map[string]json.RawMessage, data []byte) ([]Array, error) {
	type place struct {
		name string
		entry
	}
	var places []place
	for name, text := range header {
		p := place{name: name}
		if err := json.Unmarshal(text, &p.entry); err != nil {
			return nil, fmt.Errorf("tensor %q: its description is not valid: %w", name, err)
		}
		if err := p.check(len(data)); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		places = append(places, p)
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.Offsets[0], b.Offsets[0]), cmp.Compare(a.Offsets[1], b.Offsets[1]), cmp.Compare(a.name, b.name))
	})
	arrays, end := make([]Array, len(places)), 0
	for k, p := range places {
		if p.Offsets[0] != end {
			return nil, fmt.Errorf("tensor %q begins at byte %d of the numbers, the one before it ends at %d", p.name, p.Offsets[0], end)
		}
		end = p.Offsets[1]
		if end > len(data) {
			break
		}
		arrays[k] = Array{Name: p.name, DType: p.DType, Shape: p.Shape, Data: data[p.Offsets[0]:end:end]}
	}
	if end != len(data) {
		return nil, fmt.Errorf("its tensors end at byte %d of %d", end, len(data))
	}
	return arrays, nil
}

// check returns an error if the numbers of the shape do not fill the bytes between the offsets.
func (e entry) check(dataLen int) error {
	number, ok := sizes[e.DType]
	if !ok {
		return fmt.Errorf("its type is %q, only F32, F64 and I64 can be read", e.DType)
	}
	size := number
	for _, d := range e.Shape {
		if d < 0 || (d > 0 && size > dataLen/d) {
			return fmt.Errorf("its shape %v is larger than the file", e.Shape)
		}
		size *= d
	}
	if e.Offsets[1]-e.Offsets[0] != size {
		return fmt.Errorf("bytes %d to %d do not hold its shape %v", e.Offsets[0], e.Offsets[1], e.Shape)
	}
	return nil
}
