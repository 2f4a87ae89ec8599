//go:build unix

package convert

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/internal/frameworks"
)

// TestONNXRuntime: ONNX Runtime computes the model's probabilities of real
// digits, in batches of several sizes, as in the documentation. The checker of
// ONNX accepts the files.
func TestONNXRuntime(t *testing.T) {
	p := newPython(t, frameworks.ONNXRuntime)
	x := p.digits()
	program := documented(t, "ONNX")[0]
	configs := []birnn.Config{
		onnxConfig(28, 28, 128, 10, birnn.LastOutput),
		onnxConfig(28, 28, 128, 10, birnn.FinalStates),
		onnxConfig(7, 112, 13, 3, birnn.LastOutput),
		onnxConfig(56, 14, 5, 2, birnn.FinalStates),
		onnxConfig(784, 1, 3, 10, birnn.LastOutput),
		onnxConfig(1, 784, 1, 1, birnn.FinalStates),
	}
	p.program.WriteString("import onnx\n")
	for k, cfg := range configs {
		file := fmt.Sprintf("%d.onnx", k)
		p.write(file, written(t, formatNamed(t, "ONNX"), cfg, randomWeights(cfg)))
		fmt.Fprintf(&p.program, "x = x.reshape(-1, %d, %d)\nonnx.checker.check_model(onnx.load('%s'), full_check=True)\n", cfg.Timesteps, cfg.NumInput, file)
		p.add(file+".100", replace(t, program, "digits.onnx", file))
		for _, batch := range []int{1, 7} {
			p.add(fmt.Sprintf("%s.%d", file, batch), fmt.Sprintf(
				"probabilities = numpy.concatenate([session.run(None, {'x': x[k:k+%d]})[0] for k in range(0, len(x), %[1]d)])", batch))
		}
	}
	p.run()
	for k, cfg := range configs {
		want := predict(t, cfg, randomWeights(cfg), x)
		for _, batch := range []int{1, 7, 100} {
			name := fmt.Sprintf("%d.onnx.%d", k, batch)
			near(t, name, p.probabilities(name), want, 1e-5)
		}
	}
}

func formatNamed(t *testing.T, name string) format {
	t.Helper()
	k := slices.IndexFunc(formats, func(f format) bool { return f.name == name })
	if k < 0 {
		t.Fatalf("no format is named %s", name)
	}
	return formats[k]
}

// runFile runs the program in a file beside the tests.
func (p *python) runFile(path string) {
	p.t.Helper()
	program, err := os.ReadFile(path)
	if err != nil {
		p.t.Fatal(err)
	}
	p.program.Reset()
	p.program.WriteString("import numpy\n")
	p.program.Write(program)
	p.run()
}

// TestReadONNXOfPyTorch reads what torch.onnx.export writes, and computes
// PyTorch's probabilities with it; see testdata/onnx_export.py.
func TestReadONNXOfPyTorch(t *testing.T) {
	p := newPython(t, frameworks.PyTorch)
	p.runFile("testdata/onnx_export.py")
	x := make([]float32, 4*5*3)
	if _, err := binary.Decode(p.read("x.bin"), binary.LittleEndian, x); err != nil {
		t.Fatal(err)
	}
	p.eachONNX(34, 15, func(t *testing.T, name string) {
		cfg, w, err := formatNamed(t, "ONNX").read(p.read(name + ".onnx"))
		if err != nil {
			t.Fatal(err)
		}
		near(t, name, predict(t, cfg, w, x), p.probabilities(name+".bin"), 1e-5)
	})
}

// TestReadONNXOfOthers reads valid models that ReadONNX must refuse; see
// testdata/onnx_edit.py.
func TestReadONNXOfOthers(t *testing.T) {
	p := newPython(t, frameworks.ONNXRuntime)
	cfg := onnxConfig(3, 5, 2, 4, birnn.FinalStates)
	p.write("network.onnx", written(t, formatNamed(t, "ONNX"), cfg, randomWeights(cfg)))
	p.runFile("testdata/onnx_edit.py")
	p.eachONNX(1, 6, func(t *testing.T, name string) {})
}

// refusals are parts of the errors about the files refused_ANYTHING_NAME.onnx.
var refusals = map[string]string{
	"two_layers":    "one LSTM layer",
	"forward_only":  "1 states",
	"time_first":    "batch_first=True",
	"GRU":           "GRU",
	"ReduceMean":    "ReduceMean",
	"ReduceMax":     "ReduceMax",
	"Relu":          "Relu",
	"initial_state": "initial state is not zero",
	"float64":       "float64",
	"float16":       "float16",
	"time_step":     "after time steps",
	"any_time":      "dynamic_axes",
	"external":      "external_data=False",
	"activations":   "activations",
	"clip":          "clip",
	"input_forget":  "input_forget",
	"lengths":       "int32", // as those of all models
	"peephole":      "peephole",
	"quantized":     "DynamicQuantizeLSTM",
}

// eachONNX calls read for each file in the program's directory, without its
// extension, and checks that those named refused_ are refused. There must be
// that many of both.
func (p *python) eachONNX(networks, refused int, read func(t *testing.T, name string)) {
	p.t.Helper()
	files, err := filepath.Glob(filepath.Join(p.dir, "*.onnx"))
	if err != nil {
		p.t.Fatal(err)
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".onnx")
		rest, isRefused := strings.CutPrefix(name, "refused_")
		if !isRefused {
			networks--
			p.t.Run(name, func(t *testing.T) { read(t, name) })
			continue
		}
		refused--
		p.t.Run(name, func(t *testing.T) {
			_, _, err := formatNamed(t, "ONNX").read(p.read(name + ".onnx"))
			var bad *Error
			if !errors.As(err, &bad) {
				t.Fatalf("the error is %v, want an *Error", err)
			}
			key := strings.TrimPrefix(strings.TrimPrefix(rest, "True_"), "False_")
			if want := refusals[key]; want == "" || !strings.Contains(err.Error(), want) {
				t.Errorf("the error is %q, want one that contains %q", err, want)
			}
		})
	}
	if networks != 0 || refused != 0 {
		p.t.Errorf("of %d files, %d networks and %d others are missing", len(files), networks, refused)
	}
}
