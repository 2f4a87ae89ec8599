package birnn

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// A checkpoint is one file in the safetensors format, so that other programs
// can read the weights too: eight bytes with the length of a header in JSON,
// the header, and the numbers, little-endian. The header says for each tensor
// its type, shape and place, and has room for texts under __metadata__.
// See https://huggingface.co/docs/safetensors.

// array is a named float32 array.
type array struct {
	name   string
	dims   []int
	values []float32
}

// tensorHeader describes one array in a safetensors header.
type tensorHeader struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"`
}

const (
	metadataKey  = "__metadata__"
	digestKey    = "sha256" // of the file with zeros for the digest, in the metadata
	maxHeaderLen = 64 << 20 // a history of a million steps has 40 MB
)

// writeArrays writes the arrays and the metadata, with a digest added to it.
func writeArrays(w io.Writer, arrays []array, metadata map[string]string) error {
	header := map[string]any{}
	var data []byte
	for _, a := range arrays {
		start := len(data)
		for _, v := range a.values {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
		}
		header[a.name] = tensorHeader{DType: "F32", Shape: append([]int{}, a.dims...), Offsets: [2]int{start, len(data)}}
	}
	texts := map[string]string{digestKey: noDigest}
	for key, text := range metadata {
		texts[key] = text
	}
	header[metadataKey] = texts
	text, err := json.Marshal(header)
	if err != nil {
		return err
	}
	// The numbers begin at a multiple of eight.
	text = append(text, strings.Repeat(" ", (8-len(text)%8)%8)...)
	file := slices.Concat(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text, data)
	_, err = w.Write(bytes.Replace(file, []byte(noDigest), []byte(digest(file)), 1))
	return err
}

// noDigest stands in a file for the digest while that is computed.
var noDigest = strings.Repeat("0", 2*sha256.Size)

// digest returns the SHA-256 of a file that has noDigest in place of it.
func digest(file []byte) string {
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:])
}

// readArrays parses a whole safetensors file. It checks that the arrays cover
// the numbers exactly, that they are finite, and their digest; it allocates no
// more than a small multiple of the file's size.
func readArrays(file []byte) ([]array, map[string]string, error) {
	if len(file) < 8 {
		return nil, nil, fmt.Errorf("it has %d bytes, too few for a header", len(file))
	}
	length := binary.LittleEndian.Uint64(file)
	if length > maxHeaderLen || length > uint64(len(file)-8) {
		return nil, nil, fmt.Errorf("its header claims %d bytes, the file has %d", length, len(file))
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
	if len(stored) != len(noDigest) || digest(bytes.Replace(file, []byte(stored), []byte(noDigest), 1)) != stored {
		return nil, nil, fmt.Errorf("its content does not have the SHA-256 %q that it states: the file is damaged", stored)
	}
	places, err := findArrays(header, len(data))
	if err != nil {
		return nil, nil, err
	}
	arrays := make([]array, len(places))
	for k, p := range places {
		arrays[k] = array{name: p.name, dims: p.Shape, values: make([]float32, (p.Offsets[1]-p.Offsets[0])/4)}
		for i := range arrays[k].values {
			v := math.Float32frombits(binary.LittleEndian.Uint32(data[p.Offsets[0]+4*i:]))
			if !isFinite(float64(v)) {
				return nil, nil, fmt.Errorf("tensor %q: value %d is %v", p.name, i, v)
			}
			arrays[k].values[i] = v
		}
	}
	return arrays, metadata, nil
}

// place is where a tensor lies.
type place struct {
	name string
	tensorHeader
}

// findArrays returns the tensors that the header describes, in the order in
// which they lie in the data. They have to fill it without gap or overlap.
func findArrays(header map[string]json.RawMessage, dataLen int) ([]place, error) {
	var places []place
	for name, text := range header {
		p := place{name: name}
		if err := json.Unmarshal(text, &p.tensorHeader); err != nil {
			return nil, fmt.Errorf("tensor %q: its description is not valid: %w", name, err)
		}
		if p.DType != "F32" {
			return nil, fmt.Errorf("tensor %q: its type is %q, only F32 can be read", name, p.DType)
		}
		size, err := sizeOf(p.Shape, dataLen/4)
		if err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		if p.Offsets[1]-p.Offsets[0] != 4*size {
			return nil, fmt.Errorf("tensor %q: bytes %d to %d do not hold its shape %v", name, p.Offsets[0], p.Offsets[1], p.Shape)
		}
		places = append(places, p)
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.Offsets[0], b.Offsets[0]), cmp.Compare(a.Offsets[1], b.Offsets[1]))
	})
	end := 0
	for _, p := range places {
		if p.Offsets[0] != end {
			return nil, fmt.Errorf("tensor %q begins at byte %d of the numbers, the one before it ends at %d", p.name, p.Offsets[0], end)
		}
		end = p.Offsets[1]
	}
	if end != dataLen {
		return nil, fmt.Errorf("its tensors end at byte %d of %d", end, dataLen)
	}
	return places, nil
}

// sizeOf multiplies the dimensions, and refuses what exceeds the limit.
func sizeOf(dims []int, limit int) (int, error) {
	size := 1
	for _, d := range dims {
		if d < 0 || (d > 0 && size > limit/d) {
			return 0, fmt.Errorf("its shape %v is larger than the file", dims)
		}
		size *= d
	}
	return size, nil
}
