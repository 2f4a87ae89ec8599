// -*- coding: utf-8 -*-
// ---
// jupyter:
//   jupytext:
//     text_representation:
//       extension: .go
//       format_name: percent
//       format_version: '1.3'
//       jupytext_version: 1.19.6
//   kernelspec:
//     display_name: Go (gonb)
//     language: go
//     name: gonb
// ---

// %% [markdown]
// # Inside the LSTM
//
// The tutorial gets its layer from `rnn.NewLSTM` and trains it. This notebook opens the layer. You write one step of an LSTM (*long short-term memory*) in plain Go and watch its memory while it reads a digit. Then you compute its loss and its gradient by hand, and see how far the gradient reaches. Your results are compared with those of the real layer, and the largest difference is printed.
//
// **What you will learn**
//
// - what the three gates of an LSTM do, as fifteen lines of Go
// - what a network believes after each row of a digit, read from the top, from the bottom and from both ends
// - how cross-entropy and backpropagation through time work, and how to check a gradient
// - why the forget gate has a bias of 1
// - what `outputs[-1]` has seen, and how to compare networks fairly
//
// **Time.** Two to three minutes for all cells on two cores, most of it for training ten networks for one epoch each. A second run trains nothing and takes about one minute.
//
// **Before you start.** You know Go and have read [the tutorial](bidirectional_rnn.ipynb). Sections 3 and 4 use derivatives and the chain rule.
//
// **Contents**
//
// [Set-up](#Set-up)
//
// 1. [One step by hand](#1.-One-step-by-hand)
// 2. [A digit, row by row](#2.-A-digit,-row-by-row)
// 3. [The loss](#3.-The-loss)
// 4. [Backpropagation through time](#4.-Backpropagation-through-time)
// 5. [What the last output has seen](#5.-What-the-last-output-has-seen)
// 6. [A loop, or unrolled](#6.-A-loop,-or-unrolled)
//
// [What you learned](#What-you-learned), [Where to read on](#Where-to-read-on)

// %% [markdown]
// ## Set-up
//
// As in the tutorial, the first cell says which packages the cells use, and opens the backend, which does the computing. Its output names the backend.

// %%
// !*cp "${GONB_DIR}/../go.mod" "${GONB_DIR}/../go.sum" .
// !*go mod edit -module=cells -require=github.com/easy-gomlx/tutorials@v0.0.0 -replace="github.com/easy-gomlx/tutorials=${GONB_DIR}/.."
// %noautoget
// %goflags -ldflags=-s
import (
	"context"
	"fmt"
	"sync"

	"github.com/easy-gomlx/tutorials/birnn"           // training and prediction
	"github.com/easy-gomlx/tutorials/birnn/backend"   // XLA or pure Go
	"github.com/easy-gomlx/tutorials/birnn/mnist"     // the data
	"github.com/easy-gomlx/tutorials/birnn/rnn"       // the real LSTM
	"github.com/easy-gomlx/tutorials/plotting"        // draws figures
	"github.com/easy-gomlx/tutorials/plotting/inline" // shows them here
	"github.com/gomlx/compute"                        // what backends are
	"github.com/gomlx/compute/dtypes"                 // types of numbers
	"github.com/gomlx/compute/shapes"                 // shapes of tensors
	"github.com/gomlx/gomlx/core/graph"               // operations on tensors
	"github.com/gomlx/gomlx/core/tensors"             // their values
	"github.com/gomlx/gomlx/ml/model"                 // variables
	"github.com/janpfeifer/must"                      // stops the cell at an error
)

// openBackend opens the backend, which computes, once in each cell that needs it.
var openBackend = sync.OnceValue(func() compute.Backend {
	return must.M1(backend.Open(context.Background()))
})

// show displays a figure below the cell.
func show(figure *plotting.Figure, err error) {
	must.M(err)
	must.M(inline.Show(figure))
}

// init_check runs first in every cell: an error is reported in a few lines.
func init_check() { must.M = inline.Check }

//gonb:%%
fmt.Println("Backend:", backend.Describe(openBackend()))

// %% [markdown]
// These are the numbers to play with. All networks have the tutorial's size. One epoch gives each an accuracy above 90%, which is enough for what follows. `example` is the test image that sections 2 and 3 look at; the text below their figures is about image 0.

// %%
const (
	timesteps = 28  // rows of an image: the length of the sequence
	numInput  = 28  // pixels in a row: the input at one time step
	nClasses  = 10  // the ten digits
	numHidden = 128 // hidden units of each LSTM
)

const (
	epochs  = 1 // of each training
	seeds   = 3 // how often each kind of network is trained in section 5
	example = 0 // the test image to look at: 0 to 9999
)

// %% [markdown]
// ## 1. One step by hand
//
// ### 1.1. The equations
//
// An LSTM has two vectors as its memory: the *cell state* $c$, which it keeps to itself, and the *hidden state* $h$, which it shows to the rest of the network. A step takes the input $x_t$ and the memory $h_{t-1}, c_{t-1}$, and returns the new memory. First the input and the old hidden state, joined into one row, are multiplied by a matrix. The result has four parts of the same length:
//
// $$ (z_i,\; z_j,\; z_f,\; z_o) = [x_t, h_{t-1}]\,W + b $$
//
// Each part becomes a gate, or the candidate ($\sigma$ is the sigmoid $1/(1+e^{-z})$, which lies between 0 and 1; $\odot$ is the product element by element):
//
// $$
// \begin{aligned}
// i_t &= \sigma(z_i) && \text{input gate: how much of the candidate is written} \\
// j_t &= \tanh(z_j) && \text{candidate: what may be written, between -1 and 1} \\
// f_t &= \sigma(z_f + 1) && \text{forget gate: how much of the old cell state is kept} \\
// o_t &= \sigma(z_o) && \text{output gate: how much of the cell state is shown} \\
// c_t &= f_t \odot c_{t-1} + i_t \odot j_t && \text{keep some of the old, write some of the new} \\
// h_t &= o_t \odot \tanh(c_t) && \text{show some of the result}
// \end{aligned}
// $$
//
// The 1 in the forget gate is the *forget bias*; section 4 shows what it is good for.
//
// ### 1.2. The step in plain Go
//
// First the types. The matrix $W$ has one row for each input and each hidden unit, and four blocks of columns, in the order i, j, f, o.

// %%
// lstm is an LSTM cell with its weights.
type lstm struct {
	kernel     [][]float64 // W, [inputs+hidden][4*hidden]
	bias       []float64   // b, [4*hidden]
	forgetBias float64
}

// state is the memory between two steps, gates are what a step computes on its way.
// Each slice is [hidden].
type (
	state struct{ h, c []float64 }
	gates struct{ i, j, f, o []float64 }
)

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// %% [markdown]
// And this is the whole LSTM: fifteen lines. The first loop computes $z$; in the second, each line is one of the six equations for hidden unit `u`.

// %%
// step takes one time step, from the input x and the state before it to the state after it.
func (l lstm) step(x []float64, before state) (g gates, after state) {
	z := slices.Clone(l.bias)
	for k, v := range slices.Concat(x, before.h) {
		for column, w := range l.kernel[k] {
			z[column] += v * w
		}
	}
	for u, n := 0, len(before.h); u < n; u++ {
		g.i = append(g.i, sigmoid(z[u]))
		g.j = append(g.j, math.Tanh(z[n+u]))
		g.f = append(g.f, sigmoid(z[2*n+u]+l.forgetBias))
		g.o = append(g.o, sigmoid(z[3*n+u]))
		after.c = append(after.c, g.f[u]*before.c[u]+g.i[u]*g.j[u])
		after.h = append(after.h, g.o[u]*math.Tanh(after.c[u]))
	}
	return g, after
}

// %% [markdown]
// ### 1.3. Is it right?
//
// A small cell is enough to find out: three inputs, two hidden units, weights that are all different, so that no two can be confused. The sequence `tinyX` has four time steps; this section takes the first, section 4 all of them.

