package convert

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/internal/memtest"
	"github.com/easy-gomlx/tutorials/birnn/internal/safetensors"
)

// allowed is how much memory reading a file may take: a multiple of its size.
func allowed(file []byte) int { return 256<<10 + 64*len(file) }

// wantError fails the test unless reading the file gives an *Error with the text, and takes no more memory than allowed.
func wantError(t *testing.T, f format, reason string, file []byte, text string) {
	t.Helper()
	memtest.Check(t, allowed(file), func() { f.read(file) })
	_, _, err := f.read(file)
	var e *Error
	if !errors.As(err, &e) || e.Format != f.name || !strings.Contains(err.Error(), text) {
		t.Errorf("%s: the error is %v; want an *Error with %q", reason, err, text)
	}
}

// TestPyTorchRefuses: each change of a valid state_dict names what it is about.
func TestPyTorchRefuses(t *testing.T) {
	cfg := smallConfig(birnn.LastOutput) // 3 inputs, 2 hidden units, 4 classes
	valid, err := safetensors.Decode(written(t, formats[0], cfg, randomWeights(cfg)))
	if err != nil {
		t.Fatal(err)
	}
	ones := func(name string, shape ...int) safetensors.Array {
		n := 1
		for _, d := range shape {
			n *= d
		}
		return safetensors.NewArray(name, slices.Repeat([]float32{1}, n), shape...)
	}
	half := func(name, dtype string) safetensors.Array {
		return safetensors.Array{Name: name, DType: dtype, Shape: []int{8}, Data: make([]byte, 16)}
	}
	for _, tt := range []struct {
		reason string
		remove string // tensors whose names contain it
		add    []safetensors.Array
		want   string // in the error
	}{
		{"two layers", "", []safetensors.Array{ones("lstm.weight_ih_l1", 8, 4)}, `"lstm.weight_ih_l1": only an nn.LSTM of one layer`},
		{"projections", "", []safetensors.Array{ones("lstm.weight_hr_l0", 2, 2)}, `"lstm.weight_hr_l0": only an nn.LSTM of one layer, without projections`},
		{"one direction", "_reverse", nil, "bidirectional=True"},
		{"no biases", "lstm.bias", nil, "bias=True"},
		{"no output layer", "out.", nil, "0 weights"},
		{"two output layers", "", []safetensors.Array{ones("fc.weight", 4, 4)}, "2 weights"},
		{"another tensor", "", []safetensors.Array{ones("norm.running_mean", 4)}, `"norm.running_mean": it belongs neither`},
		{"two LSTMs", "", []safetensors.Array{ones("b.weight_ih_l0", 8, 3)}, "2 recurrent layers"},
		{"nothing", ".", nil, "0 recurrent layers"},
		{"a GRU", "lstm.weight_hh_l0", []safetensors.Array{ones("lstm.weight_hh_l0", 6, 2)}, "nn.GRU"},
		{"an RNN", "lstm.weight_hh_l0", []safetensors.Array{ones("lstm.weight_hh_l0", 2, 2)}, "nn.RNN"},
		{"half precision", "lstm.bias_hh_l0", []safetensors.Array{half("lstm.bias_hh_l0", "F16"), ones("lstm.bias_hh_l0_reverse", 8)}, `"lstm.bias_hh_l0": its type is F16; want F32: call module.float()`},
		{"bfloat16", "lstm.bias_hh_l0", []safetensors.Array{half("lstm.bias_hh_l0", "BF16"), ones("lstm.bias_hh_l0_reverse", 8)}, "BF16"},
		{"another size", "out.bias", []safetensors.Array{ones("out.bias", 3)}, `"out.bias": its shape is [3]; want [4]`},
		{"a vector for a matrix", "out.weight", []safetensors.Array{ones("out.weight", 16)}, `"out.weight": its shape is [16]`},
		{"no hidden units", "lstm.weight_hh_l0", []safetensors.Array{ones("lstm.weight_hh_l0", 8, 0)}, `"lstm.weight_hh_l0"`},
		{"a huge number of inputs", "lstm.weight_ih_l0", []safetensors.Array{ones("lstm.weight_ih_l0", 0, 1<<60)}, "NumInput"},
	} {
		arrays := slices.DeleteFunc(slices.Clone(valid.Arrays), func(a safetensors.Array) bool {
			return tt.remove != "" && strings.Contains(a.Name, tt.remove)
		})
		file, err := safetensors.File{Metadata: valid.Metadata, Arrays: append(arrays, tt.add...)}.Encode()
		if err != nil {
			t.Fatal(err)
		}
		wantError(t, formats[0], tt.reason, file, tt.want)
	}
	for _, tt := range []struct{ key, value, want string }{
		{"readout", "", `no "readout"`}, {"timesteps", "", `no "timesteps"`}, {"readout", "Last", `"Last"; want LastOutput or FinalStates`},
		{"timesteps", "x", "not a number"}, {"timesteps", "0", "Timesteps is 0"}, {"birnn", "x", "checkpoint"},
	} {
		metadata := maps.Clone(valid.Metadata)
		metadata[tt.key] = tt.value
		if tt.value == "" {
			delete(metadata, tt.key)
		}
		file, err := safetensors.File{Metadata: metadata, Arrays: valid.Arrays}.Encode()
		if err != nil {
			t.Fatal(err)
		}
		wantError(t, formats[0], tt.key+" "+tt.value, file, tt.want)
	}
}

