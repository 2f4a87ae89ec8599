package safetensors

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/memtest"
)

// fileOf returns a file with a header and numbers.
func fileOf(header string, numbers int) []byte {
	file := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(file, header...), make([]byte, 4*numbers)...)
}

func TestRoundTrip(t *testing.T) {
	file := File{
		Metadata: map[string]string{"quotes \"": "and \n"},
		Arrays: []Array{
			NewArray("w", []float32{1, -2, 3.5, math.MaxFloat32, math.SmallestNonzeroFloat32, 0}, 2, 3),
			NewArray("scalar", []float64{math.Pi}),
			NewArray("steps", []int64{math.MaxInt64, math.MinInt64}, 2),
			{Name: "flags", DType: "BOOL", Shape: []int{3}, Data: []byte{1, 0, 1}},
			{Name: "half", DType: "BF16", Shape: []int{1}, Data: []byte{1, 2}},
			NewArray[float32]("none", nil, 0, 7),
		},
	}
	content, err := file.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(content)
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(got.Metadata, file.Metadata) || !sameArrays(got.Arrays, file.Arrays) {
		t.Errorf("decoded %v; encoded %v", got, file)
	}
	w, err := Find[float32](got.Arrays, "w")
	if want := []float32{1, -2, 3.5, math.MaxFloat32, math.SmallestNonzeroFloat32, 0}; err != nil || !reflect.DeepEqual(w, want) {
		t.Errorf("w is %v, %v; want %v", w, err, want)
	}
}

func TestValuesErrors(t *testing.T) {
	for _, tt := range []struct {
		reason string
		err    error
		want   string
	}{
		{"another type", second(Values[float64](NewArray("w", []float32{1}, 1))), `"w": its type is "F32", want "F64"`},
		{"not a number", second(Values[float32](NewArray("w", []float32{1, float32(math.NaN())}, 2))), `"w": value 1 is NaN`},
		{"infinite", second(Values[float64](NewArray("w", []float64{math.Inf(-1)}, 1))), `"w": value 0 is -Inf`},
		{"no such array", second(Find[int64](nil, "w")), `no tensor "w"`},
	} {
		if tt.err == nil || !strings.Contains(tt.err.Error(), tt.want) {
			t.Errorf("%s: the error is %v; want one with %q", tt.reason, tt.err, tt.want)
		}
	}
}

func TestBooleansAreChecked(t *testing.T) {
	content, err := File{Arrays: []Array{{Name: "w", DType: "BOOL", Shape: []int{2}, Data: []byte{1, 2}}}}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Decode(content); err == nil || !strings.Contains(err.Error(), `"w": value 1 is 2`) {
		t.Errorf("the error is %v", err)
	}
}

func second(_ any, err error) error { return err }

// TestDataIsAligned: the data begins at a multiple of eight, whatever the header.
func TestDataIsAligned(t *testing.T) {
	for n := range 8 {
		content, err := File{Metadata: map[string]string{"x": strings.Repeat("x", n)}}.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if start := 8 + binary.LittleEndian.Uint64(content); start%8 != 0 {
			t.Errorf("a header of %d bytes: the data begins at byte %d", n, start)
		}
	}
}

// TestEncodeErrors: a file that could not be decoded is not encoded.
func TestEncodeErrors(t *testing.T) {
	one := NewArray("w", []float32{1}, 1)
	for reason, f := range map[string]File{
		"a long header":      {Metadata: map[string]string{"x": strings.Repeat("x", maxHeader)}},
		"duplicate names":    {Arrays: []Array{one, one}},
		"the metadata's key": {Arrays: []Array{{Name: metadataKey, DType: "U8", Shape: []int{0}}}},
	} {
		if _, err := f.Encode(); err == nil {
			t.Errorf("%s: no error", reason)
		}
	}
}