// %%
var tiny = lstm{
	kernel: [][]float64{
		// two columns each for i, j, f and o
		{-0.875, 0.575, -0.825, 0.075, 0.375, 0.475, 0.125, 0.975},      // input 0
		{-0.025, 0.325, 0.625, -0.125, 0.525, 0.825, 0.675, 0.425},      // input 1
		{-0.775, -0.275, -0.475, 0.775, 0.175, 0.225, 0.725, 0.025},     // input 2
		{-0.075, 0.275, -0.675, -0.325, -0.625, 0.925, -0.925, -0.175},  // hidden unit 0
		{-0.975, -0.225, -0.725, -0.425, -0.525, -0.575, -0.375, 0.875}, // hidden unit 1
	},
	bias:       []float64{0.25, -0.25, -0.15, 0.05, -0.05, 0.15, 0.35, -0.35},
	forgetBias: 1,
}

// A sequence for it, and the state before it.
var tinyX = [][]float64{
	{-0.35, 0.45, -0.15}, {-0.55, 0.35, 0.55}, {-0.45, -0.05, 0.05}, {-0.25, 0.15, 0.25},
}
var tinyStart = state{h: []float64{0.1, -0.2}, c: []float64{0.4, -0.3}}

// %% [markdown]
// The numbers to compare with come from TensorFlow 2.21: its `BasicLSTMCell`, in double precision, with these weights. The program that printed them is `notebooks/testdata/cell.py`. A `float64` has 16 significant digits, so a difference of $10^{-16}$ or so is rounding.

// %%
// largestDifference returns the largest difference between two numbers at the same place.
func largestDifference(a, b []float64) (largest float64) {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	for k := range a {
		largest = max(largest, math.Abs(a[k]-b[k]))
	}
	return largest
}

//gonb:%%
_, after := tiny.step(tinyX[0], tinyStart)
fmt.Println("h", after.h)
fmt.Println("c", after.c)
hWant := []float64{0.3570525029419268, -0.09383521826522316}
cWant := []float64{0.6581991326842265, -0.2899500810319775}
fmt.Printf("Largest difference from TensorFlow, h: %.1g\n", largestDifference(after.h, hWant))
fmt.Printf("Largest difference from TensorFlow, c: %.1g\n", largestDifference(after.c, cWant))

// %% [markdown]
// ### 1.4. The layer of package rnn
//
// Package `rnn` works on the *graphs* of GoMLX: its functions describe a computation on tensors, which the compiler XLA (*Accelerated Linear Algebra*) translates later. It works on batches of sequences, so our vectors become matrices with one row. `LSTM.Step` takes one step, with the same weights in the same order.

// %%
// layerStep is one step of package rnn's LSTM: x is [1, inputs], h and c are [1, hidden].
func layerStep(x, h, c, kernel, bias *graph.Node) (hNext, cNext *graph.Node) {
	cell := &rnn.LSTM{Kernel: kernel, Bias: bias, ForgetBias: 1}
	after := cell.Step(x, rnn.State{H: h, C: c})
	return after.H, after.C
}

// %% [markdown]
// `onBackend` compiles such a graph function and calls it. The cell compares its result with your step's.

// %%
// onBackend compiles such a step and calls it for the first step of the tiny cell.
func onBackend(step func(x, h, c, kernel, bias *graph.Node) (hNext, cNext *graph.Node)) state {
	batch := func(v []float64) [][]float64 { return [][]float64{v} }
	results := must.M1(graph.CallOnceN(openBackend(), step,
		batch(tinyX[0]), batch(tinyStart.h), batch(tinyStart.c), tiny.kernel, tiny.bias))
	h := tensors.MustCopyFlatData[float64](results[0])
	c := tensors.MustCopyFlatData[float64](results[1])
	return state{h, c}
}

//gonb:%%
_, want := tiny.step(tinyX[0], tinyStart)
got := onBackend(layerStep)
fmt.Printf("Largest difference from package rnn, h: %.1g\n", largestDifference(got.h, want.h))
fmt.Printf("Largest difference from package rnn, c: %.1g\n", largestDifference(got.c, want.c))

// %% [markdown]
// ### 1.5. The same as a GoMLX graph
//
// How would you write the step as a graph yourself? Each operation on a vector becomes a function call that returns a node. Compare it with the equations, line by line.

// %%
// graphStep is one step of an LSTM with forget bias 1: x is [batch, inputs], h and c are
// [batch, hidden].
func graphStep(x, h, c, kernel, bias *graph.Node) (hNext, cNext *graph.Node) {
	row := graph.Concatenate([]*graph.Node{x, h}, 1)
	z := graph.Add(graph.MatMul(row, kernel), graph.ExpandAxes(bias, 0)) // [batch, 4*hidden]
	n := h.Shape().Dim(1)
	part := func(k int) *graph.Node {
		return graph.Slice(z, graph.AxisRange(), graph.AxisRange(k*n, (k+1)*n))
	}

	i, j := graph.Sigmoid(part(0)), graph.Tanh(part(1))
	f, o := graph.Sigmoid(graph.AddScalar(part(2), 1)), graph.Sigmoid(part(3))
	cNext = graph.Add(graph.Mul(f, c), graph.Mul(i, j))
	hNext = graph.Mul(o, graph.Tanh(cNext))
	return hNext, cNext
}

//gonb:%%
_, want := tiny.step(tinyX[0], tinyStart)
got := onBackend(graphStep)
fmt.Printf("Largest difference from plain Go, h: %.1g\n", largestDifference(got.h, want.h))
fmt.Printf("Largest difference from plain Go, c: %.1g\n", largestDifference(got.c, want.c))

// %% [markdown]
// Plain Go, package `rnn` and your own graph: three ways, one result. The advantage of a graph is that GoMLX can derive the gradient from it, and that XLA can run it on all cores, or on a GPU (*graphics processing unit*), for a whole batch.

// %% [markdown]
// **Three questions**
//
// <details><summary>The tutorial's cell has 28 inputs and 128 hidden units. How many numbers are in its W and b?</summary>
//
// W has 28 + 128 rows and 4 · 128 columns, and b has 4 · 128 numbers. That makes 156 · 512 + 512 = 80,384.
//
// </details>
//
// <details><summary>Which gate values let a cell keep a number for a hundred steps without any change?</summary>
//
// f = 1 and i = 0: then the new cell state is the old one. A sigmoid never quite gets there, but it comes close.
//
// </details>
//
// <details><summary>Can h be larger than 1? Can c?</summary>
//
// h can't: it is the product of a gate and a tanh, and neither is ever larger than 1. c can: with f and i near 1 and j near 1 it grows by almost 1 in each step, up to the number of steps.
//
// </details>

// %% [markdown]
// ## 2. A digit, row by row
//
// ### 2.1. Three networks
//
// We want to see what a network knows after each row of a digit. That depends on the order in which it reads, so here are three networks:
//
// - **top** has one LSTM, which reads from the top row to the bottom row.
// - **bottom** has one LSTM, which reads from the bottom row to the top row.
// - **both** has both. It is the built-in network of package `birnn`, set to `FinalStates`: each half has read the whole image when the output layer gets its state.
//
// In all three, the output layer turns the last hidden state into a score for each class, as in the tutorial.

// %%
import "github.com/gomlx/gomlx/ml/model/initializer"

// topLogits maps images x, [batch, timesteps, numInput], to scores, [batch, nClasses].
// It reads from the top.
func topLogits(scope *model.Scope, x *graph.Node) *graph.Node {
	cell := rnn.NewLSTM(scope.In("fw"), x, numHidden, 1)
	return outputLayer(scope, rnn.Unidirectional(cell, x).Final())
}

// bottomLogits does the same from the bottom.
func bottomLogits(scope *model.Scope, x *graph.Node) *graph.Node {
	cell := rnn.NewLSTM(scope.In("bw"), x, numHidden, 1)
	return outputLayer(scope, rnn.Unidirectional(cell, x).Reverse().Final())
}

