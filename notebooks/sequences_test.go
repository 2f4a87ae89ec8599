package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const ownSequences = "sequences_of_your_own.ipynb"

// ownCells are the code cells of the notebook.
type ownCells struct {
	imports      string
	declarations string            // of all cells, and the cells' own lines as functions that are not called
	bodies       map[string]string // the lines of those cells of section 6 that have one of the calls in section6
	program      string            // that the notebook writes to a file
}

// section6 are calls in the cells that save the weights, run the program without XLA and check the ONNX file.
var section6 = []string{"infer.Compact(", `"go", "build"`, "convert.WriteONNX("}

func readOwnCells(t *testing.T) ownCells {
	t.Helper()
	cells := ownCells{bodies: map[string]string{}}
	for _, cell := range readNotebook(t, ownSequences).Cells {
		source := strings.Join(cell.Source, "")
		if cell.Type != "code" {
			continue
		}
		if program, ok := strings.CutPrefix(source, "%%writefile ${GONB_TMP_DIR}/speaker/main.go\n"); ok {
			cells.program = program
			continue
		}
		source = regexp.MustCompile(`(?m)^(!|%[a-z]).*\n`).ReplaceAllString(source, "")
		block := regexp.MustCompile(`(?s)import \((.*?)\n\)\n`)
		for _, match := range block.FindAllStringSubmatch(source, -1) {
			cells.imports += match[1]
		}
		declared, body, _ := strings.Cut("\n"+block.ReplaceAllString(source, ""), "\n%%\n")
		cells.declarations += declared + "\nvar _ = func() {\n" + body + "}\n"
		for _, call := range section6 {
			if strings.Contains(body, call) {
				cells.bodies[call] = body
			}
		}
	}
	if cells.program == "" || len(cells.bodies) != len(section6) {
		t.Fatalf("the notebook has %d of the cells %q, and a program of %d bytes", len(cells.bodies), section6, len(cells.program))
	}
	return cells
}