func TestHostileFiles(t *testing.T) {
	lengths := func(n uint64) []byte { return append(binary.LittleEndian.AppendUint64(nil, n), "{}"...) }
	entries := func(format string) string { // as many as a header can hold
		var b strings.Builder
		for k := 0; b.Len() < maxHeader-200; k++ {
			fmt.Fprintf(&b, format, k)
		}
		return b.String()
	}
	for _, tt := range []struct {
		reason string
		file   []byte
		want   string // in the error
	}{
		{"empty", nil, "0 bytes, too few"},
		{"a header of 2^63 bytes", lengths(1 << 63), "its header claims"},
		{"a header of 2^64-1 bytes", lengths(1<<64 - 1), "its header claims"},
		{"a header longer than the file", lengths(3), "its header claims 3 bytes"},
		{"a header longer than allowed", fileOf(strings.Repeat(" ", maxHeader+1), 0), "at most 1048576 are allowed"},
		{"no header", lengths(0), "its header is not valid"},
		{"null", fileOf(`null`, 0), "not a JSON object"},
		{"two tensors of one name", fileOf(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 1), `two descriptions of "w"`},
		{"two objects", fileOf(`{}{}`, 0), "2 more bytes"},
		{"a list", fileOf(`[]`, 0), "its header is not valid"},
		{"a hundred thousand braces", fileOf(strings.Repeat(`{"a":`, 100_000), 0), "its header is not valid"},
		{"a header full of empty tensors", fileOf(`{`+entries(`"%x":0,`)+`"w":0}`, 0), "its description is not valid"},
		{"a shape with half a million dimensions", fileOf(`{`+`"w":{"shape":[`+strings.Repeat("0,", maxHeader/2-200)+`0]}}`, 0), `its type is ""`},
		{"metadata full of strings", fileOf(`{"__metadata__":{`+entries(`"%x":"",`)+`"w":""}}`, 1), "end at byte 0 of 4"},
		{"metadata with numbers", fileOf(`{"__metadata__":{"x":7}}`, 0), "its metadata is not valid"},
		{"a tensor null", fileOf(`{"w":null}`, 0), `tensor "w": its type is ""`},
		{"a list for a tensor", fileOf(`{"w":[]}`, 0), `tensor "w": its description is not valid`},
		{"another type", fileOf(`{"w":{"dtype":"F8","shape":[1],"data_offsets":[0,8]}}`, 2), `its type is "F8"`},
		{"a huge shape", fileOf(`{"w":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4]}}`, 1), "larger than the file"},
		{"a shape whose product overflows to 1", fileOf(`{"w":{"dtype":"F32","shape":[4294967296,4294967296,1],"data_offsets":[0,0]}}`, 0), "larger than the file"},
		{"a dimension that is not an int", fileOf(`{"w":{"dtype":"F32","shape":[1e30],"data_offsets":[0,4]}}`, 1), "its description is not valid"},
		{"negative dimensions", fileOf(`{"w":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}`, 1), "[-1 -1]"},
		{"negative offsets", fileOf(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}`, 1), "begins at byte -4"},
		{"reversed offsets", fileOf(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, 1), "do not match its shape"},
		{"offsets after the end", fileOf(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 1), "begins at byte 4"},
		{"a scalar without its number", fileOf(`{"w":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}`, 0), "end at byte 4 of 0"},
		{"offsets whose difference overflows", fileOf(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[9223372036854775804,-9223372036854775808]}}`, 1), "begins at byte"},
		{"overlapping tensors", fileOf(`{"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}`, 3), "begins at byte 4"},
		{"a gap", fileOf(`{"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}`, 3), "begins at byte 8"},
		{"numbers of no tensor", fileOf(`{}`, 1), "end at byte 0 of 4"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			memtest.Check(t, 64<<10+64*len(tt.file), func() { Decode(tt.file) })
			_, err := Decode(tt.file)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error is %.200v; want one with %q", err, tt.want)
			}
		})
	}
}

// TestDecodeAllocatesNothingForNumbers: arrays share the file's memory.
func TestDecodeAllocatesNothingForNumbers(t *testing.T) {
	file, err := File{Arrays: []Array{NewArray("w", make([]float32, 1<<20), 1<<20)}}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	memtest.Check(t, 64<<10, func() { Decode(file) })
}

// sameArrays compares by name: empty arrays lie in one place, in any order
func sameArrays(a, b []Array) bool {
	byName := func(arrays []Array) map[string]string {
		m := map[string]string{}
		for _, a := range arrays {
			m[a.Name] = fmt.Sprint(a.DType, a.Shape, a.Data)
		}
		return m
	}
	return reflect.DeepEqual(byName(a), byName(b))
}