// outputLayer maps the hidden state h, [batch, numHidden], to scores.
func outputLayer(scope *model.Scope, h *graph.Node) *graph.Node {
	W := scope.WithInitializer(birnn.TruncatedNormal(scope, 0.01)).
		VariableWithShape("W", shapes.Make(dtypes.Float32, numHidden, nClasses))
	b := scope.WithInitializer(initializer.Zero).
		VariableWithShape("b", shapes.Make(dtypes.Float32, nClasses))
	return graph.Add(graph.MatMul(h, W.NodeValue(h)), graph.ExpandAxes(b.NodeValue(h), 0))
}

// %% [markdown]
// A `kind` is one of these networks. Each training run has a folder of its own, in which the network is saved; `train` does nothing if that has been done before. To train other networks, with another `numHidden` for instance, also change the name `inside_the_lstm` in `dir`. The loops over epochs and batches, which the tutorial writes out, are in `net.Train` here.

// %%
// kind is a kind of network. Where network is the zero value, it is the built-in one.
type kind struct {
	name    string
	network birnn.Network
	readout birnn.Readout // of the built-in network
}

var (
	top    = kind{name: "top", network: birnn.Network{Logits: topLogits}}
	bottom = kind{name: "bottom", network: birnn.Network{Logits: bottomLogits}}
	both   = kind{name: "both", readout: birnn.FinalStates}
)

// dir is the folder of a training run. The environment variable is set if the notebook runs
// without a browser.
func (k kind) dir(seed int) string {
	folder := filepath.Join("checkpoints", "inside_the_lstm", fmt.Sprintf("%s-%d", k.name, seed))
	return filepath.Join(os.Getenv("EASY_GOMLX_CHECKPOINTS"), folder)
}

// %% [markdown]
// The seed determines the initial weights and the order of the images.

// %%
// train trains the network of this kind with that seed.
func (k kind) train(ctx context.Context, set *mnist.Set, seed int) error {
	cfg := birnn.DefaultConfig() // the tutorial's
	cfg.NumHidden, cfg.Epochs, cfg.Readout, cfg.Seed = numHidden, epochs, k.readout, int64(seed)
	net := must.M1(k.network.Resume(openBackend(), cfg, k.dir(seed)))
	defer net.Close()
	return net.Train(ctx, birnn.Examples{X: set.Images, Y: set.Labels}, birnn.Examples{}, nil)
}

// load returns the trained network.
func (k kind) load(seed int) *birnn.Model {
	return must.M1(k.network.Load(openBackend(), k.dir(seed)))
}

// %% [markdown]
// Train the three; each takes a few seconds. The accuracy is that on the 10,000 test images.

// %%
func loadData() (train, test *mnist.Set) {
	data := must.M1(mnist.Load(context.Background(), ""))
	return data.Train, data.Test
}

//gonb:%%
ctx := inline.Stoppable() // canceled when ■ is pressed
train, test := loadData()
for _, k := range []kind{top, bottom, both} {
	err := k.train(ctx, train, 1)
	if ctx.Err() != nil {
		fmt.Println("Stopped and saved. Run this cell again to continue.")
		return
	}
	must.M(err)
	net := k.load(1)
	_, accuracy := must.M2(net.Evaluate(test.Images, test.Labels))
	fmt.Printf("%-6s %.1f%% right\n", k.name, 100*accuracy)
	must.M(net.Close())
}

// %% [markdown]
// 'both' is ahead. Do not read much into the difference between 'top' and 'bottom': that is one run of each, and section 5 shows how much chance there is in such a number.
//
// ### 2.2. The trained weights in your own step
//
// Now your step reads real digits. The weights are in the folder of the training run, in a file in the *safetensors* format: the length of a header, the header in JSON, which says where each variable is, and then all numbers.

// %%
// weights returns the trained variables in a folder by their names, each row by row.
func weights(dir string) map[string][]float32 {
	file := must.M1(os.ReadFile(filepath.Join(dir, "model.safetensors")))
	start := 8 + int(binary.LittleEndian.Uint64(file))
	var header map[string]struct {
		DType   string
		Offsets []int `json:"data_offsets"`
	}
	must.M(json.Unmarshal(file[8:start], &header))
	all := map[string][]float32{}
	for name, v := range header {
		if v.DType == "F32" {
			all[name] = make([]float32, (v.Offsets[1]-v.Offsets[0])/4)
			must.M1(binary.Decode(file[start+v.Offsets[0]:], binary.LittleEndian, all[name]))
		}
	}
	return all
}

// %% [markdown]
// The numbers of a variable come in one long row; `matrix` cuts it up.

// %%
// matrix returns the rows of a matrix that is stored row by row.
func matrix(numbers []float32, columns int) (rows [][]float64) {
	for k, v := range numbers {
		if k%columns == 0 {
			rows = append(rows, nil)
		}
		rows[k/columns] = append(rows[k/columns], float64(v))
	}
	return rows
}

// %% [markdown]
// A `reader` is a trained network in plain Go: one or two cells, and the output layer.

// %%
// reader has the cells that read down from the top and up from the bottom (nil if there is
// none), and the output layer.
type reader struct {
	down, up *lstm
	w        [][]float64 // [hidden states of both cells, joined][nClasses]
	b        []float64
}

// reader returns the network that was trained with seed 1.
func (k kind) reader() reader {
	all := weights(k.dir(1))
	cell := func(name string) *lstm {
		if all[name+"/kernel"] == nil {
			return nil
		}
		kernel := matrix(all[name+"/kernel"], 4*numHidden)
		bias := matrix(all[name+"/bias"], 4*numHidden)[0]
		return &lstm{kernel: kernel, bias: bias, forgetBias: 1}
	}
	w, b := matrix(all["W"], nClasses), matrix(all["b"], nClasses)
	return reader{down: cell("fw"), up: cell("bw"), w: w, b: b[0]}
}

// %% [markdown]
// To read a sequence is to take one step after the other. `read` keeps everything that was computed, because we are going to look at it.

// %%
// moment is one time step of a sequence that was read.
type moment struct {
	x             []float64
	before, after state
	gates
}

// read takes the cell over a sequence, from the state s.
func (l lstm) read(rows [][]float64, s state) (moments []moment) {
	for _, x := range rows {
		g, after := l.step(x, s)
		moments = append(moments, moment{x, s, after, g})
		s = after
	}
	return moments
}

// blank is the state before the first step.
func blank() state {
	return state{h: make([]float64, numHidden), c: make([]float64, numHidden)}
}

// %% [markdown]
// A cell that reads from the bottom gets the rows in reverse.

// %%
// reversed returns the rows from the last to the first.
func reversed(rows [][]float64) [][]float64 {
	rows = slices.Clone(rows)
	slices.Reverse(rows)
	return rows
}

// %% [markdown]
// The output layer reads the hidden states of all cells, joined into one row. `hidden` returns them after each step: after step k, one cell has read k rows from the top, and the other k rows from the bottom.

// %%
// hidden returns the hidden states of the cells after each step, joined.
func (r reader) hidden(rows [][]float64) [][]float64 {
	all := make([][]float64, len(rows))
	add := func(cell *lstm, rows [][]float64) {
		if cell == nil {
			return
		}
		for k, m := range cell.read(rows, blank()) {
			all[k] = append(all[k], m.after.h...)
		}
	}
	add(r.down, rows)
	add(r.up, reversed(rows))
	return all
}

// %% [markdown]
// From hidden states to scores it is one more matrix product, and a bias.

// %%
// scores returns the score of each class, given the hidden states.
func (r reader) scores(hidden []float64) []float64 {
	s := slices.Clone(r.b)
	for k, h := range hidden {
		for class, w := range r.w[k] {
			s[class] += h * w
		}
	}
	return s
}

// %% [markdown]
// The *softmax* turns the scores into probabilities: it makes them positive with $e^s$ and divides them by their sum.

