package hdf5

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/easy-gomlx/tutorials/birnn/internal/safetensors"
)

// File is a file in memory.
type File struct {
	content []byte
	root    uint64 // the address of the root group's header
}

// errTruncated reports an address or a size that leads out of the file.
var errTruncated = errors.New("it refers to bytes that the file does not have")

// Open returns the file with the given content.
func Open(content []byte) (*File, error) {
	f := &File{content: content}
	b, err := f.at(0, superblockSize)
	if err != nil || string(b[:8]) != signature {
		return nil, errors.New("it is not an HDF5 file")
	}
	if b[8] != 0 || b[13] != 8 || b[14] != 8 {
		return nil, fmt.Errorf("its superblock has version %d, with addresses of %d bytes; want version 0, which libver=\"earliest\" of h5py writes", b[8], b[13])
	}
	if base := word(b[24:]); base != 0 {
		return nil, fmt.Errorf("its base address is %d; want 0", base)
	}
	f.root = word(b[64:])
	return f, nil
}

func word(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

// at returns n bytes of the file.
func (f *File) at(address uint64, n int) ([]byte, error) {
	size := uint64(len(f.content))
	if address > size || uint64(n) > size-address {
		return nil, errTruncated
	}
	return f.content[address:][:n:n], nil
}

// Array returns the array with the given path. It shares the file's memory.
func (f *File) Array(path string) (safetensors.Array, error) {
	a, err := f.find(path)
	if err != nil {
		return safetensors.Array{}, fmt.Errorf("array %q: %w", path, err)
	}
	a.Name = path
	return a, nil
}

func (f *File) find(path string) (safetensors.Array, error) {
	address := f.root
	for name := range strings.SplitSeq(path, "/") {
		messages, err := f.messages(address)
		if err != nil {
			return safetensors.Array{}, err
		}
		symbols := messages[symbolTableMessage]
		if len(symbols) < 16 {
			return safetensors.Array{}, fmt.Errorf("%q is not in a group", name)
		}
		l := lookup{File: f, name: append([]byte(name), 0), budget: len(f.content) / 16}
		if l.heap, err = f.heap(word(symbols[8:])); err != nil {
			return safetensors.Array{}, err
		}
		found, err := l.node(word(symbols), -1)
		if err != nil {
			return safetensors.Array{}, err
		}
		if !found {
			return safetensors.Array{}, fmt.Errorf("there is no %q", name)
		}
		address = l.found
	}
	messages, err := f.messages(address)
	if err != nil {
		return safetensors.Array{}, err
	}
	return f.array(messages)
}

// messages returns the messages of an object header, the first one of each type.
func (f *File) messages(address uint64) (map[int][]byte, error) {
	h, err := f.at(address, 16)
	if err != nil {
		return nil, err
	}
	if h[0] != 1 {
		return nil, errors.New("its object header has another version than 1")
	}
	block, err := f.at(address+16, int(binary.LittleEndian.Uint32(h[8:])))
	if err != nil {
		return nil, err
	}
	messages := map[int][]byte{}
	var more [][]byte // continuations
	total := len(block)
	for range binary.LittleEndian.Uint16(h[2:]) {
		for len(block) < 8 && len(more) > 0 {
			block, more = more[0], more[1:]
		}
		if len(block) < 8 {
			return nil, errTruncated
		}
		kind, size := int(binary.LittleEndian.Uint16(block)), int(binary.LittleEndian.Uint16(block[2:]))
		shared := block[4]&2 != 0
		if size > len(block)-8 {
			return nil, errTruncated
		}
		var content []byte
		content, block = block[8:8+size], block[8+size:]
		if shared {
			return nil, fmt.Errorf("its message of type %d is shared with other objects", kind)
		}
		if _, repeated := messages[kind]; !repeated {
			messages[kind] = content
		}
		if kind == continuationMessage {
			next, err := f.continuation(content)
			if err != nil {
				return nil, err
			}
			if total += len(next); total > len(f.content) {
				return nil, errors.New("its object header refers to itself")
			}
			more = append(more, next)
		}
	}
	return messages, nil
}

// continuation returns the block of messages that a message refers to.
func (f *File) continuation(message []byte) ([]byte, error) {
	if len(message) < 16 || word(message[8:]) > uint64(len(f.content)) {
		return nil, errTruncated
	}
	return f.at(word(message), int(word(message[8:])))
}

// heap returns the names of a group.
func (f *File) heap(address uint64) ([]byte, error) {
	h, err := f.at(address, 32)
	if err != nil {
		return nil, err
	}
	if string(h[:4]) != "HEAP" || word(h[8:]) > uint64(len(f.content)) {
		return nil, errTruncated
	}
	return f.at(word(h[24:]), int(word(h[8:])))
}

// lookup searches a group for a name.
type lookup struct {
	*File
	heap   []byte
	name   []byte // with the zero after it
	budget int    // of steps
	found  uint64 // the address of the object's header
}

var errLoop = errors.New("the B-tree of its group refers to itself")

// node searches a node of a B-tree of the given level; -1: of any level.
func (l *lookup) node(address uint64, level int) (found bool, err error) {
	b, err := l.at(address, 24)
	if err != nil {
		return false, err
	}
	if string(b[:4]) != "TREE" || b[4] != 0 || level >= 0 && int(b[5]) != level {
		return false, errors.New("the B-tree of its group is not valid")
	}
	level = int(b[5])
	children := int(binary.LittleEndian.Uint16(b[6:]))
	b, err = l.at(address+24, 16*children+8) // a key before each child, and one after the last
	if err != nil {
		return false, err
	}
	for ; children > 0 && !found && err == nil; children-- {
		if l.budget--; l.budget < 0 {
			return false, errLoop
		}
		if level > 0 {
			found, err = l.node(word(b[8:]), level-1)
		} else {
			found, err = l.leaf(word(b[8:]))
		}
		b = b[16:]
	}
	return found, err
}

// leaf searches a leaf.
func (l *lookup) leaf(address uint64) (found bool, err error) {
	b, err := l.at(address, 8)
	if err != nil {
		return false, err
	}
	if string(b[:4]) != "SNOD" {
		return false, errors.New("a symbol table of its group is not valid")
	}
	n := int(binary.LittleEndian.Uint16(b[6:]))
	b, err = l.at(address+8, n*entrySize)
	if err != nil {
		return false, err
	}
	for ; n > 0; n-- {
		if l.budget--; l.budget < 0 {
			return false, errLoop
		}
		if at := word(b); at <= uint64(len(l.heap)) && bytes.HasPrefix(l.heap[at:], l.name) {
			if b[16] > 1 {
				return false, fmt.Errorf("%q is a link", l.name[:len(l.name)-1])
			}
			l.found = word(b[8:])
			return true, nil
		}
		b = b[entrySize:]
	}
	return false, nil
}
