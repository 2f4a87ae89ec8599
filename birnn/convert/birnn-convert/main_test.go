package main

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/infer"
	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"
	"github.com/easy-gomlx/tutorials/birnn/internal/checkpoint"
)

func config() birnn.Config {
	cfg := birnn.DefaultConfig()
	cfg.NumInput, cfg.Timesteps, cfg.NumHidden, cfg.NumClasses = 3, 5, 4, 2
	cfg.Readout = birnn.FinalStates
	return cfg
}

var (
	sequence = []float32{.1, .2, .3, .4, .5, .6, .7, .8, .9, 1, 0, .1, .2, .3, .4}
	labels   = []int32{1}
)

// save saves a network after a training step.
func save(t *testing.T, n birnn.Network, dir string) {
	t.Helper()
	m, err := n.New(backendtest.Go(t), config())
	if err == nil {
		defer m.Close()
		_, _, err = m.TrainStep(sequence, labels)
	}
	if err == nil {
		err = m.Save(dir)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// birnnConvert runs the command, and returns its status and its output.
func birnnConvert(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = run(args, &out, &errs)
	return status, out.String(), errs.String()
}

func predict(t *testing.T, dir string) []float32 {
	t.Helper()
	n, err := infer.Load(os.DirFS(dir), ".")
	if err != nil {
		t.Fatal(err)
	}
	probabilities, err := n.Predict(sequence)
	if err != nil {
		t.Fatal(err)
	}
	return probabilities
}

// TestEveryFormat converts a checkpoint to each format and back. It was trained with another optimizer, which birnn.Load would need to know.
func TestEveryFormat(t *testing.T) {
	dir := t.TempDir()
	from := filepath.Join(dir, "trained")
	save(t, birnn.Network{Optimizer: optimizer.StochasticGradientDescent().Done()}, from)
	want := predict(t, from)
	for _, f := range formats {
		file, to := filepath.Join(dir, "network"+f.extension), filepath.Join(dir, "from"+f.extension[1:])
		for _, args := range [][]string{{from, file}, {file, to}} {
			status, out, errs := birnnConvert(args...)
			if status != 0 || errs != "" || !strings.Contains(out, args[1]+": FinalStates, 5 time steps of 3 inputs, 4 hidden") {
				t.Fatalf("%v: status %d, output %q, %q", args, status, out, errs)
			}
		}
		got := predict(t, to)
		if !slices.EqualFunc(got, want, func(a, b float32) bool { return math.Abs(float64(a-b)) < 1e-6 }) {
			t.Errorf("%s: the probabilities are %v, want %v", f.extension, got, want)
		}
		m, err := birnn.Load(backendtest.Go(t), to)
		if err != nil {
			t.Fatal(err)
		}
		if m.Step() != 0 || m.Config().ForgetBias != 0 {
			t.Errorf("%s: step %d, forget bias %v; want 0", f.extension, m.Step(), m.Config().ForgetBias)
		}
		m.Close()
	}
}

// TestDotInDirectory: a slash at the end tells a new directory from a file.
func TestDotInDirectory(t *testing.T) {
	t.Chdir(t.TempDir())
	save(t, birnn.Network{}, "trained")
	for _, args := range [][]string{{"trained", "network.keras"}, {"network.keras", "network.v2/"}, {"network.v2", "again.keras"}} {
		if status, _, errs := birnnConvert(args...); status != 0 {
			t.Errorf("%v: status %d, %q", args, status, errs)
		}
	}
}

// TestNothingIsReplaced without -f: neither a file nor a checkpoint.
func TestNothingIsReplaced(t *testing.T) {
	dir := t.TempDir()
	trained, other, file := filepath.Join(dir, "trained"), filepath.Join(dir, "other"), filepath.Join(dir, "network.keras")
	save(t, birnn.Network{}, trained)
	save(t, birnn.Network{}, other)
	if err := os.WriteFile(file, []byte("a file"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{other, file} {
		name := to
		if to == other {
			name = filepath.Join(other, checkpoint.Name)
		}
		before, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if status, _, errs := birnnConvert(trained, to); status != 1 || !strings.Contains(errs, name) || !strings.Contains(errs, "-f") {
			t.Errorf("%s: status %d, %q; want 1 and an error that names the file and -f", to, status, errs)
		}
		if after, err := os.ReadFile(name); err != nil || !bytes.Equal(before, after) {
			t.Errorf("%s was changed: %v", name, err)
		}
		if status, _, errs := birnnConvert("-f", trained, to); status != 0 {
			t.Errorf("%s: status %d, %q with -f", to, status, errs)
		}
		if after, err := os.ReadFile(name); err != nil || bytes.Equal(before, after) {
			t.Errorf("%s was not replaced: %v", name, err)
		}
	}
	if _, err := os.Stat(filepath.Join(other, checkpoint.PreviousName)); err != nil {
		t.Error(err)
	}
}

// TestRefused: what cannot be converted, and nothing is left behind.
func TestRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	save(t, birnn.Network{Logits: func(scope *model.Scope, x *graph.Node) *graph.Node {
		return layers.Dense(scope, graph.ReduceMean(x, 1), true, 2)
	}}, "custom")
	save(t, birnn.Network{}, "trained")
	for _, name := range []string{"network.pt", "network.h5", "network.txt", "corrupt.onnx", "corrupt.keras", "corrupt.safetensors", "file"} {
		if err := os.WriteFile(name, []byte("some bytes that are no network"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		from, to string
		want     []string // in the error
	}{
		{"custom", "new.onnx", []string{"custom", "built-in network"}},
		{"nothing", "new.onnx", []string{"nothing", checkpoint.Name}},
		{"nothing.keras", "new", []string{"nothing.keras"}},
		{"network.pt", "new", []string{"network.pt", "safetensors.torch.save_file"}},
		{"network.h5", "new", []string{"network.h5", ".keras"}},
		{"network.txt", "new", []string{"network.txt", ".onnx"}},
		{"trained", "new.v2", []string{"new.v2", ".onnx", "slash"}},
		{"file", "new", []string{"file is a file without an extension", ".onnx"}},
		{"", "new", []string{"empty"}},
		{"trained", "new.pth", []string{"new.pth", "safetensors"}},
		{"corrupt.onnx", "new", []string{"corrupt.onnx", "ONNX"}},
		{"corrupt.keras", "new", []string{"corrupt.keras", "Keras"}},
		{"corrupt.safetensors", "new", []string{"corrupt.safetensors", "PyTorch"}},
		{filepath.Join("trained", checkpoint.Name), "new", []string{"checkpoint", "directory"}},
		{"trained", filepath.Join("missing", "new.keras"), []string{"new.keras"}},
	} {
		status, out, errs := birnnConvert(tt.from, tt.to)
		if status != 1 || out != "" || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s to %s: status %d, output %q, %q; want 1 and a line", tt.from, tt.to, status, out, errs)
		}
		for _, want := range tt.want {
			if !strings.Contains(errs, want) {
				t.Errorf("%s to %s: the error is %q; want %q in it", tt.from, tt.to, errs, want)
			}
		}
		if _, err := os.Stat(tt.to); err == nil {
			t.Errorf("%s to %s: there is a file", tt.from, tt.to)
		}
	}
}

func TestUsage(t *testing.T) {
	if status, out, errs := birnnConvert("-h"); status != 0 || !strings.Contains(out, "usage: birnn-convert") || errs != "" {
		t.Errorf("-h: status %d, output %q, %q", status, out, errs)
	}
	for _, args := range [][]string{{}, {"one"}, {"a", "b", "c"}, {"-unknown", "a", "b"}} {
		if status, out, errs := birnnConvert(args...); status != 2 || out != "" || !strings.Contains(errs, "usage: birnn-convert") {
			t.Errorf("%v: status %d, output %q, %q", args, status, out, errs)
		}
	}
}
