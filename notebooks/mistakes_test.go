package main

import (
	"errors"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/notebooks/internal/lab"
)

// mistakes are code cells as learners write them, below the cells of the tutorial up to its network, and what leads to the cause.
var mistakes = map[string]struct {
	source string
	want   []string
}{
	"a panic":    {"%%\npanic(\"on purpose\")", []string{"on purpose", "Cell[3]: Line 2"}},
	"no file":    {"%%\nmust.M1(os.ReadFile(\"/no/such/file\"))", []string{"open /no/such/file", "Cell[3]: Line 2"}},
	"no product": {"func bad(x *graph.Node) *graph.Node {\n\treturn graph.MatMul(x, x)\n}\n%%\nmust.M1(graph.CallOnce(openBackend(), bad, [][]float32{{1, 2, 3}}))", []string{"DotGeneral", "Cell[3]: Line 2", "Cell[3]: Line 5"}},
	"a wrong shape": {`// BiRNN maps the images x, [batch, timesteps, numInput], to logits, [batch, nClasses].
func BiRNN(scope *model.Scope, x, weights, biases *graph.Node, numHidden int) *graph.Node {
	lstmFw := rnn.NewLSTM(scope.In("fw"), x, numHidden, 1.0)
	lstmBw := rnn.NewLSTM(scope.In("bw"), x, numHidden, 1.0)
	outputs := rnn.Bidirectional(lstmFw, lstmBw, x)
	return graph.Add(graph.MatMul(outputs.At(-1), weights), biases)
}

%%
fmt.Println(must.M1(initialize().NumParameters()))`, []string{"rank must match", "[1, 10]", "Cell[3]: Line 6"}},
	"a wrong shape for a layer": {`func last(scope *model.Scope, x *graph.Node) *graph.Node {
	lstm := rnn.NewLSTM(scope, x, numHiddenUnits, 1.0)
	return rnn.Unidirectional(lstm, x).At(-1)
}

%%
_, _, test := loadData()
x := tensors.FromFlatDataAndDimensions(test.Image(0), timesteps, numInput)
fmt.Println(must.M1(model.CallOnce(openBackend(), model.NewStore(), last, x)))`, []string{"[28, 28]", "want [batch, time, input]", "Cell[3]: Line 3", "Cell[3]: Line 9"}},
	"a missing import": {"%%\nfmt.Println(momentum.New(learningRate))", []string{"undefined: momentum", "Cell[3]: Line 2"}},
	"an import that is in no module": {"import \"example.com/nothing/momentum\"\n\n%%\nfmt.Println(momentum.New(learningRate))",
		[]string{"no required module provides package example.com/nothing/momentum", "Cell[3]: Line 1"}},
	"an unused variable": {"%%\ntrain, valid, test := loadData()\nfmt.Println(train.Len(), valid.Len())", []string{"declared and not used: test", "Cell[3]: Line 2"}},
	"a misspelt field":   {"%%\ncfg := config()\ncfg.NumHiden = 64\nmust.M1(network.New(openBackend(), cfg))", []string{"cfg.NumHiden undefined", "Cell[3]: Line 3"}},
	"batch size 0": {`const (
	learningRate = 0.001 // the optimizer's learning rate
	epochs       = 10    // total number of training epochs
	batchSize    = 0     // training batch size
	displayFreq  = 100   // number of iterations between printed results
)

%%
defer initialize().Close()`, []string{"Config.BatchSize is 0; it must be at least 1", "Cell[3]: Line 9"}},
	"a constant declared again": {"const batchSize = 0", []string{"batchSize redeclared", "Cell[3]: Line 1"}},
	"a label out of range": {`%%
train, _, _ := loadData()
net := initialize()
x, y := getNextBatch(train, 0, batchSize)
y[3] = 10
fmt.Println(must.M2(net.TrainStep(x, y)))`, []string{"y[3] is 10; the classes are 0 to 9", "Cell[3]: Line 6"}},
}

// TestMistakes runs each mistake in a notebook: the cells after it do not run, and what it shows is at most ten lines.
func TestMistakes(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped with -short: runs notebooks in a real Jupyter, which may have to be downloaded")
	}
	tutorial := declarations(t, "## 6. Train")
	for name, mistake := range mistakes {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			out := filepath.Join(dir, "out")
			file := filepath.Join(dir, "bad.ipynb")
			notebook(t, file, tutorial+"\n%%\nfmt.Println(\"so far\")", mistake.source, "%%\nfmt.Println(\"never\", \"reached\")")
			if err := run(t.Context(), options{execute: true, out: out, notebooks: []string{file}}); !errors.Is(err, lab.ErrCellFailed) {
				t.Errorf("got %v, want %v", err, lab.ErrCellFailed)
			}
			nb := readNotebook(t, filepath.Join(out, "bad.ipynb"))
			if all := nb.shown(); !strings.Contains(all, "so far") || strings.Contains(all, "never reached") {
				t.Errorf("another cell failed, or ran after the failure:\n%s", all)
			}
			shown, lines := notebookFile{Cells: nb.Cells[2:3]}.shown(), 0
			for line := range strings.Lines(shown) {
				if strings.TrimSpace(line) != "" {
					lines++
				}
			}
			if lines > 10 {
				t.Errorf("it shows %d lines, want at most 10:\n%s", lines, shown)
			}
			for _, part := range mistake.want {
				if !strings.Contains(shown, part) {
					t.Errorf("it shows no %q:\n%s", part, shown)
				}
			}
		})
	}
}

// declarations returns what the cells of the tutorial declare before the one that contains a text, as one cell. It uses this clone from any directory.
func declarations(t *testing.T, before string) string {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, cell := range readTutorial(t).Cells {
		if strings.Contains(cell.text(), before) {
			break
		}
		if cell.Type == "code" {
			declared, _, _ := strings.Cut("\n"+cell.text(), "\n%%\n")
			all.WriteString(declared + "\n")
		}
	}
	code := strings.ReplaceAll(all.String(), "${GONB_DIR}/..", root)
	imports := regexp.MustCompile(`(?s)import \(\n.*?\n\)\n`)
	return strings.Join(imports.FindAllString(code, -1), "") + imports.ReplaceAllString(code, "")
}
