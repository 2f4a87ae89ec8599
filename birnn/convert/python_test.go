//go:build unix

package convert

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/internal/frameworks"
	"github.com/easy-gomlx/tutorials/birnn/mnist"
	"github.com/easy-gomlx/tutorials/birnn/pyenv"
)

// python collects a program, and runs it in a framework's environment in a directory of its own. Starting a framework takes long.
type python struct {
	t       *testing.T
	env     pyenv.Env
	dir     string
	program strings.Builder
}

// newPython prepares an environment of package frameworks. The test then runs
// beside the others that need one, because installing one takes a minute or two.
func newPython(t *testing.T, environment string) *python {
	t.Helper()
	if testing.Short() {
		t.Skip("installs a framework in Python: run it without -short")
	}
	t.Parallel()
	env, err := frameworks.Environment(environment)
	if err == nil {
		err = env.Ensure(t.Context(), t.Logf)
	}
	if err != nil {
		t.Fatal(err)
	}
	p := &python{t: t, env: env, dir: t.TempDir()}
	p.program.WriteString("import numpy\nx = numpy.fromfile('x', '<f4').reshape(-1, 28, 28)\n")
	return p
}

// add adds a part to the program, which computes probabilities. They are kept under a name.
func (p *python) add(name, part string) {
	fmt.Fprintf(&p.program, "%s\nnumpy.asarray(probabilities, '<f4').tofile('%s')\n", part, name)
}

// run runs the program.
func (p *python) run() {
	p.t.Helper()
	cmd := p.env.Command(p.t.Context(), "-c", p.program.String())
	cmd.Dir = p.dir
	cmd.Env = append(cmd.Env, "KERAS_BACKEND=tensorflow", "TF_CPP_MIN_LOG_LEVEL=3")
	if out, err := cmd.CombinedOutput(); err != nil {
		p.t.Fatalf("%v\n%s\n%s", err, p.program.String(), out)
	}
}

// probabilities returns what a part of the program computed.
func (p *python) probabilities(name string) []float32 {
	p.t.Helper()
	content := p.read(name)
	probabilities := make([]float32, len(content)/4)
	if _, err := binary.Decode(content, binary.LittleEndian, probabilities); err != nil {
		p.t.Fatal(err)
	}
	return probabilities
}

func (p *python) read(name string) []byte {
	p.t.Helper()
	content, err := os.ReadFile(filepath.Join(p.dir, name))
	if err != nil {
		p.t.Fatal(err)
	}
	return content
}

func (p *python) write(name string, content []byte) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), content, 0o666); err != nil {
		p.t.Fatal(err)
	}
}

// digits writes real digits for the programs, and returns them.
func (p *python) digits() []float32 {
	p.t.Helper()
	data, err := mnist.Load(p.t.Context(), "")
	if err != nil {
		p.t.Fatal(err)
	}
	x := data.Test.Images[:100*28*28]
	content, err := binary.Append(nil, binary.LittleEndian, x)
	if err != nil {
		p.t.Fatal(err)
	}
	p.write("x", content)
	return x
}

// documented returns the blocks of code in a section of the package's documentation.
func documented(t *testing.T, section string) (blocks []string) {
	t.Helper()
	content, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(content), "\n// # "+section+"\n")
	text, _, _ = strings.Cut(text, "\n// # ")
	var block strings.Builder
	for line := range strings.Lines(text) {
		code, isCode := strings.CutPrefix(line, "//\t")
		switch {
		case isCode:
			block.WriteString(code)
		case line == "//\n" && block.Len() > 0:
			block.WriteString("\n")
		case block.Len() > 0:
			blocks = append(blocks, strings.TrimSpace(block.String())+"\n")
			block.Reset()
		}
	}
	if len(blocks) == 0 {
		t.Fatalf("the documentation has no code in its section %s", section)
	}
	return blocks
}

// replace replaces a part of a program, which must be there.
func replace(t *testing.T, program, old, new string) string {
	t.Helper()
	if !strings.Contains(program, old) {
		t.Fatalf("the documentation has no %q:\n%s", old, program)
	}
	return strings.ReplaceAll(program, old, new)
}

// tutorialNetwork returns a network of the size in the documentation.
func tutorialNetwork(readout birnn.Readout) (birnn.Config, birnn.Weights) {
	cfg := birnn.DefaultConfig()
	cfg.Readout = readout
	return cfg, randomWeights(cfg)
}

