package infer_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/infer"
	"github.com/easy-gomlx/tutorials/birnn/internal/checkpoint"
	"github.com/easy-gomlx/tutorials/birnn/internal/memtest"
	"github.com/easy-gomlx/tutorials/birnn/internal/safetensors"
)

// TestDamage: a file that is cut off anywhere, or has one changed bit, is not
// loaded.
func TestDamage(t *testing.T) {
	good := smallFile(t)
	for end := range good {
		wantCorrupt(t, fmt.Sprintf("the first %d bytes", end), good[:end], "")
	}
	for at := range good {
		bad := slices.Clone(good)
		bad[at] ^= 1 << (at % 8)
		wantCorrupt(t, fmt.Sprintf("byte %d is wrong", at), bad, "")
	}
	wantCorrupt(t, "a byte too many", append(slices.Clone(good), 0), "")
}

// TestHostileHeaders reads files with the right digest.
func TestHostileHeaders(t *testing.T) {
	whole, err := checkpoint.Decode(smallFile(t))
	if err != nil {
		t.Fatal(err)
	}
	text := whole.Header
	for _, tt := range []struct {
		reason   string
		old, new string // in the header
		want     string // in the error
	}{
		{"not JSON", text, "{", "its header is not valid"},
		{"null", text, "null", "it has version 0"},
		{"an array", text, "[]", "its header is not valid"},
		{"a newer version", `"Version":3`, `"Version":4`, "it has version 4, want version 3"},
		{"no configuration", `"Config":{`, `"Other":{`, "Config.NumInput is 0"},
		{"a string for a number", `"NumHidden":2`, `"NumHidden":"2"`, "NumHidden"},
		{"a fraction", `"NumHidden":2`, `"NumHidden":2.5`, "NumHidden"},
		{"a negative size", `"NumClasses":3`, `"NumClasses":-3`, "Config.NumClasses is -3"},
		{"a huge size", `"NumHidden":2`, `"NumHidden":1000000000`, "Config.NumHidden"},
		{"a size whose product overflows", `"NumHidden":2`, `"NumHidden":4611686018427387905`, "Config.NumHidden"},
		{"sizes that ask for gigabytes", `"NumHidden":2`, `"NumHidden":5000`, `"fw/kernel" is F32[5 8]; its header requires F32[5003 20000]`},
		{"another number of inputs", `"NumInput":3`, `"NumInput":4`, `"fw/kernel" is F32[5 8]; its header requires F32[6 8]`},
		{"another number of classes", `"NumClasses":3`, `"NumClasses":4`, `"W" is F32[4 3]; its header requires F32[4 4]`},
		{"no time steps", `"Timesteps":4`, `"Timesteps":0`, "Config.Timesteps is 0"},
		{"too many time steps", `"Timesteps":4`, `"Timesteps":65537`, "Config.Timesteps is 65537"},
		{"a long sequence asks for no memory", `"Timesteps":4`, `"Timesteps":65536`, "none"},
		{"an infinite forget bias", `"ForgetBias":1`, `"ForgetBias":1e999`, "its header is not valid"},
		{"a forget bias beyond 32 bits", `"ForgetBias":1`, `"ForgetBias":1e300`, "Config.ForgetBias is 1e+300"},
		{"an unknown readout", `"Readout":1`, `"Readout":2`, "Config.Readout is 2"},
		{"a negative readout", `"Readout":1`, `"Readout":-1`, "Config.Readout is -1"},
		{"what resuming needs does not matter", `"Epochs":10`, `"Epochs":-1`, "none"},
	} {
		if !strings.Contains(text, tt.old) {
			t.Fatalf("the header has no %s: %s", tt.old, text)
		}
		wantCorrupt(t, tt.reason, encode(t, strings.Replace(text, tt.old, tt.new, 1), whole.Arrays), tt.want)
	}
}

// TestHostileArrays reads files with the right digest.
func TestHostileArrays(t *testing.T) {
	whole, err := checkpoint.Decode(smallFile(t))
	if err != nil {
		t.Fatal(err)
	}
	without := func(name string) []safetensors.Array {
		return slices.DeleteFunc(slices.Clone(whole.Arrays), func(b safetensors.Array) bool { return name == b.Name })
	}
	with := func(a safetensors.Array) []safetensors.Array { return append(without(a.Name), a) }
	nan := float32(math.NaN())
	for _, tt := range []struct {
		reason string
		arrays []safetensors.Array
		want   string // in the error
	}{
		{"nothing", nil, `no tensor "fw/kernel"`},
		{"no backward direction", without("bw/bias"), `no tensor "bw/bias"`},
		{"no output layer", without("W"), `no tensor "W"`},
		{"a weight that is not a number", with(safetensors.NewArray("b", []float32{0, nan, 0}, 3)), `"b": value 1 is NaN`},
		{"an infinite weight", with(safetensors.NewArray("b", []float32{float32(math.Inf(1)), 0, 0}, 3)), `"b": value 0 is +Inf`},
		{"a weight of another type", with(safetensors.NewArray("b", []float64{0, 0, 0}, 3)), `"b" is F64[3]; its header requires F32[3]`},
		{"a scalar for a vector", with(safetensors.NewArray("b", []float32{0})), `"b" is F32[]; its header requires F32[3]`},
		{"the transposed shape", with(safetensors.NewArray("W", make([]float32, 12), 3, 4)), `"W" is F32[3 4]; its header requires F32[4 3]`},
		{"a gigabyte that is not there", with(safetensors.Array{Name: "b", DType: "F32", Shape: []int{math.MaxInt}}), "larger than the file"},
		{"an extra variable", with(safetensors.NewArray("c", []float32{nan})), "none"},
		{"no history", without("History.Training.Loss"), "none"},
	} {
		wantCorrupt(t, tt.reason, encode(t, whole.Header, tt.arrays), tt.want)
	}
}