// TestSequences compiles all cells of the notebook, and runs those that must not drift from what its text says: on made-up
// utterances, with the pure-Go backend. Among them are the cells that build the program without XLA and check the ONNX file.
func TestSequences(t *testing.T) {
	cells := readOwnCells(t)
	const loads = `return must.M2(sequences.JapaneseVowels(context.Background(), ""))`
	if strings.Count(cells.declarations, loads) != 1 {
		t.Fatalf("the cells lack %q", loads)
	}
	program := "package main\n\nimport (" + cells.imports + addedImports + ")\n" +
		strings.Replace(cells.declarations, loads, "return synthetic(), synthetic()", 1) + checkSequences
	for _, call := range section6 {
		program += "\tfunc() {\n" + cells.bodies[call] + "\t}()\n"
	}
	program += "}\n"

	temp := t.TempDir() // the kernel's, where its cells are compiled
	t.Setenv("GONB_TMP_DIR", temp)
	t.Setenv("EASY_GOMLX_CHECKPOINTS", t.TempDir())
	t.Setenv("GOMLX_BACKEND", "go")
	module(t, filepath.Join(temp, "go.mod"), filepath.Join(temp, "go.sum"))
	if err := os.Mkdir(filepath.Join(temp, "speaker"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(temp, "speaker", "main.go"), []byte(cells.program), 0o644); err != nil {
		t.Fatal(err)
	}
	out := runGo(t, program, "run")
	said := regexp.MustCompile(`it says: +(speaker \w, probability 0\.\d+)\nthe model says: +(speaker \w, probability 0\.\d+)\n`).FindStringSubmatch(out)
	if said == nil || said[1] != said[2] {
		t.Errorf("the program without XLA and the model do not say the same:\n%s", out)
	}
	for _, want := range []string{"checks done\n", "two layers: infer: the checkpoint", "agree within 0.00001: true"} {
		if !strings.Contains(out, want) {
			t.Errorf("the cells printed no %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "WRONG") {
		t.Error(out)
	}
}

// claims are what the notebook's text says of its results, with the part of the outputs that it is true of.
var claims = []struct{ text, output string }{
	{"0.19 against 0.25 on average", "with lengths: mean 0.25 of 4 runs"},
	{"0.19 against 0.25 on average", "without lengths: mean 0.19 of 4 runs"},
	{"changes by 0.56 when eleven rows", "without lengths  padded to  40: changes up to 0.56"},
	{"at 100 to 33%, and for one network to 11%", "to 33.3% (29 to 100), mean of 4 runs that end between 11.1%"},
	{"to 0.002, and soon", "Training loss falls from 2.20 to 0.0018"},
	{"rises slowly to 0.29", "Validation loss falls from 1.86 to 0.29"},
	{"the best epochs reach 0.09 to 0.17", "one layer: mean 0.13 of 4 runs, 0.092 to 0.17"},
	{"0.07 after 59 epochs", "79 epochs, best: epoch 59, validation loss 0.07, accuracy 98.1%"},
	{"training stopped, at 0.12", "Validation loss falls from 1.90 to 0.12"},
	{"0.13 and 0.15", "two layers: mean 0.15 of 4 runs"},
	{"360 of 370 are right", "360 correct (97.3%)"},
	{"lowest precision, 88%", "class 5: precision 87.9%, recall 100%"},
}

// TestSequencesClaims verifies that the text of the notebook says what its outputs show. When its cells are executed anew, and show
// something else, the text and the claims have to follow.
func TestSequencesClaims(t *testing.T) {
	var text, output strings.Builder
	for _, cell := range readNotebook(t, ownSequences).Cells {
		if cell.Type == "markdown" {
			text.WriteString(strings.Join(cell.Source, ""))
		}
		for _, o := range cell.Outputs {
			fmt.Fprintln(&output, strings.Join(o.Text, ""), o.Data["text/plain"])
		}
	}
	for _, c := range claims {
		if !strings.Contains(text.String(), c.text) {
			t.Errorf("the text does not say %q", c.text)
		}
		if !strings.Contains(output.String(), c.output) {
			t.Errorf("the text says %q, but the outputs do not show %q", c.text, c.output)
		}
	}
}

// module writes go.mod and go.sum as the notebook's set-up cell does.
func module(t *testing.T, mod, sum string) {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	const name = "github.com/easy-gomlx/tutorials"
	text := strings.Replace(string(content), "module "+name, "module cells", 1) +
		"\nrequire " + name + " v0.0.0\n\nreplace " + name + " => " + root + "\n"
	if err := os.WriteFile(mod, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if content, err = os.ReadFile(filepath.Join(root, "go.sum")); err == nil {
		err = os.WriteFile(sum, content, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// addedImports are those that the kernel adds.
const addedImports = `
	"bytes"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/gomlx/gomlx/core/tensors"
`

const checkSequences = `
// synthetic returns made-up utterances of nine speakers, of 3 to 29 time steps.
func synthetic() *sequences.Set {
	set, rng := &sequences.Set{Features: 12}, rand.New(rand.NewPCG(1, 0))
	for i := range 135 {
		x := make([]float32, 12*(3+i%27))
		for k := range x {
			x[k] = 2*rng.Float32() - 1
		}
		must.M(set.Add(fmt.Sprint(1+i/15), x))
	}
	return set
}

func check(ok bool, what ...any) {
	if !ok {
		fmt.Println("WRONG:", fmt.Sprint(what...))
	}
}

func main() {
	set := synthetic()
	check(set.Time == 29, "the longest has ", set.Time)
	x := tensors.FromFlatDataAndDimensions(set.X, set.Len(), set.Time, set.Features)
	lengths := must.M1(graph.CallOnce(openBackend(), lengthsOf, x)).Value().([]int32)
	check(slices.Equal(lengths, set.Lengths), "lengths ", lengths)

	own := readCSV(strings.NewReader(recording))
	check(slices.Equal(own.Lengths, []int32{2, 3}) && slices.Equal(own.Labels, []int32{0, 1}) && own.X[5] == 0 && own.X[9] == -1.8, "readCSV ", own)

	// More padding changes nothing with lengths, and something without them.
	set, longer := set.Select(0, 5, 20, 40), set.Select(0, 5, 20, 40)
	longer.Pad(40)
	for name, network := range map[string]logits{"with": withLengths, "without": withoutLengths, "dropout": withDropout} {
		short := must.M1(birnn.Network{Logits: network}.New(openBackend(), config(29, 1)))
		long := must.M1(birnn.Network{Logits: network}.New(openBackend(), config(40, 2)))
		must.M(long.SetWeights(must.M1(short.Weights())))
		d := change(must.M1(short.Predict(set.X)), must.M1(long.Predict(longer.X)))
		check((d < 1e-5) == (name != "without"), name, " differs by ", d)
		if name == "dropout" {
			must.M(short.Save(place("best"))) // for the cells of section 6
		}
	}
	two := must.M1(birnn.Network{Logits: twoLayers}.New(openBackend(), config(29, 1)))
	must.M(two.Save(place("two layers-1")))

	var h history.Record
	for epoch := range patience + 3 {
		check(!stop(h), "stop after epochs: ", epoch)
		h.Validation.Add(epoch+1, math.Abs(float64(epoch)-2)+1, 0.5)
	}
	check(stop(h) && best(h) == 2, "best epoch ", best(h))
	fmt.Println("checks done")
`