// archiveOf returns an archive of members that alternate with their content.
func archiveOf(t testing.TB, method uint16, members ...string) []byte {
	t.Helper()
	var file bytes.Buffer
	archive := zip.NewWriter(&file)
	for k := 0; k < len(members); k += 2 {
		w, err := archive.CreateHeader(&zip.FileHeader{Name: members[k], Method: method})
		if err == nil {
			_, err = io.WriteString(w, members[k+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// membersOf returns config.json and the weights of a .keras file.
func membersOf(t testing.TB, file []byte) (config, weights string) {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	contents := map[string]string{}
	for _, m := range r.File {
		open, err := m.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(open)
		if err != nil {
			t.Fatal(err)
		}
		contents[m.Name] = string(content)
	}
	return contents[configMember], contents[weightsMember]
}

// TestKerasRefuses: each change of a valid configuration names what it is about.
func TestKerasRefuses(t *testing.T) {
	cfg := smallConfig(birnn.LastOutput)
	config, weights := membersOf(t, written(t, formats[1], cfg, randomWeights(cfg)))
	for _, tt := range []struct{ reason, old, new, want string }{
		{"a GRU", `"class_name":"LSTM"`, `"class_name":"GRU"`, "GRU"},
		{"one direction", `"class_name":"Bidirectional"`, `"class_name":"LSTM"`, "LSTM"},
		{"another layer", `"class_name":"Cropping1D"`, `"class_name":"Conv1D"`, "last output"},
		{"another model", `"class_name":"Sequential"`, `"class_name":"Mine"`, `"Mine"`},
		{"code", `"class_name":"Flatten"`, `"class_name":"Lambda"`, "Lambda"},
		{"another activation", `"units":2`, `"units":2,"activation":"relu"`, "relu"},
		{"another gate", `"units":2`, `"units":2,"recurrent_activation":"hard_sigmoid"`, "hard_sigmoid"},
		{"no biases", `"units":2`, `"units":2,"use_bias":false`, "use_bias"},
		{"stateful", `"units":2`, `"units":2,"stateful":true`, "stateful"},
		{"a softmax over the batch", `"softmax","name":"output","units":4},"module":"keras.layers","registered_name":null}`,
			`"linear","name":"output","units":4}},{"class_name":"Softmax","config":{"axis":0}}`, "axis"},
		{"backwards", `"units":2`, `"units":2,"go_backwards":true`, "go_backwards"},
		{"a sum", `"concat"`, `"sum"`, "merge_mode"},
		{"another crop", `"cropping":[4,0]`, `"cropping":[0,4]`, "cropping"},
		{"another output", `"softmax"`, `"sigmoid"`, "sigmoid"},
		{"sequences of any length", `"batch_shape":[null,5,3]`, `"batch_shape":[null,null,3]`, "keras.Input"},
		{"other sizes", `"units":2`, `"units":3`, "want"},
		{"no hidden units", `"units":2`, `"units":0`, "NumHidden"},
		{"a gigabyte", `"units":2`, `"units":1000000000`, "NumHidden"},
		{"no layers", `"layers"`, `"nothing"`, "fewer layers"},
		{"a slice of nothing", `"class_name":"Cropping1D"`, `"class_name":"GetItem"`, "[:, -1]"},
		{"no JSON", config, `{`, "JSON"},
	} {
		changed := strings.Replace(config, tt.old, tt.new, 1)
		if changed == config {
			t.Fatalf("%s: the configuration has no %s: %s", tt.reason, tt.old, config)
		}
		wantError(t, formats[1], tt.reason, archiveOf(t, zip.Store, configMember, changed, weightsMember, weights), tt.want)
	}
	bomb := strings.Repeat(" ", 64<<20)
	for _, tt := range []struct {
		reason string
		file   []byte
		want   string
	}{
		{"no archive", []byte("no archive"), "not a .keras file"},
		{"weights alone", []byte(weights), "model.save"},
		{"no weights", archiveOf(t, zip.Store, configMember, config), weightsMember},
		{"no configuration", archiveOf(t, zip.Store, weightsMember, weights), configMember},
		{"two configurations", archiveOf(t, zip.Store, configMember, config, configMember, config, weightsMember, weights), "two members"},
		{"a bomb", archiveOf(t, zip.Deflate, configMember, config, weightsMember, bomb), "compressed"},
		{"a huge configuration", archiveOf(t, zip.Store, configMember, bomb[:maxConfig+1], weightsMember, weights), "at most"},
		{"other weights", archiveOf(t, zip.Store, configMember, config, weightsMember, "no HDF5"), "not an HDF5 file"},
	} {
		wantError(t, formats[1], tt.reason, tt.file, tt.want)
	}
}

// checkRead reads a file within the memory allowed, and writes and reads again what it holds.
func checkRead(t *testing.T, f format, file []byte) {
	var cfg birnn.Config
	var weights birnn.Weights
	var err error
	memtest.Check(t, allowed(file), func() { cfg, weights, err = f.read(file) })
	if err != nil {
		if e := (*Error)(nil); !errors.As(err, &e) {
			t.Errorf("the error is %v; want an *Error", err)
		}
		return
	}
	again, _, err := f.read(written(t, f, cfg, weights))
	if err != nil || again != cfg {
		t.Errorf("written and read again, the configuration is %+v, %v; want %+v", again, err, cfg)
	}
}

func FuzzReadPyTorch(f *testing.F) {
	for _, readout := range readouts {
		cfg := smallConfig(readout)
		f.Add(written(f, formats[0], cfg, randomWeights(cfg)))
	}
	f.Fuzz(func(t *testing.T, file []byte) { checkRead(t, formats[0], file) })
}

// FuzzReadKeras changes the members of the archive, with the right checksums, and also reads the second one as a whole file.
func FuzzReadKeras(f *testing.F) {
	for _, readout := range readouts {
		cfg := smallConfig(readout)
		file := written(f, formats[1], cfg, randomWeights(cfg))
		config, weights := membersOf(f, file)
		f.Add(config, weights)
		f.Add(config, string(file))
	}
	f.Fuzz(func(t *testing.T, config, weights string) {
		checkRead(t, formats[1], archiveOf(t, zip.Store, configMember, config, weightsMember, weights))
		checkRead(t, formats[1], []byte(weights))
	})
}