// compare fails the test unless the network in a file gives the probabilities that the program computed under the same name.
func (p *python) compare(f format, file string, readout birnn.Readout, x []float32) {
	p.t.Helper()
	cfg, weights, err := f.read(p.read(file))
	if err != nil {
		p.t.Fatalf("%s: %v", file, err)
	}
	if cfg.Readout != readout {
		p.t.Errorf("%s: the readout is %v, want %v", file, cfg.Readout, readout)
	}
	near(p.t, file, predict(p.t, cfg, weights, x), p.probabilities(file+".probabilities"), 1e-5)
}

// TestPyTorch runs the documentation's programs: PyTorch predicts what birnn does, and birnn what PyTorch does after three steps of training, read
// from its state_dict and from what torch.onnx.export makes of it.
func TestPyTorch(t *testing.T) {
	p := newPython(t, frameworks.PyTorch)
	x := p.digits()
	blocks, export := documented(t, "PyTorch"), documented(t, "ONNX")[1]
	for _, readout := range readouts {
		cfg, weights := tutorialNetwork(readout)
		ours, theirs, graph := readout.String()+".safetensors", readout.String()+".trained.safetensors", readout.String()+".trained.onnx"
		p.write(ours, written(t, formats[0], cfg, weights))
		load := replace(t, blocks[0], "digits.safetensors", ours)
		load = replace(t, load, "network(x)", "network(torch.from_numpy(x)).detach()")
		save := replace(t, blocks[1], "trained.safetensors", theirs)
		if readout == birnn.FinalStates {
			load = replace(t, load, "outputs[:, -1]", "torch.cat([h[0], h[1]], 1)")
			save = replace(t, save, `"LastOutput"`, `"FinalStates"`)
		}
		p.add(ours+".probabilities", load)
		p.add(theirs+".probabilities", `
adam = torch.optim.Adam(network.parameters(), lr=0.01)
for step in range(3):
    adam.zero_grad()
    torch.nn.functional.cross_entropy(network(torch.from_numpy(x)), torch.arange(100) % 10).backward()
    adam.step()
`+save+`
probabilities = torch.softmax(network(torch.from_numpy(x)), 1).detach()`)
		p.add(graph+".probabilities", replace(t, replace(t, export, "trained.onnx", graph), "(x,)", "(torch.from_numpy(x),)"))
	}
	p.run()
	for _, readout := range readouts {
		cfg, weights := tutorialNetwork(readout)
		ours, theirs := readout.String()+".safetensors", readout.String()+".trained.safetensors"
		near(t, ours, p.probabilities(ours+".probabilities"), predict(t, cfg, weights, x), 1e-5)
		p.compare(formats[0], theirs, readout, x)
		p.compare(formatNamed(t, "ONNX"), readout.String()+".trained.onnx", readout, x)
	}
}

// TestKeras is the same for Keras. It trains and saves the model that birnn wrote, the documentation's, and a functional one.
func TestKeras(t *testing.T) {
	p := newPython(t, frameworks.TensorFlow)
	x := p.digits()
	blocks := documented(t, "Keras")
	const functional = `
inputs = keras.Input((28, 28))
outputs = keras.layers.Bidirectional(keras.layers.LSTM(16, return_sequences=SEQUENCES))(inputs)READ
outputs = keras.layers.Dense(10)(keras.layers.Dropout(0.5)(outputs))
model = keras.Model(inputs, keras.layers.Softmax()(outputs))
`
	variants := map[birnn.Readout][]string{
		birnn.FinalStates: {"", blocks[1], strings.NewReplacer("SEQUENCES", "False", "READ", "").Replace(functional)},
		birnn.LastOutput:  {"", blocks[2], strings.NewReplacer("SEQUENCES", "True", "READ", "[:, -1]").Replace(functional)},
	}
	for _, readout := range readouts {
		cfg, weights := tutorialNetwork(readout)
		ours := readout.String() + ".keras"
		p.write(ours, written(t, formats[1], cfg, weights))
		p.add(ours+".probabilities", replace(t, blocks[0], "digits.keras", ours))
		for k, model := range variants[readout] {
			theirs := fmt.Sprintf("%s.%d.keras", readout, k)
			p.add(theirs+".probabilities", model+`
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, numpy.arange(100) % 10, verbose=0)
model.save("`+theirs+`")
probabilities = model.predict(x)`)
		}
	}
	p.run()
	for _, readout := range readouts {
		cfg, weights := tutorialNetwork(readout)
		ours := readout.String() + ".keras"
		near(t, ours, p.probabilities(ours+".probabilities"), predict(t, cfg, weights, x), 1e-5)
		for k := range variants[readout] {
			p.compare(formats[1], fmt.Sprintf("%s.%d.keras", readout, k), readout, x)
		}
	}
}
