package birnn

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"
	"github.com/easy-gomlx/tutorials/birnn/internal/checkpoint"
	"github.com/easy-gomlx/tutorials/birnn/internal/memtest"
	"github.com/easy-gomlx/tutorials/birnn/internal/safetensors"
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
		t.Errorf("the metadata must be strings only: %v", err)
	}
	delete(header, "__metadata__")
	total, floats := 0, 0
	for name, text := range header {
		var tensor struct {
			DType   string
			Shape   []int
			Offsets []int `json:"data_offsets"`
		}
		if err := json.Unmarshal(text, &tensor); err != nil || tensor.Shape == nil {
			t.Fatalf("%s: %s: %v", name, text, err)
		}
		size := map[string]int{"F32": 4, "F64": 8, "I64": 8, "U64": 8}[tensor.DType]
		for _, d := range tensor.Shape {
			size *= d
		}
		if tensor.Offsets[1]-tensor.Offsets[0] != size {
			t.Errorf("%s: %s does not have the size of its shape", name, text)
		}
		total += size
		if tensor.DType == "F32" {
			floats += size / 4
		}
	}
	if total != len(content)-8-int(length) {
		t.Errorf("the tensors have %d bytes, the file has %d for them", total, len(content)-8-int(length))
	}
	for _, f := range new(Weights).fields() {
		if _, ok := header[f.path[1:]]; !ok {
			t.Errorf("there is no tensor %q", f.path[1:])
		}
	}
	if want := 3*m.cfg.NumParameters() + 3; floats != want { // weights, two moments, two powers, the learning rate
		t.Errorf("the file has %d numbers, want %d", floats, want)
	}
}

// TestHostileCheckpoints reads well-formed files whose content is invalid. Malformed files are tested in package internal/checkpoint.
func TestHostileCheckpoints(t *testing.T) {
	_, good := smallCheckpoint(t)
	whole, err := checkpoint.Decode(good)
	if err != nil {
		t.Fatal(err)
	}
	arrays, text := whole.Arrays, whole.Header
	dir := t.TempDir()
	path := filepath.Join(dir, checkpoint.Name)
	for _, tt := range []struct {
		reason   string
		old, new string // in the header
		want     string // in the error
	}{
		{"a header that is not JSON", text, "{", "its header is not valid"},
		{"a header null", text, "null", "it has version 0"},
		{"a newer version", `"Version":3`, `"Version":4`, "it has version 4, want version 3"},
		{"no configuration", `"Config":{`, `"Other":{`, "Config.NumInput is 0"},
		{"a string for a number", `"NumHidden":2`, `"NumHidden":"2"`, "NumHidden"},
		{"an infinite learning rate", `"LearningRate":0.01`, `"LearningRate":1e999`, "its header is not valid"},
		{"a huge configuration", `"NumHidden":2`, `"NumHidden":1000000000`, "Config.NumHidden"},
		{"a configuration that asks for gigabytes", `"NumHidden":2`, `"NumHidden":5000`, "is F32[5003 20000] in the network and F32[5 8] in the checkpoint"},
		{"a long sequence asks for no memory", `"Timesteps":4`, `"Timesteps":65536`, ""},
		{"a negative step", `"Step":2`, `"Step":-1`, "its Step is -1"},
		{"a huge step", `"Step":2`, `"Step":1e300`, "its header is not valid"},
		{"negative examples", `"Examples":0`, `"Examples":-8`, "its Examples are -8"},
		{"fewer examples than a batch", `"Examples":0`, `"Examples":3`, "its Examples are 3"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			if !strings.Contains(text, tt.old) {
				t.Fatalf("the header has no %s: %s", tt.old, text)
			}
			file, err := checkpoint.File{Header: strings.Replace(text, tt.old, tt.new, 1), Arrays: arrays}.Encode()
			if err != nil {
				t.Fatal(err)
			}
			wantLoadError(t, path, file, tt.want)
		})
	}
	with := func(a safetensors.Array) []safetensors.Array {
		others := slices.DeleteFunc(slices.Clone(arrays), func(b safetensors.Array) bool { return a.Name == b.Name })
		return append(others, a)
	}
	for _, tt := range []struct {
		reason string
		arrays []safetensors.Array
		want   string
	}{
		{"nothing", nil, "weights only"},
		{"a history of another type", with(safetensors.NewArray("History.Training.Loss", []float32{1, 2}, 2)), `"History.Training.Loss": its type is "F32"`},
		{"a history with holes", with(safetensors.NewArray("History.Training.Loss", []float64{1}, 1)), "History.Training has 2 steps, 1 losses"},
		{"a history out of order", with(safetensors.NewArray("History.Training.Steps", []int64{2, 1}, 2)), "the steps of its History.Training are not in order"},
		{"a loss that is not a number", with(safetensors.NewArray("History.Training.Loss", []float64{1, nan}, 2)), `"History.Training.Loss": value 1 is NaN`},
		{"a weight that is not a number", with(safetensors.NewArray("b", []float32{0, float32(nan), 0}, 3)), `"b": value 1 is NaN`},
		{"a weight of another type", with(safetensors.NewArray("b", []float64{0, 0, 0}, 3)), `variable "b" is F32[3] in the network and F64[3]`},
		{"a scalar for a vector", with(safetensors.NewArray("b", []float32{0})), `"b" is F32[3] in the network and F32[] in the checkpoint`},
		{"an extra variable", with(safetensors.NewArray("c", []float32{0})), `the checkpoint has a variable "c"`},
		{"a gigabyte that is not there", with(safetensors.Array{Name: "b", DType: "F32", Shape: []int{math.MaxInt}}), "larger than the file"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			file, err := checkpoint.File{Header: text, Arrays: tt.arrays}.Encode()
			if err != nil {
				t.Fatal(err)
			}
			wantLoadError(t, path, file, tt.want)
		})
	}
}