// TestProbe: a network of the program's own is loaded only if it computes what
// the built-in one does.
func TestProbe(t *testing.T) {
	whole, err := checkpoint.Decode(smallFile(t))
	if err != nil {
		t.Fatal(err)
	}
	n, err := loadBytes(smallFile(t))
	if err != nil {
		t.Fatal(err)
	}
	right, err := n.Predict(checkpoint.ProbeSequence(12))
	if err != nil {
		t.Fatal(err)
	}
	wrong := slices.Clone(right)
	wrong[1] += 2e-4
	const own = "the program's own"
	for _, tt := range []struct {
		reason string
		own    bool
		probe  []float32
		steps  int
		want   string
	}{
		{"the built-in network", false, nil, 4, "none"},
		{"the same", true, right, 4, "none"},
		{"another result", true, wrong, 4, own},
		{"none", true, nil, 4, own},
		{"too few", true, right[:2], 4, own},
		{"of another length", true, right, 5, own},
		{"the built-in network needs none", false, wrong, 4, "none"},
	} {
		header := map[string]any{}
		if err := json.Unmarshal([]byte(whole.Header), &header); err != nil {
			t.Fatal(err)
		}
		header["Own"], header["Probe"] = tt.own, tt.probe
		header["Config"].(map[string]any)["Timesteps"] = tt.steps
		text, err := json.Marshal(header)
		if err != nil {
			t.Fatal(err)
		}
		wantCorrupt(t, tt.reason, encode(t, string(text), whole.Arrays), tt.want)
	}
}

// TestHugeProbe: checking a probe is bounded in memory and time.
func TestHugeProbe(t *testing.T) {
	for _, tt := range []struct {
		reason         string
		inputs, hidden int
		want           string
	}{
		{"a long sequence", 1000, 1, "too long"},
		{"many products", 1, 150, "products"},
	} {
		header := fmt.Sprintf(`{"Version":3,"Config":{"NumInput":%d,"Timesteps":65536,"NumHidden":%d,"NumClasses":1},"Own":true,"Probe":[1]}`, tt.inputs, tt.hidden)
		zeros := func(name string, shape ...int) safetensors.Array {
			size := 1
			for _, d := range shape {
				size *= d
			}
			return safetensors.NewArray(name, make([]float32, size), shape...)
		}
		arrays := []safetensors.Array{zeros("W", 2*tt.hidden, 1), zeros("b", 1)}
		for _, name := range []string{"fw", "bw"} {
			arrays = append(arrays, zeros(name+"/kernel", tt.inputs+tt.hidden, 4*tt.hidden), zeros(name+"/bias", 4*tt.hidden))
		}
		wantCorrupt(t, tt.reason, encode(t, header, arrays), tt.want)
	}
}

func encode(t testing.TB, header string, arrays []safetensors.Array) []byte {
	t.Helper()
	content, err := checkpoint.File{Header: header, Arrays: arrays}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// wantCorrupt fails the test unless loading the file gives a *CheckpointError
// with the text, or no error for "none", and takes no more memory than a small
// multiple of the file.
func wantCorrupt(t *testing.T, reason string, file []byte, text string) {
	t.Helper()
	t.Run(reason, func(t *testing.T) {
		var err error
		memtest.Check(t, 1<<20+64*len(file), func() { _, err = loadBytes(file) })
		var corrupt *infer.CheckpointError
		switch {
		case text == "none":
			if err != nil {
				t.Error(err)
			}
		case !errors.As(err, &corrupt) || corrupt.File != fileName || !strings.Contains(err.Error(), text):
			t.Errorf("the error is %v; want a *CheckpointError with %q", err, text)
		}
	})
}

// FuzzLoad changes the header and one array of a checkpoint, which gets its
// right digest: nothing panics or takes more memory than a small multiple of the
// file, and what is loaded predicts.
func FuzzLoad(f *testing.F) {
	whole, err := checkpoint.Decode(smallFile(f))
	if err != nil {
		f.Fatal(err)
	}
	for _, a := range whole.Arrays {
		f.Add(whole.Header, a.Name, a.DType, a.Data)
	}
	f.Add(`{"Version":3}`, "W", "I64", []byte{1})
	f.Add(`null`, "b", "F64", []byte(nil))
	f.Add(strings.Replace(whole.Header, `{"Version`, `{"Own":true,"Probe":[0.3,0.3,0.4],"Version`, 1), "b", "F32", make([]byte, 12))
	f.Fuzz(func(t *testing.T, header, name, dtype string, data []byte) {
		size := map[string]int{"F32": 4, "F64": 8, "I64": 8, "BOOL": 1}[dtype]
		if size == 0 || !json.Valid([]byte(fmt.Sprintf("%q", name))) {
			return
		}
		shape := []int{len(data) / size}
		for _, a := range whole.Arrays {
			if a.Name == name && len(a.Data) == len(data) {
				shape = a.Shape
			}
		}
		changed := slices.DeleteFunc(slices.Clone(whole.Arrays), func(b safetensors.Array) bool { return name == b.Name })
		changed = append(changed, safetensors.Array{Name: name, DType: dtype, Shape: shape, Data: data[:len(data)/size*size]})
		content, err := checkpoint.File{Header: header, Arrays: changed}.Encode()
		if err != nil {
			return
		}
		var n *infer.Network
		memtest.Check(t, 32<<20+64*len(content), func() { n, err = loadBytes(content) }) // a probe may take 16 MiB
		if err != nil {
			return
		}
		if p, err := n.Predict(make([]float32, n.Timesteps()*n.NumInput())); err != nil || len(p) != n.NumClasses() {
			t.Errorf("Predict returns %v, %v", p, err)
		}
	})
}
