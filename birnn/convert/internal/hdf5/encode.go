package hdf5

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/easy-gomlx/tutorials/birnn/internal/safetensors"
)

// Encode returns a file with arrays of type F32. Their names are paths, such as
// "layers/dense/vars/0".
func Encode(arrays []safetensors.Array) ([]byte, error) {
	root := group{}
	for _, a := range arrays {
		if a.DType != "F32" {
			return nil, fmt.Errorf("array %q: its type is %s; want F32", a.Name, a.DType)
		}
		if err := root.add(strings.Split(a.Name, "/"), a); err != nil {
			return nil, err
		}
	}
	e := encoder{file: make([]byte, superblockSize)}
	entry := e.group(root)
	copy(e.file, e.superblock(entry))
	return e.file, nil
}

// group maps names to arrays and to groups.
type group map[string]any

// add puts an array into the group, or into groups within it.
func (g group) add(path []string, a safetensors.Array) error {
	if _, exists := g[path[0]]; exists && len(path) == 1 {
		return fmt.Errorf("two objects are named %q", a.Name)
	}
	if len(g) == 2*leafK {
		return fmt.Errorf("array %q: its group has more than %d objects", a.Name, 2*leafK)
	}
	if len(path) == 1 {
		g[path[0]] = a
		return nil
	}
	if g[path[0]] == nil {
		g[path[0]] = group{}
	}
	inner, ok := g[path[0]].(group)
	if !ok {
		return fmt.Errorf("array %q: %q is an array, not a group", a.Name, path[0])
	}
	return inner.add(path[1:], a)
}

// encoder appends objects to a file.
type encoder struct{ file []byte }

// put appends bytes, with zeros up to a multiple of eight, and returns their address.
func (e *encoder) put(content []byte) uint64 {
	address := len(e.file)
	e.file = padded(append(e.file, content...))
	return uint64(address)
}

func padded(b []byte) []byte { return append(b, make([]byte, -len(b)&7)...) }

// numbers returns numbers of eight bytes.
func numbers(values ...uint64) []byte {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return b
}

// superblock returns the superblock, which has the entry of the root group.
func (e *encoder) superblock(root []byte) []byte {
	b := append([]byte(signature), 0, 0, 0, 0, 0, 8, 8, 0) // versions; the sizes of addresses and lengths
	b = append(b, leafK, 0, internalK, 0, 0, 0, 0, 0)
	b = append(b, numbers(0, undefined, uint64(len(e.file)), undefined)...)
	return append(b, root...)
}

// group appends a group and what is in it, and returns its entry without the name.
func (e *encoder) group(g group) []byte {
	names := slices.Sorted(maps.Keys(g))
	heap := make([]byte, 8) // the empty name
	leaf := binary.LittleEndian.AppendUint16([]byte("SNOD\x01\x00"), uint16(len(names)))
	last := 0 // where the heap has the last name
	for _, name := range names {
		var entry []byte
		switch object := g[name].(type) {
		case group:
			entry = e.group(object)
		case safetensors.Array:
			entry = e.array(object)
		}
		last = len(heap)
		binary.LittleEndian.PutUint64(entry, uint64(last))
		leaf = append(leaf, entry...)
		heap = padded(append(heap, name+"\x00"...))
	}
	leaf = append(leaf, make([]byte, (2*leafK-len(names))*entrySize)...)
	tree := append([]byte("TREE\x00\x00\x01\x00"), numbers(undefined, undefined, 0, e.put(leaf), uint64(last))...)
	tree = append(tree, make([]byte, (2*internalK-1)*16)...)
	noFree := uint64(1)
	header := append([]byte("HEAP\x00\x00\x00\x00"), numbers(uint64(len(heap)), noFree, e.put(heap))...)
	symbols := numbers(e.put(tree), e.put(header))
	return entryOf(e.header(message(symbolTableMessage, symbols)), symbols)
}

// array appends an array and returns its entry without the name.
func (e *encoder) array(a safetensors.Array) []byte {
	space := []byte{1, byte(len(a.Shape)), 0, 0, 0, 0, 0, 0}
	for _, d := range a.Shape {
		space = append(space, numbers(uint64(d))...)
	}
	fill := []byte{2, 2, 2, 1, 0, 0, 0, 0}                                         // zero
	layout := append([]byte{3, 1}, numbers(e.put(a.Data), uint64(len(a.Data)))...) // contiguous
	return entryOf(e.header(
		message(dataspaceMessage, space),
		message(datatypeMessage, slices.Clone(float32Type)),
		message(fillValueMessage, fill),
		message(layoutMessage, layout),
	), nil)
}

// entryOf returns the entry of an object, without its name; for a group, symbols are
// the addresses of its tree and its heap.
func entryOf(header uint64, symbols []byte) []byte {
	entry := numbers(0, header, 0)
	if symbols != nil {
		entry[16] = 1
	}
	return append(append(entry, symbols...), make([]byte, 16-len(symbols))...)
}

// message returns a message of an object header.
func message(kind uint16, content []byte) []byte {
	content = padded(content)
	m := binary.LittleEndian.AppendUint16(nil, kind)
	m = binary.LittleEndian.AppendUint16(m, uint16(len(content)))
	return append(append(m, 0, 0, 0, 0), content...)
}

// header appends an object header and returns its address.
func (e *encoder) header(messages ...[]byte) uint64 {
	content := slices.Concat(messages...)
	h := binary.LittleEndian.AppendUint16([]byte{1, 0}, uint16(len(messages)))
	h = binary.LittleEndian.AppendUint32(h, 1) // references to it
	h = binary.LittleEndian.AppendUint32(h, uint32(len(content)))
	return e.put(append(append(h, 0, 0, 0, 0), content...))
}