// wantLoadError fails the test unless loading the file gives a *CheckpointError with
// the text, or none if that is empty, and allocates no more than the graph of the largest
// possible network takes, which has no weights yet.
func wantLoadError(t *testing.T, path string, file []byte, text string) {
	t.Helper()
	writeFile(t, path, file)
	var m *Model
	var err error
	backend := backendtest.Go(t)
	memtest.Check(t, 16<<20, func() { m, err = Load(backend, filepath.Dir(path)) })
	if text != "" {
		wantCheckpointError(t, err, path, text)
	} else if err != nil {
		t.Error(err)
	}
	if err == nil {
		m.Close()
	}
}

// FuzzCheckpoint changes the header and one array of a checkpoint, which gets its
// right digest: nothing panics or takes more memory than a small multiple of the
// file, and what is read can be used.
func FuzzCheckpoint(f *testing.F) {
	_, good := smallCheckpoint(f)
	whole, err := checkpoint.Decode(good)
	if err != nil {
		f.Fatal(err)
	}
	for _, a := range whole.Arrays {
		f.Add(whole.Header, a.Name, a.DType, a.Data)
	}
	f.Add(`{"Version":3}`, "History.Validation.Steps", "I64", []byte{1})
	f.Add(`null`, "b", "F64", []byte(nil))
	file := filepath.Join(f.TempDir(), checkpoint.Name)
	f.Fuzz(func(t *testing.T, header, name, dtype string, data []byte) {
		size := map[string]int{"F32": 4, "F64": 8, "I64": 8, "BOOL": 1}[dtype]
		if size == 0 || !json.Valid([]byte(fmt.Sprintf("%q", name))) {
			return
		}
		n := len(data) / size
		changed := slices.DeleteFunc(slices.Clone(whole.Arrays), func(b safetensors.Array) bool { return name == b.Name })
		changed = append(changed, safetensors.Array{Name: name, DType: dtype, Shape: []int{n}, Data: data[:n*size]})
		content, err := checkpoint.File{Header: header, Arrays: changed}.Encode()
		if err != nil {
			return
		}
		writeFile(t, file, content)
		var c *saved
		memtest.Check(t, 1<<20+64*len(content), func() { c, err = readCheckpointFile(file) })
		if err != nil {
			return
		}
		if err := c.Config.Validate(); err != nil || c.Step < 0 || c.Version != headerVersion {
			t.Errorf("read %+v: %v", c.header, err)
		}
		if got := len(c.history.Training.Steps); got != len(c.history.Training.Loss) || got != len(c.history.Training.Accuracy) {
			t.Errorf("read a history with holes: %+v", c.history)
		}
	})
}
