package hdf5

import (
	"bytes"
	"encoding/binary"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/memtest"
	"github.com/easy-gomlx/tutorials/birnn/internal/safetensors"
)

// example are arrays of different shapes, in groups of different depths.
func example() []safetensors.Array {
	return []safetensors.Array{
		safetensors.NewArray("layers/dense/vars/0", []float32{1, 2, 3, 4, 5, 6}, 2, 3),
		safetensors.NewArray("layers/dense/vars/1", []float32{7, 8, 9}, 3),
		safetensors.NewArray("layers/b", []float32{10}),
		safetensors.NewArray[float32]("empty", nil, 0, 7),
	}
}

func encoded(t testing.TB) []byte {
	t.Helper()
	file, err := Encode(example())
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestRoundTrip(t *testing.T) {
	f, err := Open(encoded(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range example() {
		got, err := f.Array(want.Name)
		if err != nil || got.DType != want.DType || !reflect.DeepEqual(got.Shape, want.Shape) || !bytes.Equal(got.Data, want.Data) {
			t.Errorf("%s: got %v, %v; want %v", want.Name, got, err, want)
		}
	}
	for path, want := range map[string]string{
		"layers/none": `there is no "none"`, "layers": "no type", "layers/b/c": `"c" is not in a group`, "": `there is no ""`,
	} {
		if _, err := f.Array(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: the error is %v; want one with %q", path, err, want)
		}
	}
}

func TestEncodeErrors(t *testing.T) {
	one := func(name string) safetensors.Array { return safetensors.NewArray(name, []float32{1}) }
	many := make([]safetensors.Array, 2*leafK+1)
	for k := range many {
		many[k] = one(string(rune('a' + k)))
	}
	for want, arrays := range map[string][]safetensors.Array{
		`two objects are named "a"`: {one("a"), one("a")},
		`"a" is an array`:           {one("a"), one("a/b")},
		"more than 8 objects":       many,
		"its type is I64":           {safetensors.NewArray("a", []int64{1})},
	} {
		if _, err := Encode(arrays); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v; want one with %q", err, want)
		}
	}
}

// at returns where a file has some bytes for the last time.
func at(t *testing.T, file []byte, content string) int {
	t.Helper()
	k := bytes.LastIndex(file, []byte(content))
	if k < 0 {
		t.Fatalf("the file has no %q", content)
	}
	return k
}

// TestHostileFiles changes one number of a valid file. The root group's objects come last.
func TestHostileFiles(t *testing.T) {
	const path = "layers/dense/vars/0"
	for _, tt := range []struct {
		reason string
		place  func(file []byte) int // of a number of eight bytes
		value  uint64
		want   string // in the error
	}{
		{"another version", func([]byte) int { return 8 }, 2, "superblock has version 2"},
		{"a base address", func([]byte) int { return 24 }, 512, "base address"},
		{"a root out of the file", func([]byte) int { return 64 }, 1 << 40, "bytes that the file does not have"},
		{"a root at the greatest address", func([]byte) int { return 64 }, math.MaxUint64, "bytes that the file does not have"},
		{"a tree that is its own child", func(f []byte) int { return at(t, f, "TREE") + 32 }, 1, "its own address"},
		{"a heap of 2^63 bytes", func(f []byte) int { return at(t, f, "HEAP") + 8 }, 1 << 63, "bytes that the file does not have"},
		{"names out of the file", func(f []byte) int { return at(t, f, "HEAP") + 24 }, 1 << 50, "bytes that the file does not have"},
		{"a name out of the heap", func(f []byte) int { return at(t, f, "SNOD") + 8 + entrySize }, 1 << 50, `there is no "layers"`},
	} {
		file := encoded(t)
		place := tt.place(file)
		binary.LittleEndian.PutUint64(file[place:], tt.value)
		if tt.want == "its own address" {
			tree := at(t, file, "TREE")
			file[tree+5] = 1 // above the leaves
			binary.LittleEndian.PutUint64(file[place:], uint64(tree))
			tt.want = "B-tree"
		}
		wantError(t, tt.reason, file, path, tt.want)
	}
	file := encoded(t)
	shape := bytes.Index(file, []byte{1, 2, 0, 0, 0, 0, 0, 0, 2}) // the dataspace of the array
	for _, dims := range [][2]uint64{{1 << 62, 4}, {1 << 32, 1 << 32}, {math.MaxUint64, 1}, {2, 4}, {0, 3}} {
		binary.LittleEndian.PutUint64(file[shape+8:], dims[0])
		binary.LittleEndian.PutUint64(file[shape+16:], dims[1])
		wantError(t, "another shape", file, path, "")
	}
}

// TestManyPathsToOneNode: levels of nodes whose children are all one node would take as many steps as their product.
func TestManyPathsToOneNode(t *testing.T) {
	file := encoded(t)
	tree := at(t, file, "TREE")
	next, children := len(file), 1000
	file[tree+5] = 4
	binary.LittleEndian.PutUint64(file[tree+32:], uint64(next))
	for level := byte(3); ; level-- {
		node := append([]byte{'T', 'R', 'E', 'E', 0, level}, byte(children&0xff), byte(children>>8))
		node = append(node, numbers(undefined, undefined, 0)...)
		next += 24 + 16*children + 8
		for range children {
			node = append(node, numbers(uint64(next), 0)...)
		}
		file = append(file, node...)
		if level == 0 {
			break
		}
	}
	file = append(file, "SNOD\x01\x00\x00\x00"...)
	wantError(t, "many paths", file, "layers/b", "refers to itself")
}

func wantError(t *testing.T, reason string, file []byte, path, text string) {
	t.Helper()
	read := func() error {
		f, err := Open(file)
		if err == nil {
			_, err = f.Array(path)
		}
		return err
	}
	memtest.Check(t, 64<<10+64*len(file), func() { read() })
	if err := read(); err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("%s: the error is %v; want one with %q", reason, err, text)
	}
}

// FuzzOpen verifies that nothing panics, takes more memory than allowed or gives an array whose bytes do not match its shape.
func FuzzOpen(f *testing.F) {
	f.Add(encoded(f))
	f.Fuzz(func(t *testing.T, content []byte) {
		memtest.Check(t, 64<<10+64*len(content), func() {
			file, err := Open(content)
			if err != nil {
				return
			}
			for _, want := range example() {
				a, err := file.Array(want.Name)
				if err != nil {
					continue
				}
				size := map[string]int{"F16": 2, "F32": 4, "F64": 8}[a.DType]
				for _, d := range a.Shape {
					size *= d
				}
				if size != len(a.Data) {
					t.Errorf("an array %s%v of %d bytes", a.DType, a.Shape, len(a.Data))
				}
			}
		})
	})
}
