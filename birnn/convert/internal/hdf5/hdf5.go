// Package hdf5 encodes and decodes the part of the HDF5 format that Keras uses
// for weights: groups, and contiguous arrays of numbers. See the HDF5 File Format
// Specification, version 3.0, whose terms it uses.
//
// # The format
//
// A file is a tree of objects that refer to each other by their address, which
// is the offset of their first byte. All numbers are little-endian.
//
//	superblock       96 bytes, version 0; the last 40 are the entry of the root group
//	object header    version 1: messages, each with its type and size, that say what the object is
//	group            its message "symbol table" has the addresses of a B-tree and of a local heap
//	B-tree           nodes "TREE"; the leaves are nodes "SNOD" of entries, in the order of the names
//	entry            40 bytes: where the heap has the name, and the address of the object's header
//	local heap       "HEAP": the names, each with a zero after it
//	array            its messages have shape ("dataspace"), type and place ("layout") of the numbers
//
// Left out are chunks, compression, links, numbers in other files, and what
// newer versions of the format have instead of B-trees and heaps.
//
// # Hostile files
//
//   - An address is compared with the size of the file before each use; a size, with
//     the bytes after the address.
//   - A shape is compared with the bytes that are there by division, so that no product
//     overflows. Nothing is allocated for numbers: an array shares the file's memory.
//   - A lookup has a budget of steps in proportion to the file: a B-tree that refers to
//     itself, or many times to one node, ends with an error. So does a header that
//     continues in itself.
//   - Only the objects on the path that is asked for are read, and no path is a file's:
//     external files, links and virtual arrays are errors.
package hdf5

import "math"

// signature begins each file.
const signature = "\x89HDF\r\n\x1a\n"

// undefined is the address of what does not exist.
const undefined = math.MaxUint64

const (
	superblockSize = 96
	leafK          = 4  // a leaf has 2*leafK entries at most
	internalK      = 16 // a B-tree's node has 2*internalK children at most
	entrySize      = 40
)

// The types of messages in an object header.
const (
	dataspaceMessage    = 0x01
	datatypeMessage     = 0x03
	fillValueMessage    = 0x05
	externalMessage     = 0x07
	layoutMessage       = 0x08
	filtersMessage      = 0x0b
	continuationMessage = 0x10
	symbolTableMessage  = 0x11
)

// float32Type is the content of the message for numbers of type float32.
var float32Type = []byte{
	0x11, 0x20, 31, 0, // a floating-point number, version 1; its first bit is implied, the sign is bit 31
	4, 0, 0, 0, // bytes
	0, 0, 32, 0, // bits: offset and precision
	23, 8, 0, 23, // place and size of exponent and mantissa
	127, 0, 0, 0, // bias of the exponent
}
