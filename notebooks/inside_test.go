package main

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const inside = "inside_the_lstm.ipynb"

// declarations returns what the notebook's code cells declare with the given names, such as "func (l lstm) step(", without imports and
// without what the cells run.
func (nb notebookFile) declarations(t *testing.T, names ...string) string {
	t.Helper()
	var all strings.Builder
	found := map[string]bool{}
	for _, cell := range nb.Cells {
		declared, _, _ := strings.Cut(strings.Join(cell.Source, ""), "%%\n")
		wanted := false
		for _, name := range names {
			if cell.Type == "code" && strings.Contains("\n"+declared, "\n"+name) {
				wanted, found[name] = true, true
			}
		}
		if wanted {
			all.WriteString(declared + "\n")
		}
	}
	for _, name := range names {
		if !found[name] {
			t.Fatalf("%s declares no %q", inside, name)
		}
	}
	return regexp.MustCompile(`(?s)import \(.*?\n\)\n`).ReplaceAllString(all.String(), "")
}

// TestInsideEqualsTheLayer compiles the notebook's LSTM in plain Go and compares it with package rnn, with random weights no two of
// which are equal: states and gradients of the weights for whole sequences, and the gradient of the state at each step back.
func TestInsideEqualsTheLayer(t *testing.T) {
	cells := readNotebook(t, inside).declarations(t, "type lstm struct", "func (l lstm) step(", "func largestDifference(", "func graphStep(",
		"type moment struct", "func gatesBack(", "func (l lstm) stepBack(", "func (l lstm) gradient(")
	if out := runGo(t, strings.Replace(compareInside, "CELLS", cells, 1), "run"); strings.TrimSpace(out) != "same" {
		t.Errorf("the notebook's LSTM and package rnn differ:\n%s", out)
	}
}

// blank, which the cell of type moment declares, needs the size of the hidden state.
const compareInside = `package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"

	"github.com/easy-gomlx/tutorials/birnn/rnn"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/janpfeifer/must"
)

const numHidden = 1

CELLS

func main() {
	for seed, size := range [][3]int{{1, 1, 1}, {3, 2, 4}, {5, 4, 7}, {2, 6, 3}} {
		compare(rand.New(rand.NewPCG(1, uint64(seed))), size[0], size[1], size[2])
	}
	fmt.Println("same")
}

func compare(rng *rand.Rand, inputs, hidden, steps int) {
	numbers := func(n int) []float64 {
		v := make([]float64, n)
		for k := range v {
			v[k] = 2*rng.Float64() - 1
		}
		return v
	}
	rows := func(n, columns int) (m [][]float64) {
		for range n {
			m = append(m, numbers(columns))
		}
		return m
	}
	l := lstm{kernel: rows(inputs+hidden, 4*hidden), bias: numbers(4 * hidden), forgetBias: 1}
	x, start, dh := rows(steps, inputs), state{h: numbers(hidden), c: numbers(hidden)}, numbers(hidden)
	moments := l.read(x, start)
	sum, back := l.gradient(moments, dh)
	if len(moments) != steps || len(back) != steps {
		fail("steps", float64(len(moments)+len(back)))
	}

	// The last k steps, from the state before them.
	for k := 1; k <= steps; k++ {
		first := moments[steps-k]
		got := layer(l, x[steps-k:], first.before, dh)
		check("h", got[0], moments[steps-1].after.h)
		check("c", got[1], moments[steps-1].after.c)
		if k == steps {
			check("gradient of the kernel", got[2], slices.Concat(sum.kernel...))
			check("gradient of the bias", got[3], sum.bias)
			continue
		}
		check("gradient of h", got[4], back[k].h)
		check("gradient of c", got[5], back[k].c)
	}
	_, after := l.step(x[0], start)
	built := call(graphStep, [][]float64{x[0]}, [][]float64{start.h}, [][]float64{start.c}, l.kernel, l.bias)
	check("h of the graph", built[0], after.h)
	check("c of the graph", built[1], after.c)
}

// layer returns the last state of package rnn's layer, and the gradient of dh·h with respect to kernel, bias and initial state.
func layer(l lstm, x [][]float64, start state, dh []float64) [][]float64 {
	return call(func(in []*graph.Node) []*graph.Node {
		x, h, c, kernel, bias, dh := in[0], in[1], in[2], in[3], in[4], in[5]
		cell := &rnn.LSTM{Kernel: kernel, Bias: bias, ForgetBias: l.forgetBias}
		last := rnn.Unidirectional(cell, x).InitialState(rnn.State{H: h, C: c}).FinalStates()[0]
		loss := graph.ReduceAllSum(graph.Mul(last.H, dh))
		return append([]*graph.Node{last.H, last.C}, graph.Gradient(loss, kernel, bias, h, c)...)
	}, [][][]float64{x}, [][]float64{start.h}, [][]float64{start.c}, l.kernel, l.bias, [][]float64{dh})
}

var backend = must.M1(gobackend.New(""))

func call[F graph.ExecGraphFn](f F, args ...any) (results [][]float64) {
	for _, t := range must.M1(graph.CallOnceN(backend, f, args...)) {
		results = append(results, tensors.MustCopyFlatData[float64](t))
	}
	return results
}

func check(what string, got, want []float64) {
	if d := largestDifference(got, want); !(d < 1e-13) {
		fail(what, d)
	}
}

func fail(what string, d float64) {
	fmt.Println(what, d)
	os.Exit(1)
}
`

// TestInsideShowsSmallDifferences reads the differences that the notebook's cells printed: those of float32 numbers, of trained networks,
// and those of float64 numbers.
func TestInsideShowsSmallDifferences(t *testing.T) {
	line := regexp.MustCompile(`(?im)^.*largest difference (of|from).*: +(\S+)$`)
	count := map[string]int{}
	for _, found := range line.FindAllStringSubmatch(readNotebook(t, inside).shown(), -1) {
		count[found[1]]++
		bound := map[string]float64{"of": 2e-6, "from": 1e-15}[found[1]]
		if d, err := strconv.ParseFloat(found[2], 64); err != nil || !(d < bound) {
			t.Errorf("%q, want less than %g", found[0], bound)
		}
	}
	if count["of"] < 4 || count["from"] < 11 {
		t.Errorf("the outputs have %d differences of float32 and %d of float64 numbers, want 4 and 11: commit the notebook with the outputs of a full run",
			count["of"], count["from"])
	}
}
