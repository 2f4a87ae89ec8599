package checkpoint

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"runtime/metrics"
	"strings"
	"testing"
)

var digestInFile = regexp.MustCompile(`"sha256":"[0-9a-f]{64}"`)

// reseal puts the right digest into a file that was changed, so that the checks after the digest's are reached.
func reseal(file []byte) []byte {
	found := digestInFile.FindIndex(file)
	if found == nil {
		return file
	}
	file = bytes.Clone(file)
	at := found[1] - 65
	copy(file[at:], digest(file, at))
	return file
}

// fileOf returns a file with a header and numbers. SEALED stands for metadata with the right digest.
func fileOf(header string, numbers int) []byte {
	header = strings.Replace(header, "SEALED", `"__metadata__":{"birnn":"","sha256":"`+noDigest+`"}`, 1)
	file := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return reseal(append(append(file, header...), make([]byte, 4*numbers)...))
}

func TestRoundTrip(t *testing.T) {
	file := File{
		Header: `quotes " and "sha256":"` + noDigest + `" and ` + noDigest,
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
	if got.Header != file.Header || !sameArrays(got.Arrays, file.Arrays) {
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
		content, err := File{Header: strings.Repeat("x", n)}.Encode()
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
		"a long header":      {Header: strings.Repeat("x", maxHeader)},
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
		{"null", fileOf(`null`, 0), "SHA-256"},
		{"a list", fileOf(`[]`, 0), "its header is not valid"},
		{"a hundred thousand braces", fileOf(strings.Repeat(`{"a":`, 100_000), 0), "its header is not valid"},
		{"a header full of empty tensors", fileOf(`{`+entries(`"%x":0,`)+`SEALED}`, 0), "its description is not valid"},
		{"a shape with half a million dimensions", fileOf(`{`+`"w":{"shape":[`+strings.Repeat("0,", maxHeader/2-200)+`0]},SEALED}`, 0), `its type is ""`},
		{"metadata full of strings", fileOf(`{"__metadata__":{"birnn":"",`+entries(`"%x":"",`)+`"sha256":"`+noDigest+`"}}`, 1), "end at byte 0 of 4"},
		{"no metadata", fileOf(`{}`, 0), "SHA-256"},
		{"metadata null", fileOf(`{"__metadata__":null}`, 0), "SHA-256"},
		{"metadata with numbers", fileOf(`{"__metadata__":{"sha256":7}}`, 0), "its metadata is not valid"},
		{"a digest that is not there", fileOf(`{"__metadata__":{"sha256":"`+strings.Repeat(`\u0030`, 64)+`"}}`, 0), "SHA-256"},
		{"a tensor null", fileOf(`{SEALED,"w":null}`, 0), `tensor "w": its type is ""`},
		{"a list for a tensor", fileOf(`{SEALED,"w":[]}`, 0), `tensor "w": its description is not valid`},
		{"another type", fileOf(`{SEALED,"w":{"dtype":"F8","shape":[1],"data_offsets":[0,8]}}`, 2), `its type is "F8"`},
		{"a huge shape", fileOf(`{SEALED,"w":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4]}}`, 1), "larger than the file"},
		{"a shape whose product overflows to 1", fileOf(`{SEALED,"w":{"dtype":"F32","shape":[4294967296,4294967296,1],"data_offsets":[0,0]}}`, 0), "larger than the file"},
		{"a dimension that is not an int", fileOf(`{SEALED,"w":{"dtype":"F32","shape":[1e30],"data_offsets":[0,4]}}`, 1), "its description is not valid"},
		{"negative dimensions", fileOf(`{SEALED,"w":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}`, 1), "[-1 -1]"},
		{"negative offsets", fileOf(`{SEALED,"w":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}`, 1), "begins at byte -4"},
		{"reversed offsets", fileOf(`{SEALED,"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, 1), "do not match its shape"},
		{"offsets after the end", fileOf(`{SEALED,"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 1), "begins at byte 4"},
		{"a scalar without its number", fileOf(`{SEALED,"w":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}`, 0), "end at byte 4 of 0"},
		{"offsets whose difference overflows", fileOf(`{SEALED,"w":{"dtype":"F32","shape":[1],"data_offsets":[9223372036854775804,-9223372036854775808]}}`, 1), "begins at byte"},
		{"overlapping tensors", fileOf(`{SEALED,"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}`, 3), "begins at byte 4"},
		{"a gap", fileOf(`{SEALED,"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}`, 3), "begins at byte 8"},
		{"numbers of no tensor", fileOf(`{SEALED}`, 1), "end at byte 0 of 4"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			checkAllocated(t, tt.file)
			_, err := Decode(tt.file)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error is %.200v; want one with %q", err, tt.want)
			}
		})
	}
}

// allowed is the number of bytes that decoding a file may allocate: many times the size of the header, which is a megabyte at most (each of
// the smallest tensors that JSON can describe takes a place in a map), and nothing for the numbers.
func allowed(file []byte) uint64 {
	header := uint64(0)
	if len(file) >= 8 {
		header = min(binary.LittleEndian.Uint64(file), uint64(len(file)))
	}
	return 64<<10 + 64*header
}

// checkAllocated reads a file and fails the test if that took more memory than it may. Other goroutines of the test program also allocate,
// so an excess counts only if it is repeated.
func checkAllocated(t *testing.T, file []byte) {
	t.Helper()
	used := uint64(0)
	for range 3 {
		before := allocated()
		Decode(file)
		if used = allocated() - before; used <= allowed(file) {
			return
		}
	}
	t.Errorf("a file of %d bytes took %d", len(file), used)
}

// allocated is how many bytes this program has allocated so far.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// FuzzDecode verifies that nothing panics or takes more memory than allowed, and that a decoded file can be encoded and decoded again. Each
// input is tried as it is and with the right digest.
func FuzzDecode(f *testing.F) {
	whole, err := File{Header: "text", Arrays: []Array{NewArray("w", []float32{1, 2}, 2, 1), NewArray[float32]("none", nil, 0, 3), NewArray("n", []int64{7}, 1)}}.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:100])
	f.Add(fileOf(`{SEALED,"w":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}`, 1))
	f.Add(fileOf(`{SEALED}`, 0))
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, content := range [][]byte{content, reseal(content)} {
			checkAllocated(t, content)
			file, err := Decode(content)
			if err != nil {
				continue
			}
			written, err := file.Encode()
			if err != nil {
				t.Fatal(err)
			}
			again, err := Decode(written)
			if err != nil {
				t.Fatalf("an encoded file cannot be decoded: %v", err)
			}
			if again.Header != file.Header || !sameArrays(again.Arrays, file.Arrays) {
				t.Errorf("decoded %v; encoded and decoded again %v", file, again)
			}
		}
	})
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
