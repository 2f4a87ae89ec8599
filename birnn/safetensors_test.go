package birnn

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// TestFileIsSafetensors reads a checkpoint as the format's description says,
// without this package.
func TestFileIsSafetensors(t *testing.T) {
	m, content := smallCheckpoint(t)
	length := binary.LittleEndian.Uint64(content)
	if length%8 != 0 || content[8] != '{' {
		t.Errorf("the header has %d bytes and begins with %q; want a multiple of 8 and a brace", length, content[8])
	}
	var header map[string]json.RawMessage
	if err := json.Unmarshal(content[8:8+length], &header); err != nil {
		t.Fatal(err)
	}
	var metadata map[string]string
	if err := json.Unmarshal(header["__metadata__"], &metadata); err != nil {
		t.Errorf("the metadata must be texts only: %v", err)
	}
	delete(header, "__metadata__")
	total := 0
	for name, text := range header {
		var tensor struct {
			DType   string
			Shape   []int
			Offsets []int `json:"data_offsets"`
		}
		if err := json.Unmarshal(text, &tensor); err != nil || tensor.Shape == nil {
			t.Fatalf("%s: %s: %v", name, text, err)
		}
		size := 4
		for _, d := range tensor.Shape {
			size *= d
		}
		if tensor.DType != "F32" || tensor.Offsets[1]-tensor.Offsets[0] != size {
			t.Errorf("%s: %s has not the size of its shape", name, text)
		}
		total += size
	}
	if total != len(content)-8-int(length) {
		t.Errorf("the tensors have %d bytes, the file has %d for them", total, len(content)-8-int(length))
	}
	for _, f := range new(Weights).fields() {
		if _, ok := header[f.path[1:]]; !ok {
			t.Errorf("there is no tensor %q", f.path[1:])
		}
	}
	if want := 3*m.cfg.NumParameters() + 2; total != 4*want { // weights, two moments, two powers
		t.Errorf("the file has %d numbers, want %d", total/4, want)
	}
}

var digestInFile = regexp.MustCompile(`"sha256":"[0-9a-f]{64}"`)

// reseal puts the right digest into a file that was changed, so that what is
// checked after the digest comes into play.
func reseal(file []byte) []byte {
	found := digestInFile.FindIndex(file)
	if found == nil {
		return file
	}
	file = bytes.Clone(file)
	place := file[found[1]-65 : found[1]-1]
	copy(place, noDigest)
	copy(place, digest(file))
	return file
}

// fileOf makes a file of a header and numbers. DIGEST stands for the right digest.
func fileOf(header string, numbers int) []byte {
	header = strings.Replace(header, "DIGEST", strings.Repeat("0", 64), 1)
	file := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return reseal(append(append(file, header...), make([]byte, 4*numbers)...))
}

