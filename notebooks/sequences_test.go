package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const ownSequences = "sequences_of_your_own.ipynb"

// TestSequences compiles all cells of the notebook, and runs those that must not drift from what its text says: on made-up
// utterances, with the pure-Go backend. Among them are the cells that build the program without XLA and check the ONNX file.
func TestSequences(t *testing.T) {
	imports, declarations, bodies, written := "", "", map[string]string{}, ""
	for _, cell := range readNotebook(t, ownSequences).Cells {
		source := strings.Join(cell.Source, "")
		switch {
		case cell.Type != "code":
			continue
		case strings.HasPrefix(source, "%%writefile ${GONB_TMP_DIR}/speaker/main.go\n"):
			_, written, _ = strings.Cut(source, "\n")
			continue
		}
		source = regexp.MustCompile(`(?m)^(!|%[a-z]).*\n`).ReplaceAllString(source, "")
		block := regexp.MustCompile(`(?s)import \((.*?)\n\)\n`)
		for _, match := range block.FindAllStringSubmatch(source, -1) {
			imports += match[1]
		}
		declared, body, _ := strings.Cut("\n"+block.ReplaceAllString(source, ""), "\n%%\n")
		declarations += declared + "\n"
		if body != "" {
			for _, name := range []string{"infer.Compact(", `"go", "build"`, "convert.WriteONNX("} {
				if strings.Contains(body, name) {
					bodies[name] = body
				}
			}
			declarations += "var _ = func() {\n" + body + "}\n"
		}
	}
	if written == "" || len(bodies) != 3 {
		t.Fatalf("the notebook has %d of the three cells of section 6 and a program of %d bytes", len(bodies), len(written))
	}
	const loads = `return must.M2(sequences.JapaneseVowels(context.Background(), ""))`
	if strings.Count(declarations, loads) != 1 {
		t.Fatalf("the cells lack %q", loads)
	}
	declarations = strings.Replace(declarations, loads, "return synthetic(), synthetic()", 1)

	temp := t.TempDir() // the kernel's, where its cells are compiled
	t.Setenv("GONB_TMP_DIR", temp)
	t.Setenv("EASY_GOMLX_CHECKPOINTS", t.TempDir())
	t.Setenv("GOMLX_BACKEND", "go")
	module(t, filepath.Join(temp, "go.mod"), filepath.Join(temp, "go.sum"))
	if err := os.Mkdir(filepath.Join(temp, "speaker"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(temp, "speaker", "main.go"), []byte(written), 0o644); err != nil {
		t.Fatal(err)
	}
	program := "package main\n\nimport (" + imports + addedImports + ")\n" + declarations + checkSequences
	for _, name := range []string{"infer.Compact(", `"go", "build"`, "convert.WriteONNX("} {
		program += "\tfunc() {\n" + bodies[name] + "\t}()\n"
	}
	out := runGo(t, program+"}\n", "run")
	said := regexp.MustCompile(`(?s)it says: +(speaker \w, probability 0\.\d+)\nthe model says: +(speaker \w, probability 0\.\d+)\n`).FindStringSubmatch(out)
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
