package checkpoint

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/memtest"
	"github.com/easy-gomlx/tutorials/birnn/internal/safetensors"
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
		Arrays: []safetensors.Array{safetensors.NewArray("w", []float32{1, -2}, 2)},
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
}

// TestDigest: files that are well-formed, but are not what birnn wrote. Malformed ones are tested in package safetensors.
func TestDigest(t *testing.T) {
	changed := fileOf(`{SEALED,"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 1)
	changed[len(changed)-1]++
	for _, tt := range []struct {
		reason string
		file   []byte
		want   string // in the error
	}{
		{"no metadata", fileOf(`{}`, 0), "birnn did not write it"},
		{"metadata null", fileOf(`{"__metadata__":null}`, 0), "birnn did not write it"},
		{"no digest", fileOf(`{"__metadata__":{"birnn":""}}`, 0), "SHA-256"},
		{"a digest that is not there", fileOf(`{"__metadata__":{"birnn":"","sha256":"`+strings.Repeat(`\u0030`, 64)+`"}}`, 0), "SHA-256"},
		{"changed numbers", changed, "SHA-256"},
	} {
		if _, err := Decode(tt.file); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: the error is %v; want one with %q", tt.reason, err, tt.want)
		}
	}
}

// FuzzDecode verifies that nothing panics or takes more memory than allowed, and that a decoded file can be encoded and decoded again. Each
// input is tried as it is and with the right digest.
func FuzzDecode(f *testing.F) {
	whole, err := File{Header: "text", Arrays: []safetensors.Array{safetensors.NewArray("w", []float32{1, 2}, 2, 1), safetensors.NewArray[float32]("none", nil, 0, 3), safetensors.NewArray("n", []int64{7}, 1)}}.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:100])
	f.Add(fileOf(`{SEALED,"w":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}`, 1))
	f.Add(fileOf(`{SEALED}`, 0))
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, content := range [][]byte{content, reseal(content)} {
			memtest.Check(t, 64<<10+64*len(content), func() { Decode(content) })
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
func sameArrays(a, b []safetensors.Array) bool {
	byName := func(arrays []safetensors.Array) map[string]string {
		m := map[string]string{}
		for _, a := range arrays {
			m[a.Name] = fmt.Sprint(a.DType, a.Shape, a.Data)
		}
		return m
	}
	return reflect.DeepEqual(byName(a), byName(b))
}