func TestHostileFiles(t *testing.T) {
	const sealed = `"__metadata__":{"sha256":"DIGEST"}`
	about := func(meta string) string {
		return fmt.Sprintf(`{"__metadata__":{"sha256":"DIGEST","birnn":%q}}`, meta)
	}
	config := func(format string, args ...any) string {
		return about(`{"Version":1,"Config":{"NumInput":3,"Timesteps":4,"NumHidden":2,"NumClasses":3,"LearningRate":1,"Epochs":1,"BatchSize":1,"DisplayFreq":1` +
			fmt.Sprintf(format, args...) + `}`)
	}
	lengths := func(n uint64) []byte { return append(binary.LittleEndian.AppendUint64(nil, n), "{}"...) }
	dir := t.TempDir()
	path := filepath.Join(dir, checkpointFile)
	for _, tt := range []struct {
		reason string
		file   []byte
		want   string // in the error
	}{
		{"empty", nil, "0 bytes, too few"},
		{"a header of 2^63 bytes", lengths(1 << 63), "its header claims"},
		{"a header of 2^64-1 bytes", lengths(1<<64 - 1), "its header claims"},
		{"a header longer than the file", lengths(3), "its header claims 3 bytes"},
		{"no header", lengths(0), "its header is not valid"},
		{"null", fileOf(`null`, 0), "SHA-256"},
		{"a list", fileOf(`[]`, 0), "its header is not valid"},
		{"ten thousand braces", fileOf(strings.Repeat(`{"a":`, 100_000), 0), "its header is not valid"},
		{"no metadata", fileOf(`{}`, 0), "SHA-256"},
		{"metadata null", fileOf(`{"__metadata__":null}`, 0), "SHA-256"},
		{"metadata with numbers", fileOf(`{"__metadata__":{"sha256":7}}`, 0), "its metadata is not valid"},
		{"a tensor null", fileOf(`{`+sealed+`,"w":null}`, 0), `tensor "w": its type is ""`},
		{"a list for a tensor", fileOf(`{`+sealed+`,"w":[]}`, 0), `tensor "w": its description is not valid`},
		{"another type", fileOf(`{`+sealed+`,"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}`, 2), `its type is "F64"`},
		{"a huge shape", fileOf(`{`+sealed+`,"w":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4]}}`, 1), "larger than the file"},
		{"a shape whose product overflows to 1", fileOf(`{`+sealed+`,"w":{"dtype":"F32","shape":[4294967296,4294967296,1],"data_offsets":[0,0]}}`, 0), "larger than the file"},
		{"a dimension that is no int", fileOf(`{`+sealed+`,"w":{"dtype":"F32","shape":[1e30],"data_offsets":[0,4]}}`, 1), "its description is not valid"},
		{"negative dimensions", fileOf(`{`+sealed+`,"w":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}`, 1), "[-1 -1]"},
		{"negative offsets", fileOf(`{`+sealed+`,"w":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}`, 0), "larger than the file"},
		{"offsets the wrong way round", fileOf(`{`+sealed+`,"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, 1), "do not hold its shape"},
		{"offsets after the end", fileOf(`{`+sealed+`,"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 1), "begins at byte 4"},
		{"offsets whose difference overflows", fileOf(`{`+sealed+`,"w":{"dtype":"F32","shape":[1],"data_offsets":[9223372036854775804,-9223372036854775808]}}`, 1), "begins at byte"},
		{"overlapping tensors", fileOf(`{`+sealed+`,"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}`, 3), "begins at byte 4"},
		{"a gap", fileOf(`{`+sealed+`,"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}`, 3), "begins at byte 8"},
		{"numbers of no tensor", fileOf(`{`+sealed+`}`, 1), "end at byte 0 of 4"},
		{"of another program", fileOf(`{`+sealed+`}`, 0), "birnn did not write it"},
		{"a description that is no JSON", fileOf(about(`{`), 0), "its description is not valid"},
		{"a description null", fileOf(about(`null`), 0), "it has version 0"},
		{"a newer version", fileOf(about(`{"Version":2}`), 0), "it has version 2, this program knows version 1"},
		{"no configuration", fileOf(about(`{"Version":1}`), 0), "Config.NumInput is 0"},
		{"a huge configuration", fileOf(config(`,"NumHidden":1000000000}`), 0), "Config.NumHidden"},
		{"a configuration that asks for gigabytes", fileOf(config(`,"NumHidden":5000}`), 0), "the checkpoint has none"},
		{"a negative step", fileOf(config(`},"Step":-1`), 0), "its step is -1"},
		{"a history with holes", fileOf(config(`},"History":{"Training":{"Steps":[1]}}`), 0), "its History.Training has 1 steps, 0 losses"},
		{"no tensors", fileOf(config(`}`), 0), "the checkpoint has none"},
		{"a scalar for a matrix", fileOf(strings.TrimSuffix(config(`}`), "}")+`,"W":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}`, 1), "variable"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			writeFile(t, path, tt.file)
			before := allocated()
			_, err := Load(goBackend(t), dir)
			if used := allocated() - before; used > 16<<20 {
				t.Errorf("a file of %d bytes took %d MiB", len(tt.file), used>>20)
			}
			wantCheckpointError(t, err, path, tt.want)
		})
	}
}

// allocated is how many bytes this program has allocated so far.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// FuzzReadArrays: whatever is read can be written and read again, and nothing
// panics. Each input is tried as it is and with the right digest put in. To
// fuzz, add -fuzzminimizetime 5x: coverage varies from run to run, because
// GoMLX works in the background.
func FuzzReadArrays(f *testing.F) {
	_, content := smallCheckpoint(f)
	f.Add(content)
	f.Add(content[:100])
	f.Add(fileOf(`{"__metadata__":{"sha256":"DIGEST"},"v":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[0,3],"data_offsets":[8,8]}}`, 2))
	f.Add(fileOf(`{"__metadata__":{"sha256":"DIGEST"},"w":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}`, 1))
	f.Add(fileOf(`{"__metadata__":{"sha256":"DIGEST"}}`, 0))
	f.Fuzz(func(t *testing.T, file []byte) {
		for _, file := range [][]byte{file, reseal(file)} {
			decode(file)
			arrays, metadata, err := readArrays(file)
			if err != nil {
				continue
			}
			delete(metadata, digestKey)
			var written bytes.Buffer
			if err := writeArrays(&written, arrays, metadata); err != nil {
				t.Fatal(err)
			}
			again, metadataAgain, err := readArrays(written.Bytes())
			if err != nil {
				t.Fatalf("what was written cannot be read: %v", err)
			}
			delete(metadataAgain, digestKey)
			if !reflect.DeepEqual(metadataAgain, metadata) || !sameArrays(again, arrays) {
				t.Errorf("read %v, %v; after writing it %v, %v", arrays, metadata, again, metadataAgain)
			}
		}
	})
}

// sameArrays compares by name: empty arrays lie in one place, in any order.
func sameArrays(a, b []array) bool {
	byName := func(arrays []array) map[string]string {
		m := map[string]string{}
		for _, a := range arrays {
			m[a.name] = fmt.Sprint(a.dims, a.values)
		}
		return m
	}
	return reflect.DeepEqual(byName(a), byName(b))
}