// %%
// softmax turns scores into probabilities. It subtracts the largest score first, which changes
// nothing, so that no exponential overflows.
func softmax(scores []float64) []float64 {
	p, sum, largest := make([]float64, len(scores)), 0.0, slices.Max(scores)
	for k, s := range scores {
		p[k] = math.Exp(s - largest)
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

// %% [markdown]
// Does it compute what the trained network computes? Package `birnn` uses `float32` numbers, which have seven significant digits, so a difference of $10^{-7}$ to $10^{-6}$ is rounding.

// %%
//gonb:%%
_, test := loadData()
for _, k := range []kind{top, bottom, both} {
	net, r, worst := k.load(1), k.reader(), 0.0
	for image, p := range must.M1(net.Predict(test.Images[:50*timesteps*numInput])) {
		hidden := r.hidden(matrix(test.Image(image), numInput))
		mine := softmax(r.scores(hidden[timesteps-1]))
		worst = max(worst, largestDifference(mine, matrix(p, nClasses)[0]))
	}
	fmt.Printf("%-6s largest difference of 500 probabilities: %.1g\n", k.name, worst)
	must.M(net.Close())
}

// %% [markdown]
// ### 2.3. Gates and states
//
// Now we can look inside. The next figure shows what the forward cell of 'both', which reads from the top, computes while it reads one digit. Each map has a row for each row of the image, and a column for each of the 128 hidden units.

// %%
// heatMap returns a value of each step, [timesteps][numHidden], with the columns in that order.
func heatMap(
	name string, moments []moment, order []int, value func(moment) []float64,
) plotting.Map {
	m := plotting.Map{Name: name}
	for _, moment := range moments {
		row := make([]float32, len(order))
		for k, unit := range order {
			row[k] = float32(value(moment)[unit])
		}
		m.Values = append(m.Values, row)
	}
	return m
}

// %% [markdown]
// The units of a cell have no order of their own. In the figure they are sorted by their forget gate, those that forget most on the left.

// %%
// byForgetGate returns the units, sorted by the mean of their forget gate.
func byForgetGate(moments []moment) []int {
	mean, order := make([]float64, numHidden), make([]int, numHidden)
	for u := range order {
		order[u] = u
		for _, m := range moments {
			mean[u] += m.f[u] / timesteps
		}
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(mean[a], mean[b]) })
	return order
}

// %% [markdown]
// The gates lie between 0 (white) and 1 (dark). The states have either sign: blue is positive, brown is negative. Go down a map to see how a unit changes while the digit is read.

// %%
//gonb:%%
_, test := loadData()
image := test.Image(example)
moments := both.reader().down.read(matrix(image, numInput), blank())
order := byForgetGate(moments)
show(plotting.States(image,
	heatMap("input gate i", moments, order, func(m moment) []float64 { return m.i }),
	heatMap("forget gate f", moments, order, func(m moment) []float64 { return m.f }),
	heatMap("output gate o", moments, order, func(m moment) []float64 { return m.o }),
	heatMap("cell state c", moments, order, func(m moment) []float64 { return m.after.c }),
	heatMap("hidden state h", moments, order, func(m moment) []float64 { return m.after.h }),
))

// %% [markdown]
// **What to look for.** The rows are counted from 0. In the first seven, which are blank, nothing happens: the states stay near zero, the input and output gates are about half open, and the forget gate is at about $\sigma(1) = 0.73$. With the first ink, each unit begins to go its own way. From row 12 or so the forget gate is darker than before: most units keep what they have. So their columns in the map of the cell state change slowly, from row to row, and grow; the hidden state follows, but never leaves the range from −1 to 1.
//
// At the left edge the forget gate gets pale from row 20 on, and the cell state with it: these few units lose most of what they had stored.

// %% [markdown]
// ### 2.4. Belief
//
// A network's *belief* after a step is what it would answer if it had to stop there: the probabilities that its output layer gives for its hidden states at that time. No network was trained for this; each has only been asked after all 28 rows.
//
// For 'both', step k means k rows from the top and k rows from the bottom. So after step 14 the whole image has been read once, and after step 28 each row has been read from both sides. (In a program of your own, a `Stream` of package `infer` gives an answer after each row. Its backward cell reads all rows so far, from the last to the first, so for 'both' these are other numbers than here.)

// %%
// belief returns the probabilities after each step, [timesteps][nClasses].
func (r reader) belief(rows [][]float64) (all [][]float64) {
	for _, h := range r.hidden(rows) {
		all = append(all, softmax(r.scores(h)))
	}
	return all
}

// beliefMap returns probabilities for the figure.
func beliefMap(name string, belief [][]float64) plotting.Map {
	m := plotting.Map{Name: name}
	for _, p := range belief {
		row := make([]float32, len(p))
		for class := range p {
			row[class] = float32(p[class])
		}
		m.Values = append(m.Values, row)
	}
	return m
}

// %% [markdown]
// In the figure each column is a class, and dark is a high probability. Read the first and the third map downward. The second begins at the bottom, where its network begins; read it upward. In the third, row 0 is the belief after one row from each end, row 27 that after all.

// %%
//gonb:%%
_, test := loadData()
image := test.Image(example)
rows := matrix(image, numInput)
show(plotting.Beliefs(image, test.Labels[example],
	beliefMap("from the top", top.reader().belief(rows)),
	beliefMap("from the bottom", reversed(bottom.reader().belief(rows))),
	beliefMap("from both ends", both.reader().belief(rows))))

// %% [markdown]
// **What to look for.** A dot marks the most probable class after each row, a frame the true class, and the numbers at the right are its probability. From the top, the belief stays spread out as long as only the bar of the 7 has been read; then the slanting stroke looks like a 4 and a 9, and only the last rows make it a 7. From the bottom, the stroke looks like a 1 until the whole bar, rows 10 to 7, has been read; from row 6 on it is a 7. The two begin with different evidence, and are wrong in different ways. 'From both ends' knows one step earlier than 'from the top', but by no means after half of the steps.

// %% [markdown]
// One digit is an anecdote. How many rows does each network need in general? The next cell asks for the belief after each step, for 100 test images, and counts how often its largest probability is right.

// %%
// shareRight returns, for each step, the share of n test images for which the belief is right.
func (r reader) shareRight(test *mnist.Set, n int) []float64 {
	share := make([]float64, timesteps)
	for image := range n {
		for k, p := range r.belief(matrix(test.Image(image), numInput)) {
			if p[test.Labels[image]] == slices.Max(p) {
				share[k] += 1 / float64(n)
			}
		}
	}
	return share
}

// %% [markdown]
// A network that guesses is right for one image in ten. When does each begin to know?

// %%
//gonb:%%
_, test := loadData()
var steps []float64
for k := range timesteps {
	steps = append(steps, float64(k+1))
}
line := func(name string, k kind) plotting.Line {
	right := k.reader().shareRight(test, 100)
	return plotting.Line{Name: name, X: steps, Runs: [][]float64{right}}
}
axes := plotting.Axes{
	Title: "Right answers after each step", X: "steps", Y: "right, of 100 images", Percent: true,
}
show(plotting.Lines(axes,
	line("from the top", top), line("from the bottom", bottom), line("from both ends", both)))

// %% [markdown]
// **What to look for.** After half of the steps no network knows much. Even 'both', which has read all rows by then, is right on few of the images: each half stands in the middle of the image, where nobody asked it during training. In the second half 'both' rises first. At the end all are close together; each point is out of 100 images, so a difference of five points means little.

// %% [markdown]
// **Three questions**
//
// <details><summary>Why is the belief after the first rows nearly the same for all images?</summary>
//
// The first rows are blank in almost every image, so up to there the network has read the same. What it says then depends on its weights only.
//
// </details>
//
// <details><summary>Why may a belief be sure and wrong in the middle of an image?</summary>
//
// The network was never asked there. Training only compares the answer after the last row with the truth, so nothing keeps the earlier beliefs from being wrong, or too sure.
//
// </details>
//
// <details><summary>Why does 'both' need fewer steps than 'top', although each step is the same step of an LSTM?</summary>
//
// What the figure calls a step is two for 'both', one from each end. After 18 of them, when 'both' is right on half of the images, its two cells have read 36 rows; 'top' has read 18.
//
// </details>

// %% [markdown]
// ## 3. The loss
//
// ### 3.1. Cross-entropy on one image
//
// Training needs a single number that says how wrong an answer is. That number is the *cross-entropy*. With $p_y$, the probability that the network gives to the true class $y$, and the scores $s$ before the softmax:
//
// $$ L = -\ln p_y = \ln \sum_k e^{s_k} - s_y $$
//
// In words: the loss is 0 if the network is sure and right, and grows without bound as the probability of the truth goes to 0. The right-hand side is how it is computed: from the scores, where nothing is rounded to 0.

// %%
// crossEntropy returns the loss of the scores, if the true class is y.
func crossEntropy(scores []float64, y int) float64 {
	largest, sum := slices.Max(scores), 0.0
	for _, s := range scores {
		sum += math.Exp(s - largest)
	}
	return math.Log(sum) + largest - scores[y]
}

// %% [markdown]
// The next figure shows the loss for each probability of the true class. A network that knows nothing gives each of ten digits a probability of 10%.

// %%
//gonb:%%
curve := plotting.Line{Name: "-ln p", Runs: [][]float64{nil}}
for k := range 200 {
	p := float64(k+1) / 200
	curve.X = append(curve.X, p)
	curve.Runs[0] = append(curve.Runs[0], -math.Log(p))
}
fmt.Printf("Loss at p = 0.1: %.2f, at p = 0.9: %.2f\n", -math.Log(0.1), -math.Log(0.9))
axes := plotting.Axes{Title: "Cross-entropy", X: "probability of the true class", Y: "loss"}
show(plotting.Lines(axes, curve))

// %% [markdown]
// **What to look for.** From right to left, the curve first rises slowly and then ever faster: to be unsure costs little, to be sure and wrong costs a lot. A network that knows nothing has a loss of $\ln 10 = 2.30$, which is where the tutorial's loss curve begins.
//
// Now the loss of the example, for 'both'. The last column is what the loss would be if that digit were the true one.

// %%
//gonb:%%
_, test := loadData()
r := both.reader()
hidden := r.hidden(matrix(test.Image(example), numInput))
scores := r.scores(hidden[timesteps-1])
fmt.Println("The true digit is", test.Labels[example])
fmt.Println("digit   score   probability   loss if true")
for digit, p := range softmax(scores) {
	loss := crossEntropy(scores, digit)
	fmt.Printf("%5d %7.2f %13.6f %14.4f\n", digit, scores[digit], p, loss)
}

// %% [markdown]
// ### 3.2. Is it right?
//
// `net.Evaluate` computes the mean loss of a batch, here a batch of one image. Its weights and its results are `float32` numbers.

// %%
//gonb:%%
_, test := loadData()
net, r, worst := both.load(1), both.reader(), 0.0
defer net.Close()
for k := range 20 {
	hidden := r.hidden(matrix(test.Image(k), numInput))
	mine := crossEntropy(r.scores(hidden[timesteps-1]), int(test.Labels[k]))
	loss, _ := must.M2(net.Evaluate(test.Image(k), test.Labels[k:k+1]))
	worst = max(worst, math.Abs(loss-mine))
}
fmt.Printf("Largest difference of the losses of 20 images: %.1g\n", worst)

// %% [markdown]
// ### 3.3. Where the gradient begins
//
// The derivative of the loss with respect to the scores is remarkably simple: what the network said, minus what it should have said.
//
// $$ \frac{\partial L}{\partial s_k} = p_k - [k = y] $$
//
// The last term is 1 for the true class and 0 for all others. So the score of the true class is pushed up by what its probability lacks, and each other score is pushed down by its probability. The cell compares the formula with the gradient that GoMLX derives from `birnn.CrossEntropy`.

// %%
// scoresGradient returns the derivative of the loss with respect to each score.
func scoresGradient(scores []float64, y int) []float64 {
	gradient := softmax(scores)
	gradient[y]--
	return gradient
}

// lossGradient is the same as a graph: scores is [1, classes], y is [1].
func lossGradient(scores, y *graph.Node) *graph.Node {
	return graph.Gradient(birnn.CrossEntropy(scores, y), scores)[0]
}

//gonb:%%
scores := []float64{2, -1, 0.5, 3}
derived := must.M1(graph.CallOnce(openBackend(), lossGradient, [][]float64{scores}, []int32{2}))
fmt.Printf("Probabilities: %.3f\n", softmax(scores))
fmt.Printf("Gradient:      %.3f (the true class is 2)\n", scoresGradient(scores, 2))
fmt.Printf("Largest difference from GoMLX: %.1g\n",
	largestDifference(scoresGradient(scores, 2), tensors.MustCopyFlatData[float64](derived)))

// %% [markdown]
// **Three questions**
//
// <details><summary>What is the sum of this gradient over all classes, and why?</summary>
//
// Zero: the probabilities sum to 1, and 1 is subtracted once. Adding the same number to all scores changes no probability, so it must not change the loss either.
//
// </details>
//
// <details><summary>Two networks are right on the same images. Can their losses differ?</summary>
//
// Yes. Accuracy only asks which probability is the largest; the loss asks how large that of the truth is. A network that is sure where it is right has the smaller loss.
//
// </details>
//
// <details><summary>The probability of the truth is so small that it is rounded to 0. What would -ln p say, and what does crossEntropy say?</summary>
//
// -ln 0 is infinite. From the scores, the loss is computed without ever rounding the probability: it is about the distance between the largest score and that of the truth.
//
// </details>

// %% [markdown]
// ## 4. Backpropagation through time
//
// ### 4.1. One step back
//
// Training needs the derivative of the loss with respect to every weight. The chain rule gives it, from the end of the sequence to its beginning. Write $\delta v$ for the derivative of the loss with respect to a value $v$. A step back gets $\delta h_t$ and $\delta c_t$ from the step after it. The cell state $c_t$ changes the loss in two ways: through $c_{t+1}$, which is in $\delta c_t$ already, and through $h_t$, which the first line adds ($\leftarrow$ means that the left side gets a new value). The other lines take the result back to the gates and to the cell state before:
//
// $$
// \begin{aligned}
// \delta c_t &\leftarrow \delta c_t + \delta h_t \odot o_t \odot (1 - \tanh^2 c_t) && h_t \text{ depends on } c_t \\
// \delta z_i &= \delta c_t \odot j_t \odot i_t\,(1 - i_t) && \text{because } \sigma' = \sigma(1-\sigma) \\
// \delta z_j &= \delta c_t \odot i_t \odot (1 - j_t^2) && \text{because } \tanh' = 1-\tanh^2 \\
// \delta z_f &= \delta c_t \odot c_{t-1} \odot f_t\,(1 - f_t) \\
// \delta z_o &= \delta h_t \odot \tanh c_t \odot o_t\,(1 - o_t) \\
// \delta c_{t-1} &= \delta c_t \odot f_t && \text{the way back through the memory}
// \end{aligned}
// $$
//
// The last line is the point of the LSTM: on the direct way back through the cell state, the gradient is multiplied by the forget gate and by nothing else.

// %%
// gatesBack takes the gradient d of the state after a step back to z and to the cell state
// before the step.
func gatesBack(m moment, d state) (dz, dcBefore []float64) {
	n := len(d.h)
	dz, dcBefore = make([]float64, 4*n), make([]float64, n)
	for u := range n {
		i, j, f, o, tanh := m.i[u], m.j[u], m.f[u], m.o[u], math.Tanh(m.after.c[u])
		dc := d.c[u] + d.h[u]*o*(1-tanh*tanh)
		dz[u] = dc * j * i * (1 - i)
		dz[n+u] = dc * i * (1 - j*j)
		dz[2*n+u] = dc * m.before.c[u] * f * (1 - f)
		dz[3*n+u] = d.h[u] * tanh * o * (1 - o)
		dcBefore[u] = dc * f
	}
	return dz, dcBefore
}

// %% [markdown]
// From $\delta z$ it goes through the matrix, to the weights and to the hidden state before the step. Every step uses the same weights, so their gradients add up over time:
//
// $$
// \delta W \leftarrow \delta W + [x_t, h_{t-1}]^\top\, \delta z, \qquad
// \delta b \leftarrow \delta b + \delta z, \qquad
// [\delta x_t, \delta h_{t-1}] = \delta z\, W^\top
// $$

// %%
// stepBack takes the gradient d of the state after a step to that of the state before it, and
// adds to sum what the step contributes to the gradient of the weights.
func (l lstm) stepBack(m moment, d state, sum lstm) state {
	dz, dcBefore := gatesBack(m, d)
	for column, v := range dz {
		sum.bias[column] += v
	}
	row := slices.Concat(m.x, m.before.h)
	dRow := make([]float64, len(row))
	for k, v := range row {
		for column, w := range l.kernel[k] {
			sum.kernel[k][column] += v * dz[column]
			dRow[k] += w * dz[column]
		}
	}
	return state{h: dRow[len(m.x):], c: dcBefore}
}

// %% [markdown]
// ### 4.2. The whole sequence
//
// *Backpropagation through time* is these steps in a loop, from the last moment to the first. `gradient` also keeps the gradient of the state at each step back; section 4.5 draws it.

// %%
// gradient gets the gradient dh of the last hidden state. It returns the gradient of the weights,
// and that of the state after the last moment, one step earlier and so on.
func (l lstm) gradient(moments []moment, dh []float64) (sum lstm, back []state) {
	sum.bias = make([]float64, len(l.bias))
	for range l.kernel {
		sum.kernel = append(sum.kernel, make([]float64, len(l.bias)))
	}
	d := state{h: dh, c: make([]float64, len(dh))}
	for _, m := range slices.Backward(moments) {
		back = append(back, d)
		d = l.stepBack(m, d, sum)
	}
	return sum, back
}

// %% [markdown]
// ### 4.3. Is it right?
//
// The cell of two units reads its four time steps. For the loss, its two units serve as the scores of two classes, and class 1 is the true one: then the gradient begins with section 3's formula. Your gradient is compared with those of package `rnn`, whose layer brings its own backward pass, and of TensorFlow, for which the cell has the loss and the gradient of the bias.

// %%
// layerGradient is the loss of the tiny cell in package rnn, and its gradient: x is
// [1, time, inputs], the initial state [1, hidden].
func layerGradient(in []*graph.Node) []*graph.Node {
	x, h, c, kernel, bias := in[0], in[1], in[2], in[3], in[4]
	cell := &rnn.LSTM{Kernel: kernel, Bias: bias, ForgetBias: 1}
	scores := rnn.Unidirectional(cell, x).InitialState(rnn.State{H: h, C: c}).Final()
	loss := birnn.CrossEntropy(scores, graph.Const(x.Graph(), []int32{1}))
	return append([]*graph.Node{loss}, graph.Gradient(loss, kernel, bias)...)
}

// %% [markdown]
// The program that printed TensorFlow's numbers is the same as in section 1.3.

// %%
//gonb:%%
moments := tiny.read(tinyX, tinyStart)
last := moments[len(moments)-1].after.h
mine, _ := tiny.gradient(moments, scoresGradient(last, 1))
layer := must.M1(graph.CallOnceN(openBackend(), layerGradient, [][][]float64{tinyX},
	[][]float64{tinyStart.h}, [][]float64{tinyStart.c}, tiny.kernel, tiny.bias))
kernel := tensors.MustCopyFlatData[float64](layer[1])
bias := tensors.MustCopyFlatData[float64](layer[2])
fmt.Printf("Gradient of the bias: %.4f\n", mine.bias)
compare := func(what string, got, want []float64) {
	fmt.Printf("Largest difference from %-20s %.1g\n", what+":", largestDifference(got, want))
}
compare("package rnn, kernel", slices.Concat(mine.kernel...), kernel)
compare("package rnn, bias", mine.bias, bias)
compare("TensorFlow, loss", []float64{crossEntropy(last, 1)}, []float64{0.7584529475589697})
compare("TensorFlow, bias", mine.bias, []float64{
	0.0026872515648701713, -0.014765660697933348, 0.35910283924346703, -0.26441287671013625,
	0.05507223023778922, 0.019583301344514737, 0.0074057728701924855, 0.0070679082375471386})

// %% [markdown]
// ### 4.4. A gradient check by finite differences
//
// What if there is nothing to compare with? Then go back to the definition of the derivative: change one weight by a small $\varepsilon$ and see how the loss changes.
//
// $$ \frac{\partial L}{\partial w} \approx \frac{L(w + \varepsilon) - L(w - \varepsilon)}{2\varepsilon} $$
//
// This needs two runs of the network for each weight, so it is useless for training. But it needs no calculus, and finds nearly every mistake. The cell does it for all 48 weights.

// %%
// lossOf returns the loss of a cell with the tiny cell's sequence.
func lossOf(l lstm) float64 {
	moments := l.read(tinyX, tinyStart)
	return crossEntropy(moments[len(moments)-1].after.h, 1)
}

// %% [markdown]
// `byDifferences` goes through the weights, and puts each back as it was.

// %%
// byDifferences returns the gradient of lossOf, row by row of the kernel and then the bias.
func byDifferences(l lstm, epsilon float64) (gradient []float64) {
	for _, weights := range append(slices.Clone(l.kernel), l.bias) {
		for k, w := range weights {
			weights[k] = w + epsilon
			above := lossOf(l)
			weights[k] = w - epsilon
			below := lossOf(l)
			weights[k] = w
			gradient = append(gradient, (above-below)/(2*epsilon))
		}
	}
	return gradient
}

// allOf returns the weights of a cell, or their gradient, in the same order.
func allOf(l lstm) []float64 { return append(slices.Concat(l.kernel...), l.bias...) }

// %% [markdown]
// How small should $\varepsilon$ be? The cell tries powers of ten and draws the largest error among the 48 weights.

// %%
//gonb:%%
moments := tiny.read(tinyX, tinyStart)
exact, _ := tiny.gradient(moments, scoresGradient(moments[len(moments)-1].after.h, 1))
line := plotting.Line{Name: "largest error", Runs: [][]float64{nil}}
for exponent := -12; exponent <= -1; exponent++ {
	worst := largestDifference(byDifferences(tiny, math.Pow10(exponent)), allOf(exact))
	line.X = append(line.X, float64(exponent))
	line.Runs[0] = append(line.Runs[0], worst)
}
fmt.Printf("Smallest error: %.1g\n", slices.Min(line.Runs[0]))
axes := plotting.Axes{
	Title: "Gradient check: finite differences against backpropagation",
	X:     "epsilon, as a power of ten", Y: "largest error", Log: true,
}
show(plotting.Lines(axes, line))

// %% [markdown]
// **What to look for.** The error has the shape of a V. On the right $\varepsilon$ is too large: the loss is not a straight line, and the error falls a hundredfold with each power of ten. On the left it is too small: the two losses differ only in their last digits, which are rounded. The best value is about $10^{-5}$, where the two gradients agree to ten decimal places. So backpropagation is right.

// %% [markdown]
// ### 4.5. How far the gradient reaches
//
// If the last state is to learn from the first row, the gradient must survive 27 steps back. The next code makes LSTM cells of the tutorial's size with random weights, as they are before training, once with forget bias 1 and once with 0. (The limit of the random weights is the usual one, of Xavier Glorot and Yoshua Bengio: the larger the matrix, the smaller its numbers.)

// %%
// untrained returns a cell with weights as rnn.NewLSTM draws them: uniform between ±limit.
func untrained(seed uint64, forgetBias float64) lstm {
	rng := rand.New(rand.NewPCG(seed, 1))
	l := lstm{bias: make([]float64, 4*numHidden), forgetBias: forgetBias}
	limit := math.Sqrt(6.0 / (numInput + numHidden + 4*numHidden))
	for range numInput + numHidden {
		row := make([]float64, 4*numHidden)
		for k := range row {
			row[k] = limit * (2*rng.Float64() - 1)
		}
		l.kernel = append(l.kernel, row)
	}
	return l
}

// %% [markdown]
// The length of a vector is the root of the sum of its squares, also called its *norm*.

// %%
// norm returns the length of a vector.
func norm(v ...float64) (length float64) {
	for _, x := range v {
		length = math.Hypot(length, x)
	}
	return length
}

// %% [markdown]
// `reach` takes a random vector of length 1 as the gradient of the last hidden state and goes back from there. It returns how long the gradient of the state is after each step back.

// %%
// reach returns the length of the gradient of the state, h and c together, at the last step,
// one step back and so on.
func (l lstm) reach(image []float32, seed uint64) (lengths []float64) {
	rng := rand.New(rand.NewPCG(seed, 2))
	dh := make([]float64, numHidden)
	for k := range dh {
		dh[k] = rng.NormFloat64()
	}
	length := norm(dh...)
	for k := range dh {
		dh[k] /= length
	}
	_, back := l.gradient(l.read(matrix(image, numInput), blank()), dh)
	for _, d := range back {
		lengths = append(lengths, norm(slices.Concat(d.h, d.c)...))
	}
	return lengths
}

// %% [markdown]
// Each line is the mean over five digits; the third is the trained 'top'. The axis is logarithmic: a straight line downward means that each step back shortens the gradient by the same factor.

// %%
//gonb:%%
_, test := loadData()
trained := top.reader().down
one, zero := plotting.Line{Name: "forget bias 1"}, plotting.Line{Name: "forget bias 0"}
after := plotting.Line{Name: "forget bias 1, trained"}
for k := range timesteps {
	one.X = append(one.X, float64(k))
}
zero.X, after.X = one.X, one.X
for seed := range uint64(5) {
	image := test.Image(int(seed))
	one.Runs = append(one.Runs, untrained(seed, 1).reach(image, seed))
	zero.Runs = append(zero.Runs, untrained(seed, 0).reach(image, seed))
	after.Runs = append(after.Runs, trained.reach(image, seed))
}
for _, line := range []plotting.Line{one, zero, after} {
	fmt.Printf("%-22s after 27 steps back: %.1g\n", line.Name, line.Runs[0][27])
}
axes := plotting.Axes{Title: "Length of the gradient", X: "steps back", Y: "length", Log: true}
show(plotting.Lines(axes, one, zero, after))

// %% [markdown]
// **What to look for.** The first step back is steeper than the others, because the gradient begins in $h$ and has to get into $c$ first. After that, with forget bias 0 each step leaves about 0.63 of the gradient, with 1 about 0.86. Over 27 steps that makes a difference of more than a thousandfold: with forget bias 0, an untrained network learns next to nothing from the first row.
//
// In the trained network the gradient shrinks in the first few steps only and then grows again, and its length depends on the digit (the band is the range over the five). Many of its forget gates are above 0.9, as section 2.3 showed for another network, and its weights have grown, so that more comes back through the hidden state, too.

// %% [markdown]
// **Three questions**
//
// <details><summary>With forget bias 0 a step back leaves 0.63 of the gradient, with 1 it leaves 0.86. Where do such numbers come from?</summary>
//
// Before training z is small, so the forget gate is about σ(0) = 0.50 or σ(1) = 0.73. The gradient of the cell state is multiplied by that in each step. The rest comes the other way, through the hidden state and the matrix.
//
// </details>
//
// <details><summary>Why does the gradient of the kernel add up over the steps?</summary>
//
// The same weights are used in every step. A change of a weight changes all steps at once, and the changes of the loss add up.
//
// </details>
//
// <details><summary>What must be kept in memory for the way back?</summary>
//
// For each step the input, the gates, the cell state and the hidden state: everything in `moment`. That is why training needs more memory than prediction, and more with each time step.
//
// </details>

// %% [markdown]
// ## 5. What the last output has seen
//
// ### 5.1. One row of 28
//
// A network's *readout* is the output from which it computes the scores. In the tutorial it is `outputs[-1]`, the output at the last time step. The backward cell starts there. So its half of that output has read one row, which is blank in 99 of 100 images. In the figure, what is pale does not reach the output.

// %%
//gonb:%%
show(plotting.UnfoldedAt(-1, -1))

// %% [markdown]
// **What to look for.** Of the orange cells, only the one at row 28 is in color. The other 27 steps of the backward cell are not used at all, and package `rnn` does not even compute them.
//
// So here is a test. If the backward half contributes next to nothing, then a network without it should do as well: our 'top', which has a forward cell only, and half as many weights. The tutorial's network is the built-in one with its usual readout:

// %%
var last = kind{name: "last", readout: birnn.LastOutput} // outputs[-1]

// %% [markdown]
// ### 5.2. Several seeds
//
// A network's accuracy depends on luck: on its initial weights and on the order of the images. So one training of each says little. This cell trains each kind with several seeds, except those that section 2 has trained. It takes the longest of all.

// %%
//gonb:%%
ctx := inline.Stoppable()
train, _ := loadData()
for _, k := range []kind{top, last, both} {
	for seed := 1; seed <= seeds; seed++ {
		err := k.train(ctx, train, seed)
		if ctx.Err() != nil {
			fmt.Println("Stopped and saved. Run this cell again to continue.")
			return
		}
		must.M(err)
	}
	fmt.Printf("%s: %d seeds trained\n", k.name, seeds)
}

// %% [markdown]
// Which is better? Each point of the figure is one network, tested on all 10,000 images. The standard error of such a test (section 8.1 of the tutorial) is about a quarter of a percentage point, so smaller differences mean nothing.

// %%
// contestants are the kinds of network to compare, with their names in the figures.
var contestants = []struct {
	name string
	kind
}{{"forward only", top}, {"outputs[-1]", last}, {"final states", both}}

//gonb:%%
_, test := loadData()
var groups []plotting.Group
for _, c := range contestants {
	group := plotting.Group{Name: c.name}
	for seed := 1; seed <= seeds; seed++ {
		net := c.load(seed)
		_, accuracy := must.M2(net.Evaluate(test.Images, test.Labels))
		group.Values = append(group.Values, accuracy)
		must.M(net.Close())
	}
	lowest, highest := slices.Min(group.Values), slices.Max(group.Values)
	fmt.Printf("%-12s %.2f%% to %.2f%%\n", c.name, 100*lowest, 100*highest)
	groups = append(groups, group)
}
axes := plotting.Axes{Title: "Test accuracy", Y: "right", Percent: true}
show(plotting.Spread(axes, groups...))

// %% [markdown]
// **What to look for.** The first two groups lie at the same height: with a backward cell or without one, these networks are right on about 93 of 100 images after one epoch. So the tutorial's network gets next to nothing from its backward half. The third group, in which both halves read everything, is some two points higher, and that is more than the seeds differ.

// %% [markdown]
// ### 5.3. While they learn
//
// Is reading from both ends better in the end, or only faster? The next figure shows the loss of the training batches, averaged over 50 steps; the band is the range over the seeds.

// %%
// lossCurves returns the training loss of each seed, averaged over 50 steps.
func lossCurves(name string, k kind) plotting.Line {
	line := plotting.Line{Name: name}
	for seed := 1; seed <= seeds; seed++ {
		net := k.load(seed)
		line.X = nil
		var run []float64
		for losses := range slices.Chunk(net.History().Training.Loss, 50) {
			sum := 0.0
			for _, loss := range losses {
				sum += loss
			}
			run = append(run, sum/float64(len(losses)))
			line.X = append(line.X, float64(50*len(run)))
		}
		line.Runs = append(line.Runs, run)
		must.M(net.Close())
	}
	return line
}

// %% [markdown]
// Lower is better. Compare the beginnings and the ends of the lines.

// %%
//gonb:%%
axes := plotting.Axes{Title: "Training loss", X: "step", Y: "loss", Log: true}
var lines []plotting.Line
for _, c := range contestants {
	lines = append(lines, lossCurves(c.name, c.kind))
}
show(plotting.Lines(axes, lines...))

// %% [markdown]
// **What to look for.** The lines of 'forward only' and `outputs[-1]` coincide. 'final states' is below them all the way: it learns faster. That does not mean that it ends up better. After ten epochs the tutorial's network is right on 98.3% of the test images, and one with final states, trained in the same way, on 98.2% (it is embedded in package `birnn/infer/digit`). With one run of each, that is no difference.

// %% [markdown]
// **Three questions**
//
// <details><summary>The forward-only network has half as many weights. Is the comparison unfair?</summary>
//
// If so, it is unfair to the forward-only network, which does as well all the same. The backward cell's 80,384 weights could be left out, and nobody would notice.
//
// </details>
//
// <details><summary>Does the backward half of outputs[-1] contribute nothing at all?</summary>
//
// It contributes what one row can: it is a function of row 28. That row is blank in 99 of 100 images; where it isn't, the forward half has read it too.
//
// </details>
//
// <details><summary>Two networks differ by 0.1 percentage points, with one seed each. Which is better?</summary>
//
// Nobody knows. Other seeds of the same network differ by more than that, as the figure shows.
//
// </details>

// %% [markdown]
// ## 6. A loop, or unrolled
//
// ### 6.1. Two graphs of the same layer
//
// A graph function is Go code that runs once, when the graph is built. So a Go loop over the time steps, like `unrolled` below, puts every step into the graph: 28 rows, 28 copies of the step. XLA has a loop of its own, `While`, whose body is in the graph once. Package `rnn` uses that, and brings a backward loop, because GoMLX can't derive the gradient of a `While`.

// %%
// unrolled returns the last hidden state of an LSTM over x, [batch, time, inputs]: all steps,
// one after the other.
func unrolled(x, kernel, bias *graph.Node) *graph.Node {
	h := graph.Zeros(x.Graph(), shapes.Make(x.DType(), x.Shape().Dim(0), numHidden))
	c := h
	for t := range x.Shape().Dim(1) {
		row := graph.Squeeze(graph.Slice(x, graph.AxisRange(), graph.AxisElem(t)), 1)
		h, c = graphStep(row, h, c, kernel, bias)
	}
	return h
}

// looped returns the same from package rnn's loop.
func looped(x, kernel, bias *graph.Node) *graph.Node {
	return rnn.Unidirectional(&rnn.LSTM{Kernel: kernel, Bias: bias, ForgetBias: 1}, x).Final()
}

// %% [markdown]
// ### 6.2. What compiling costs
//
// `compile` builds the graph of the gradient, as training needs it, and has it compiled. It measures processor time, so that other programs do not disturb it. For training, this project replaces the loop with LSTM kernels in C where it can; they are switched off here (`EASY_GOMLX_KERNELS`), so that XLA has to compile the loop, too.

// %%
// processorTime returns the seconds that this program has computed, on all cores.
func processorTime() float64 {
	var u syscall.Rusage
	must.M(syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// layer is unrolled or looped.
type layer func(x, kernel, bias *graph.Node) *graph.Node

// compile returns the number of the graph's nodes, and the processor time that it takes.
func compile(last layer, steps int) (nodes int, seconds float64) {
	start := processorTime()
	gradient := func(x, kernel, bias *graph.Node) (dKernel, dBias *graph.Node) {
		d := graph.Gradient(graph.ReduceAllSum(last(x, kernel, bias)), kernel, bias)
		return d[0], d[1]
	}
	exec := must.M1(graph.NewExec(openBackend(), gradient))
	defer exec.Finalize()
	shape := func(dims ...int) shapes.Shape { return shapes.Make(dtypes.Float32, dims...) }
	x, bias := shape(100, steps, numInput), shape(4*numHidden)
	kernel := shape(numInput+numHidden, 4*numHidden)
	g := must.M1(exec.Compile(x, kernel, bias))
	return len(g.Nodes()), processorTime() - start
}

// %% [markdown]
// Compare the two columns: how does each grow with the number of time steps?

// %%
//gonb:%%
must.M(os.Setenv("EASY_GOMLX_KERNELS", "off"))
compile(looped, 2) // the first compilation also starts XLA
loop := plotting.Line{Name: "loop", Runs: [][]float64{nil}}
all := plotting.Line{Name: "unrolled", Runs: [][]float64{nil}}
add := func(line *plotting.Line, last layer, steps int) {
	nodes, seconds := compile(last, steps)
	fmt.Printf("%2d steps: %-8s %4d nodes, %.1f s\n", steps, line.Name, nodes, seconds)
	line.X, line.Runs[0] = append(line.X, float64(steps)), append(line.Runs[0], seconds)
}
for _, steps := range []int{4, 8, 16, 32} {
	add(&loop, looped, steps)
	add(&all, unrolled, steps)
}
axes := plotting.Axes{Title: "Time to compile", X: "time steps", Y: "seconds of processor time"}
show(plotting.Lines(axes, loop, all))

// %% [markdown]
// **What to look for.** The loop has the same 298 nodes for any number of time steps, and takes about a second to compile. The unrolled graph gets 62 more nodes with each time step, and its time grows along with them. Carry the line on to a hundred time steps, and compiling takes some twenty seconds. The project's bench has sequences of 784 time steps: TensorFlow, which unrolls them, compiles for a minute, and package `rnn` no longer than for 28 (`birnn/bench/README.md`).

// %% [markdown]
// **Three questions**
//
// <details><summary>Is the loop also faster when it runs?</summary>
//
// Hardly: both take the same steps one after the other. What it saves is compiling, and the memory for that.
//
// </details>
//
// <details><summary>Why can't the 28 steps run at the same time?</summary>
//
// Each step needs the hidden state of the one before. Only the product of the inputs with W can be computed for all steps at once, and package `rnn` does so.
//
// </details>
//
// <details><summary>Why does the Go loop in <code>unrolled</code> not become a loop in XLA?</summary>
//
// When XLA gets the graph, the Go loop has long ended. The graph holds what its calls created: nodes, one after the other.
//
// </details>

// %% [markdown]
// ## What you learned
//
// - An LSTM step is a matrix product and six lines. The gates decide what is written, kept and shown.
// - With the trained weights, these fifteen lines of Go give the probabilities of the real network, up to rounding.
// - Cross-entropy is minus the logarithm of the probability of the truth. Its gradient is what the network said minus what it should have said.
// - Backpropagation through time is a loop from the last step to the first. On its way through the cell state, the gradient is multiplied by the forget gate; a forget bias of 1 lets it reach further.
// - The backward half of `outputs[-1]` has read one row. A network without it does as well.
// - Compare networks over several seeds.
//
// ## Where to read on
//
// - Sepp Hochreiter and Jürgen Schmidhuber, [Long Short-Term Memory](https://doi.org/10.1162/neco.1997.9.8.1735) (1997): the LSTM, and why gradients vanish without it.
// - Felix Gers, Jürgen Schmidhuber and Fred Cummins, [Learning to Forget: Continual Prediction with LSTM](https://doi.org/10.1162/089976600300015015) (2000): the forget gate.
// - Mike Schuster and Kuldip Paliwal, [Bidirectional Recurrent Neural Networks](https://doi.org/10.1109/78.650093) (1997): reading from both ends.
// - Alex Graves and Jürgen Schmidhuber, [Framewise Phoneme Classification with Bidirectional LSTM and Other Neural Network Architectures](https://doi.org/10.1016/j.neunet.2005.06.042) (2005): both together, with the whole gradient.
// - Xavier Glorot and Yoshua Bengio, [Understanding the Difficulty of Training Deep Feedforward Neural Networks](https://proceedings.mlr.press/v9/glorot10a.html) (2010): how large random weights should be.
// - Rafal Jozefowicz, Wojciech Zaremba and Ilya Sutskever, [An Empirical Exploration of Recurrent Network Architectures](https://proceedings.mlr.press/v37/jozefowicz15.html) (2015): what a forget bias of 1 is worth.
//
// Next: [sequences of your own](sequences_of_your_own.ipynb).
