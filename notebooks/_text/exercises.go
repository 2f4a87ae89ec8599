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
// # Ten Exercises
//
// Ten functions to write, from easy to hard. For each there is a task, a hint to unfold, and a check that says in words what is wrong.
//
// **What you will learn**
//
// - to count the parameters of a recurrent neural network (RNN) and to say what it reads at each time step;
// - to write the forget gate of an LSTM (*long short-term memory*) yourself;
// - to change the network: one direction, GRU cells (*gated recurrent units*), a second layer;
// - to stop training in time, to look at data and mistakes, and to make a program faster without changing its results.
//
// **Time**: ten minutes for an easy exercise, half an hour for a hard one. All cells together run for less than two minutes on two cores.
//
// **Before you start**: read [the tutorial](bidirectional_rnn.ipynb), whose network and data are used here. The exercises do not depend on each other: start where you like, and leave out what you like.
//
// **Contents**
//
// - [How it works](#How-it-works)
// - [1. Count the parameters](#1.-Count-the-parameters) (easy)
// - [2. Read columns instead of rows](#2.-Read-columns-instead-of-rows) (easy)
// - [3. Write the forget gate](#3.-Write-the-forget-gate) (easy)
// - [4. A network in one direction](#4.-A-network-in-one-direction) (medium)
// - [5. GRU](#5.-GRU) (medium)
// - [6. Two layers](#6.-Two-layers) (medium)
// - [7. Early stopping](#7.-Early-stopping) (medium)
// - [8. Your own digit grid](#8.-Your-own-digit-grid) (medium)
// - [9. Find the digits that fool it](#9.-Find-the-digits-that-fool-it) (hard)
// - [10. Make it faster without making it worse](#10.-Make-it-faster-without-making-it-worse) (hard)
// - [What you learned](#What-you-learned) and [where to read on](#Where-to-read-on)

// %% [markdown]
// ## How it works
//
// First run the cells of this section, from the top, and again after each restart of the kernel. Then, for each exercise:
//
// 1. Replace `// YOUR CODE HERE` with your code, and **run that cell**. The function has a named result: assign to it with `=`, and leave the `return` as it is.
// 2. Run the check below it. It ends with `PASS` or with `FAIL`. If it fails, read the line that begins with ✗, which says what is wrong. The check stops at the first problem, so mend one thing and run both cells again.
//
// If your cell does not compile, Go says why below it, and the check uses your last version that did; if there is none, it says `undefined`. So make your cell run first.
//
// The first cell is the one of the tutorial. It prints which backend computes.

// %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
// !*cp "${GONB_DIR}/../go.mod" "${GONB_DIR}/../go.sum" .
// !*go mod edit -module=cells -require=github.com/easy-gomlx/tutorials@v0.0.0 -replace="github.com/easy-gomlx/tutorials=${GONB_DIR}/.."
// %noautoget
// %goflags -ldflags=-s
import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn"           // training and prediction
	"github.com/easy-gomlx/tutorials/birnn/backend"   // XLA or pure Go
	"github.com/easy-gomlx/tutorials/birnn/infer"     // prediction in plain Go
	"github.com/easy-gomlx/tutorials/birnn/mnist"     // the data
	"github.com/easy-gomlx/tutorials/birnn/rnn"       // LSTM and GRU layers
	"github.com/easy-gomlx/tutorials/plotting"        // draws figures
	"github.com/easy-gomlx/tutorials/plotting/inline" // shows them here
	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"               // operations on tensors
	"github.com/gomlx/gomlx/ml/layers"                // the output layer
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
// The sizes are those of the tutorial. Each row of an image is a time step.

// %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "sizes", "locked": true, "schema_version": 3, "solution": false, "task": false}
const (
	numInput  = 28  // pixels in a row: the input at one time step
	timesteps = 28  // rows: the length of the sequence
	nClasses  = 10  // one class per digit
	numHidden = 128 // hidden units of each direction

	batchSize = 100 // images in one training step
	epochs    = 1   // for the network of exercises 9 and 10
)

// %% [markdown]
// This is the tutorial's network in four lines. Exercises 4 to 6 ask for others, so look at which line does what.

// %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "network", "locked": true, "schema_version": 3, "solution": false, "task": false}
// scores is the output layer: from the states h, [batch, units], it computes a score for each class, [batch, nClasses].
func scores(scope *model.Scope, h *graph.Node) *graph.Node {
	return layers.Dense(scope.In("scores"), h, true, nClasses)
}

// tutorialLogits reads the images x, [batch, timesteps, numInput], in both directions.
func tutorialLogits(scope *model.Scope, x *graph.Node) *graph.Node {
	forward := rnn.NewLSTM(scope.In("forward"), x, numHidden, 1)
	backward := rnn.NewLSTM(scope.In("backward"), x, numHidden, 1)
	outputs := rnn.Bidirectional(forward, backward, x)
	return scores(scope, outputs.At(-1))
}

// %% [markdown]
// Exercises 9 and 10 need a trained network. This cell trains it for one epoch, some five seconds, and saves it; if you run it again, it only loads it. Look at the accuracy: the network is good, but not so good that it makes no mistakes.

// %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "trained", "locked": true, "schema_version": 3, "solution": false, "task": false}
// checkpoints is the folder of the trained network. The variable is set if the notebook runs without a browser.
var checkpoints = filepath.Join(os.Getenv("EASY_GOMLX_CHECKPOINTS"), "checkpoints", "exercises")

//gonb:%%
cfg := birnn.DefaultConfig()
cfg.Epochs, cfg.BatchSize, cfg.Seed = epochs, batchSize, 1
data := must.M1(mnist.Load(context.Background(), ""))
net := must.M1(birnn.Resume(openBackend(), cfg, checkpoints))
defer net.Close()
train := birnn.Examples{X: data.Train.Images, Y: data.Train.Labels}
must.M(net.Train(inline.Stoppable(), train, birnn.Examples{}, nil))
_, accuracy := must.M2(net.Evaluate(data.Test.Images, data.Test.Labels))
fmt.Printf("%d steps, test accuracy: %.1f%%\n", net.Step(), 100*accuracy)

// %% [markdown]
// The checks use these two functions. There is nothing to do here but to run the cell.

// %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "helpers", "locked": true, "schema_version": 3, "solution": false, "task": false}
// wrong ends a check, and says what is wrong.
func wrong(t *testing.T, format string, args ...any) {
	fmt.Printf("✗ "+format+"\n", args...)
	t.FailNow()
}

// attempt calls your function. If it panics, the check ends with the reason.
func attempt(call string, f func()) {
	defer func() {
		if reason := recover(); reason != nil {
			words := fmt.Sprint(reason)
			if strings.Contains(words, "already visited") {
				words = "two cells use the same name of a scope; each needs a name of its own"
			}
			must.M(fmt.Errorf("%s panics: %s", call, words))
		}
	}()
	f()
}

// %% [markdown]
// These three look at a network that you built: what it returns, what it reads, and whether it learns.

// %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "networks", "locked": true, "schema_version": 3, "solution": false, "task": false}
// build makes a network of your function, or ends the check.
func build(t *testing.T, name string, logits func(*model.Scope, *graph.Node) *graph.Node) *birnn.Model {
	problem := ""
	checked := func(scope *model.Scope, x *graph.Node) *graph.Node {
		var y *graph.Node
		attempt(name, func() { y = logits(scope, x) })
		if y == nil {
			problem = name + " returned nil; want the scores of the classes, which the function scores computes"
			return tutorialLogits(scope.In("instead"), x)
		}
		if want := []int{x.Shape().Dim(0), nClasses}; !slices.Equal(y.Shape().Dimensions, want) {
			problem = fmt.Sprintf("%s returned a node of the shape %v, want %v: [batch, classes], from the function scores",
				name, y.Shape().Dimensions, want)
			return tutorialLogits(scope.In("instead"), x)
		}
		return y
	}
	cfg := birnn.DefaultConfig()
	cfg.Seed = 1
	net, err := birnn.Network{Logits: checked}.New(openBackend(), cfg)
	if problem != "" {
		wrong(t, "%s", problem)
	}
	must.M(err)
	return net
}

// influence says by how much the network's answer changes if one row of the image does. 0: it has not read that row.
func influence(net *birnn.Model, row int) float64 {
	images := make([]float32, 2*timesteps*numInput)
	for column := range numInput {
		images[row*numInput+column] = 1 // in the first image; the second one is blank
	}
	p, change := must.M1(net.Predict(images)), 0.0
	for class := range nClasses {
		change = max(change, math.Abs(float64(p[0][class]-p[1][class])))
	}
	return change
}

// mustLearn trains the network on twenty images, and ends the check if its loss does not fall.
func mustLearn(t *testing.T, net *birnn.Model) {
	digits := mnist.Synthetic(20, 1)
	before, _ := must.M2(net.Evaluate(digits.Images, digits.Labels))
	for range 30 {
		must.M2(net.TrainStep(digits.Images, digits.Labels))
	}
	after, _ := must.M2(net.Evaluate(digits.Images, digits.Labels))
	if !(after < 0.9*before) {
		wrong(t, "the network does not learn: after 30 steps on the same 20 images the loss is %.2f, and it was %.2f", after, before)
	}
	fmt.Printf("✓ 30 steps on 20 images: the loss falls from %.2f to %.2f\n", before, after)
}

// %% [markdown]
// ## 1. Count the parameters
//
// *Easy, 5 points.* With 128 hidden units in each direction the tutorial's network has 163,338 parameters. Predict the number for any other size: write `parameters`, without building a network.
//
// Expect 48,906 for 64 units and 588,810 for 256: twice the units need more than three times the parameters.
//
// <details><summary>Hint</summary>
//
// A cell has a kernel with `numInput + hidden` rows and a column for each hidden unit of the three gates and of the candidate, and a bias for each column. There is one cell for each direction. The output layer reads both hidden states side by side and has a bias for each class.
//
// </details>

// %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "parameters", "locked": false, "schema_version": 3, "solution": true, "task": false}
// parameters returns how many parameters the tutorial's network has with that many hidden units in each direction.
func parameters(hidden int) (count int) {
	// YOUR CODE HERE
	return count
}

// %% [markdown]
// The check compares your numbers with those of the package, for sizes from 1 to 360.

// %% nbgrader={"cell_type": "code", "grade": true, "grade_id": "parameters-test", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
// %test -test.run=^TestParameters$
func TestParameters(t *testing.T) {
	for _, hidden := range []int{128, 1, 64, 360} {
		cfg, got := birnn.DefaultConfig(), 0
		cfg.NumHidden = hidden
		want := cfg.NumParameters()
		attempt(fmt.Sprintf("parameters(%d)", hidden), func() { got = parameters(hidden) })
		hint := ""
		switch missing := want - got; {
		case got == want:
			continue
		case got <= 0:
			hint = "nothing has been counted yet"
		case missing == nClasses:
			hint = "the ten biases of the output layer are missing"
		case missing == hidden*nClasses:
			hint = "the output layer reads the hidden states of both cells"
		case missing == 2*hidden*4*hidden:
			hint = "a cell reads not only the input, but also its own hidden state"
		case missing > 0 && missing%8 == 0 && missing < 9*hidden:
			hint = "the biases of the cells are missing, or of one of them"
		case missing > want/3:
			hint = "that is too few; there are two cells, each with three gates and a candidate"
		case missing < 0:
			hint = "that is too many"
		default:
			hint = "that is too few; each cell has three gates and a candidate"
		}
		wrong(t, "parameters(%d) returned %d, want %d: %s", hidden, got, want, hint)
	}
}

// %% [markdown]
// ## 2. Read columns instead of rows
//
// *Easy, 5 points.* The network reads an image row by row, from the top. It could as well read it column by column, from the left, as you read a line of text. The network itself can stay as it is: write `columns`, which rearranges the images so that time step `t` is column `t`, with the top pixel first.
//
// Expect each image to be mirrored along the diagonal from its upper left corner.
//
// <details><summary>Hint</summary>
//
// The pixel in row `r` and column `c` of image `i` is `images[i*784 + r*28 + c]`. Where does it have to go? Make a new slice and write three nested loops.
//
// </details>

// %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "columns", "locked": false, "schema_version": 3, "solution": true, "task": false}
// columns returns a copy of the images, [n, 28, 28], in which each time step is a column: [n, 28 columns, 28 pixels].
func columns(images []float32) (turned []float32) {
	// YOUR CODE HERE
	return turned
}

// %% [markdown]
// The check gives your function two images whose pixels are numbered, so that it can say where each of them should be.

// %% nbgrader={"cell_type": "code", "grade": true, "grade_id": "columns-test", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
// %test -test.run=^TestColumns$
func TestColumns(t *testing.T) {
	images := make([]float32, 2*28*28)
	for k := range images {
		images[k] = float32(k)
	}
	before := slices.Clone(images)
	var got []float32
	attempt("columns, given two images,", func() { got = columns(images) })
	switch {
	case len(got) != len(before):
		wrong(t, "columns returned %d numbers for two images, want %d", len(got), len(before))
	case !slices.Equal(images, before):
		wrong(t, "columns changed the images that it was given; write to a new slice")
	case slices.Equal(got, before):
		wrong(t, "columns returned the images as they were: time step 0 is still the first row")
	}
	for k, v := range got {
		image, step, place := k/784, k/28%28, k%28
		if want := before[image*784+place*28+step]; v != want {
			from := int(v)
			wrong(t, "image %d, time step %d, place %d: there is the pixel of image %d, row %d, column %d; want row %d, column %d of image %d",
				image, step, place, from/784, from/28%28, from%28, place, step, image)
		}
	}
}

// %% [markdown]
// ## 3. Write the forget gate
//
// *Easy, 10 points.* The forget gate decides how much of its memory a cell keeps. For each hidden unit it is a number between 0 (forget) and 1 (keep), which is computed from the input $x_t$ and the hidden state $h_{t-1}$:
//
// $$
// f_t = \sigma(W_f\,[x_t, h_{t-1}] + b_f + \text{forget bias}), \qquad \sigma(z) = \frac{1}{1 + e^{-z}}
// $$
//
// Write it in plain Go, with two loops. Expect 0.5 if everything is zero, and 0.73 with a forget bias of 1.
//
// <details><summary>Hint</summary>
//
// `w` has a row for each number of `x`, followed by a row for each number of `h`. For hidden unit `k`, add up `x[i]*w[i][k]` and `h[i]*w[len(x)+i][k]`, then the biases, and take σ of the sum with `math.Exp`.
//
// </details>

// %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "gate", "locked": false, "schema_version": 3, "solution": true, "task": false}
// forgetGate returns f, one number for each hidden unit. x is the input, h the hidden state before it,
// w the weights [len(x)+len(h)][hidden] and b the biases [hidden].
func forgetGate(x, h []float64, w [][]float64, b []float64, forgetBias float64) (f []float64) {
	// YOUR CODE HERE
	return f
}

// %% [markdown]
// The check has two inputs and three hidden units, and adds one thing after the other: forget bias, biases, input, hidden state.

// %% nbgrader={"cell_type": "code", "grade": true, "grade_id": "gate-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
// %test -test.run=^TestForgetGate$
func TestForgetGate(t *testing.T) {
	w := [][]float64{{1, 0, -1}, {0, 1, 0}, {0, 0, 0}, {0, 0, 0}, {2, -1, 1}} // two rows for x, three for h
	none := []float64{0, 0, 0}
	for _, test := range []struct {
		why        string
		x, h, b    []float64
		forgetBias float64
		want       []float64
	}{
		{"everything is zero, and σ(0) is 0.5", none[:2], none, none, 0, []float64{0.5, 0.5, 0.5}},
		{"only the forget bias is 1", none[:2], none, none, 1, []float64{0.7311, 0.7311, 0.7311}},
		{"only the biases b = [-1 0 2] are not zero", none[:2], none, []float64{-1, 0, 2}, 0, []float64{0.2689, 0.5, 0.8808}},
		{"only the input x = [1 2] is not zero", []float64{1, 2}, none, none, 0, []float64{0.7311, 0.8808, 0.2689}},
		{"only the hidden state h = [0 0 1] is not zero", none[:2], []float64{0, 0, 1}, none, 0, []float64{0.8808, 0.2689, 0.7311}},
		{"all of them are set", []float64{1, 2}, []float64{0, 0, 1}, []float64{-1, 0, 2}, 1, []float64{0.9526, 0.8808, 0.9526}},
	} {
		var f []float64
		attempt("forgetGate", func() { f = forgetGate(test.x, test.h, w, test.b, test.forgetBias) })
		if len(f) != 3 {
			wrong(t, "forgetGate returned %d numbers, want 3: one for each hidden unit", len(f))
		}
		for k, want := range test.want {
			if !(f[k] >= 0 && f[k] <= 1) {
				wrong(t, "if %s, forgetGate returned %.4f, but a gate lies between 0 and 1; is the σ missing?", test.why, f)
			}
			if math.Abs(f[k]-want) > 1e-4 {
				wrong(t, "if %s, forgetGate returned %.4f, want %.4f", test.why, f, test.want)
			}
		}
	}
}

// %% [markdown]
// ## 4. A network in one direction
//
// *Medium, 10 points.* Write a network that reads the image only once, from the first row to the last, with a single LSTM cell of `numHidden` units and forget bias 1. The scores are computed from its state after the last row.
//
// Expect 81,674 parameters, half as many as with two directions.
//
// <details><summary>Hint</summary>
//
// Start from `tutorialLogits` above. `rnn.Unidirectional(cell, x)` reads with one cell; its outputs have the same methods as those of `rnn.Bidirectional`.
//
// </details>

// %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
// forwardLogits reads the images x, [batch, timesteps, numInput], from the first row to the last.
func forwardLogits(scope *model.Scope, x *graph.Node) (logits *graph.Node) {
	// YOUR CODE HERE
	return logits
}

// %% [markdown]
// The check counts parameters, changes single rows of an image to see which the network reads, and trains it for a moment.

// %% nbgrader={"cell_type": "code", "grade": true, "grade_id": "forward-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
// %test -test.run=^TestForwardLogits$
func TestForwardLogits(t *testing.T) {
	net := build(t, "forwardLogits", forwardLogits)
	defer net.Close()
	switch n := must.M1(net.NumParameters()); {
	case n == 163_338:
		wrong(t, "forwardLogits has %d parameters, want 81674: it still reads in two directions", n)
	case n != 81_674:
		wrong(t, "forwardLogits has %d parameters, want 81674: one LSTM cell of %d units, and the scores", n, numHidden)
	}
	switch middle, last := influence(net, 14), influence(net, 27); {
	case last == 0:
		wrong(t, "the scores do not depend on the last row: want those after the last time step, not the first")
	case middle == 0:
		wrong(t, "the scores depend only on the last row: want a cell that has read the image from the first row on")
	case middle > last:
		wrong(t, "the scores depend more on row 14 than on row 27: the network seems to read from the last row to the first")
	}
	mustLearn(t, net)
}

// %% [markdown]
// ## 5. GRU
//
// *Medium, 10 points.* A gated recurrent unit has two gates instead of three, and no cell state. Write a network of two GRU cells of `numHidden` units each, one for each direction. Compute the scores from the states of both after they have read the **whole** image.
//
// Expect 123,402 parameters, a quarter less than with LSTM cells.
//
// <details><summary>Hint</summary>
//
// `rnn.NewGRU(scope.In("forward"), x, numHidden)` makes a cell; a GRU has no forget bias. Of the outputs, `At(-1)` is not what is asked for: at the last row the backward cell has only begun to read. `Final()` is.
//
// </details>

// %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "gru", "locked": false, "schema_version": 3, "solution": true, "task": false}
// gruLogits reads the images x, [batch, timesteps, numInput], with GRU cells in both directions.
func gruLogits(scope *model.Scope, x *graph.Node) (logits *graph.Node) {
	// YOUR CODE HERE
	return logits
}

// %% [markdown]
// The check counts parameters, looks whether the first row matters as much as the last, and trains the network for a moment.

// %% nbgrader={"cell_type": "code", "grade": true, "grade_id": "gru-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
// %test -test.run=^TestGRULogits$
func TestGRULogits(t *testing.T) {
	net := build(t, "gruLogits", gruLogits)
	defer net.Close()
	switch n := must.M1(net.NumParameters()); {
	case n == 163_338:
		wrong(t, "gruLogits has %d parameters, want 123402: its cells are LSTM cells", n)
	case n == 61_706:
		wrong(t, "gruLogits has %d parameters, want 123402: is it one cell instead of two?", n)
	case n != 123_402:
		wrong(t, "gruLogits has %d parameters, want 123402: two GRU cells of %d units, and the scores", n, numHidden)
	}
	first, last := influence(net, 0), influence(net, 27)
	if first < last/10 {
		wrong(t, "the scores hardly depend on the first row: the backward cell has not read the whole image")
	}
	if last < first/10 {
		wrong(t, "the scores hardly depend on the last row: the forward cell has not read the whole image")
	}
	mustLearn(t, net)
}

// %% [markdown]
// ## 6. Two layers
//
// *Medium, 10 points.* Layers can be stacked: a second one reads, at each time step, what the first one puts out there. Write a network of two bidirectional LSTM layers of 64 units in each direction, with forget bias 1. The scores are computed from the final states of the second layer.
//
// Expect 147,722 parameters.
//
// <details><summary>Hint</summary>
//
// `All()` of the first layer's outputs is `[batch, timesteps, 2*64]`, the input of the second layer. There are four cells, and each needs a scope of its own, with a name of its own. `rnn.NewLSTM` learns the number of inputs from the node that it is given.
//
// </details>

// %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "layers", "locked": false, "schema_version": 3, "solution": true, "task": false}
// twoLayerLogits reads the images x, [batch, timesteps, numInput], with a layer that reads the outputs of another.
func twoLayerLogits(scope *model.Scope, x *graph.Node) (logits *graph.Node) {
	// YOUR CODE HERE
	return logits
}

// %% [markdown]
// The check counts parameters, looks whether the first row and the last matter, and trains the network for a moment.

// %% nbgrader={"cell_type": "code", "grade": true, "grade_id": "layers-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
// %test -test.run=^TestTwoLayerLogits$
func TestTwoLayerLogits(t *testing.T) {
	net := build(t, "twoLayerLogits", twoLayerLogits)
	defer net.Close()
	switch n := must.M1(net.NumParameters()); {
	case n < 60_000:
		wrong(t, "twoLayerLogits has %d parameters, want 147722: is it a single layer?", n)
	case n == 96_522:
		wrong(t, "twoLayerLogits has %d parameters, want 147722: the second layer reads the image, not the outputs of the first", n)
	case n != 147_722:
		wrong(t, "twoLayerLogits has %d parameters, want 147722: four LSTM cells of 64 units, and the scores", n)
	}
	if first, last := influence(net, 0), influence(net, 27); first == 0 || last == 0 {
		wrong(t, "the scores do not depend on the first row of the image, or not on the last")
	}
	mustLearn(t, net)
}

// %% [markdown]
// ## 7. Early stopping
//
// *Medium, 10 points.* A network that is trained for too long learns its training examples by heart: the loss on *other* examples, the validation loss, rises again. Early stopping trains until the validation loss has not improved for some epochs, the *patience*, and keeps the best network, not the last one.
//
// Write the loop. `epoch` trains for one epoch and returns the validation loss; `save` saves the network as it is. Save after each epoch whose loss is lower than all before; an equal loss is no improvement. Stop when `patience` epochs in a row were no improvement, or after `maxEpochs`.
//
// <details><summary>Hint</summary>
//
// Keep the lowest loss so far, `math.Inf(1)` at first, and the epoch in which it was reached. In epoch `n`, the number of epochs without improvement is `n - best`.
//
// </details>

// %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "stopping", "locked": false, "schema_version": 3, "solution": true, "task": false}
// earlyStopping returns the epoch with the lowest validation loss, counted from 1; 0 if there was none.
func earlyStopping(maxEpochs, patience int, epoch func() float64, save func()) (best int) {
	// YOUR CODE HERE
	return best
}

// %% [markdown]
// The check plays the network: it returns validation losses from a list, and notes when your function saves.

// %% nbgrader={"cell_type": "code", "grade": true, "grade_id": "stopping-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
// %test -test.run=^TestEarlyStopping$
func TestEarlyStopping(t *testing.T) {
	for _, test := range []struct {
		losses       []float64
		patience     int
		epochs, best int
		saved        []int
	}{
		{[]float64{5, 4, 3, 2, 1}, 2, 5, 5, []int{1, 2, 3, 4, 5}},
		{[]float64{3, 2, 1, 2, 3, 4, 0.5, 0.4}, 3, 6, 3, []int{1, 2, 3}},
		{[]float64{3, 2, 2, 2, 1, 1}, 2, 4, 2, []int{1, 2}},
		{[]float64{3, 2, 2.5, 1.9, 2.5, 1.8, 2, 2, 2}, 2, 8, 6, []int{1, 2, 4, 6}},
		{[]float64{3, 1, 2, 1.5, 1.4, 1.3, 1.2}, 3, 5, 2, []int{1, 2}},
		{[]float64{3, math.NaN(), math.NaN(), math.NaN()}, 2, 3, 1, []int{1}},
		{nil, 2, 0, 0, nil},
	} {
		call := fmt.Sprintf("with the validation losses %v and patience %d", test.losses, test.patience)
		trained, best, saved := 0, 0, []int(nil)
		epoch := func() float64 {
			if trained++; trained > len(test.losses) {
				wrong(t, "%s it trains more than maxEpochs = %d epochs", call, len(test.losses))
			}
			return test.losses[trained-1]
		}
		attempt(call+" it", func() {
			best = earlyStopping(len(test.losses), test.patience, epoch, func() { saved = append(saved, trained) })
		})
		switch {
		case trained != test.epochs:
			wrong(t, "%s it trained %d epochs, want %d", call, trained, test.epochs)
		case !slices.Equal(saved, test.saved):
			wrong(t, "%s it saved after the epochs %v, want %v", call, saved, test.saved)
		case best != test.best:
			wrong(t, "%s it returned epoch %d, want %d", call, best, test.best)
		}
	}
}

// %% [markdown]
// Now with a real network, on only 300 images. Look at how many epochs it takes until the loss on 1,000 other images is at its lowest. (Before your function works, it trains nothing.)

// %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "stopping-use", "locked": true, "schema_version": 3, "solution": false, "task": false}
//gonb:%%
data := must.M1(mnist.Load(context.Background(), ""))
net := must.M1(birnn.New(openBackend(), birnn.DefaultConfig()))
defer net.Close()
losses := []float64{0}
best := earlyStopping(60, 5, func() float64 {
	for start := 0; start < 300; start += 50 {
		must.M2(net.TrainStep(data.Train.Batch(start, start+50)))
	}
	loss, _ := must.M2(net.Evaluate(data.Validation.Batch(0, 1000)))
	losses = append(losses, loss)
	return loss
}, func() { /* a program would call net.Save here */ })
fmt.Printf("%d epochs; the lowest validation loss, %.3f, was that of epoch %d; the last was %.3f\n",
	len(losses)-1, losses[best], best, losses[len(losses)-1])

// %% [markdown]
// ## 8. Your own digit grid
//
// *Medium, 10 points.* Look at your data before you train. Write `digitGrid`, which places images side by side as one large picture: `perRow` digits in each row of the grid, from left to right and from top to bottom, without gaps. Places of the last row that have no digit are blank, that is 0.
//
// <details><summary>Hint</summary>
//
// Image `i` has its place in row `i / perRow` and column `i % perRow` of the grid. How many rows does the grid need if the last one is not full? Make all rows of pixels first, then copy each row of each image with `copy`.
//
// </details>

// %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "grid", "locked": false, "schema_version": 3, "solution": true, "task": false}
// digitGrid places the images, [n, 28, 28], in a picture: picture[row][column], with 28*perRow columns.
func digitGrid(images []float32, perRow int) (picture [][]float32) {
	// YOUR CODE HERE
	return picture
}

// %% [markdown]
// The check places five images, three in a row. The pixels of image 0 have the value 1, those of image 1 the value 2, and so on, with a corner that is 0.5 larger.

// %% nbgrader={"cell_type": "code", "grade": true, "grade_id": "grid-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
// %test -test.run=^TestDigitGrid$
func TestDigitGrid(t *testing.T) {
	const n, perRow = 5, 3
	images := make([]float32, n*784)
	for k := range images {
		images[k] = float32(k/784 + 1)
		if k%784 == 27 {
			images[k] += 0.5 // the upper right corner
		}
	}
	var got [][]float32
	attempt("digitGrid, given five images,", func() { got = digitGrid(images, perRow) })
	if len(got) != 2*28 {
		wrong(t, "digitGrid returned %d rows of pixels for five images, three in a row; want 56: two rows of digits", len(got))
	}
	for r, row := range got {
		if len(row) != perRow*28 {
			wrong(t, "row %d of the picture has %d pixels, want %d: three digits", r, len(row), perRow*28)
		}
		for c, v := range row {
			image := r/28*perRow + c/28
			switch want := float32(image + 1); {
			case image >= n && v != 0:
				wrong(t, "row %d, column %d of the picture is %g, want 0: there is no sixth image", r, c, v)
			case image < n && r%28 == 0 && c%28 == 27 && v != want+0.5:
				wrong(t, "row %d, column %d of the picture is %g, want %g: the upper right corner of image %d; is it turned, or shifted?", r, c, v, want+0.5, image)
			case image < n && (r%28 != 0 || c%28 != 27) && v != want:
				wrong(t, "row %d, column %d of the picture is %g, want %g: a pixel of image %d", r, c, v, want, image)
			}
		}
	}
}

// %% [markdown]
// Look at 39 digits at once: which would you misread yourself? (Before your function works, there is nothing to see.)

// %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "grid-use", "locked": true, "schema_version": 3, "solution": false, "task": false}
//gonb:%%
test := must.M1(mnist.Load(context.Background(), "")).Test
images, _ := test.Batch(0, 39)
if picture := digitGrid(images, 13); len(picture) > 0 {
	show(plotting.HeatMaps("The first 39 test images", "column", "row", plotting.Map{Name: "ink", Values: picture}))
}

// %% [markdown]
// **What to look for.** The same digit comes in very different shapes: ones that stand and ones that lean, thin zeros and thick ones, and a five (the ninth digit) that could as well be a six. The network has to learn all of them.

// %% [markdown]
// ## 9. Find the digits that fool it
//
// *Hard, 15 points.* Which mistakes does the network make with the greatest confidence? Write `fooling`. It gives the images of a set, `set.Images`, to `predict`, which returns the probability of each class, `[n][10]`; the true digits are in `set.Labels`. It returns the indices of the `count` images on which the network is wrong and most confident: the one with the highest probability for a wrong class first. If there are fewer mistakes, it returns all of them.
//
// <details><summary>Hint</summary>
//
// The predicted class is the index of the largest probability, and that probability is the confidence: `slices.Max` and `slices.Index`. Collect the index and the confidence of each mistake, then sort with `slices.SortFunc` and `cmp.Compare`.
//
// </details>

// %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "fooling", "locked": false, "schema_version": 3, "solution": true, "task": false}
// fooling returns the indices of the most confident mistakes, at most count of them, the most confident first.
func fooling(predict func(images []float32) [][]float32, set *mnist.Set, count int) (worst []int) {
	// YOUR CODE HERE
	return worst
}

// %% [markdown]
// The check plays the network: its answers for six images are in the table below, with the class, its probability and the true digit.

// %% nbgrader={"cell_type": "code", "grade": true, "grade_id": "fooling-test", "locked": true, "points": 15, "schema_version": 3, "solution": false, "task": false}
// %test -test.run=^TestFooling$
func TestFooling(t *testing.T) {
	answers := []struct {
		class       int
		probability float32
		truth       int32
	}{{3, 0.9, 3}, {5, 0.6, 6}, {0, 0.8, 8}, {1, 0.95, 1}, {9, 0.7, 4}, {2, 0.5, 2}}
	set := &mnist.Set{Images: make([]float32, 6*784)}
	for i, a := range answers {
		set.Images[i*784] = float32(i) // so that predict knows the image
		set.Labels = append(set.Labels, a.truth)
	}
	predict := func(images []float32) (probabilities [][]float32) {
		for start := 0; start < len(images); start += 784 {
			a := answers[int(images[start])]
			p := slices.Repeat([]float32{(1 - a.probability) / 9}, 10)
			p[a.truth] = a.probability / 10 // sorting by this one would give another order
			p[a.class] = a.probability
			probabilities = append(probabilities, p)
		}
		return probabilities
	}
	for _, test := range []struct {
		count int
		want  []int
	}{{2, []int{2, 4}}, {3, []int{2, 4, 1}}, {9, []int{2, 4, 1}}} {
		call := fmt.Sprintf("fooling with count %d", test.count)
		var got []int
		attempt(call, func() { got = fooling(predict, set, test.count) })
		for _, i := range got {
			if i < 0 || i >= len(answers) {
				wrong(t, "%s returned %v, but the images are numbered from 0 to 5", call, got)
			}
			if a := answers[i]; a.class == int(a.truth) {
				wrong(t, "%s returned %v, but image %d is no mistake: it is a %d, and the network says so", call, got, i, a.truth)
			}
		}
		switch {
		case len(got) != len(test.want):
			wrong(t, "%s returned %d images, want %d; images 1, 2 and 4 are mistakes", call, len(got), len(test.want))
		case !slices.Equal(got, test.want):
			wrong(t, "%s returned %v, want %v: the most confident mistakes, the most confident first", call, got, test.want)
		}
	}
}

// %% [markdown]
// Now the real ones: the nine most confident mistakes of the trained network among the 10,000 test images. (Before your function works, there is nothing to see.)

// %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "fooling-use", "locked": true, "schema_version": 3, "solution": false, "task": false}
//gonb:%%
net := must.M1(birnn.Load(openBackend(), checkpoints))
defer net.Close()
test := must.M1(mnist.Load(context.Background(), "")).Test
predict := func(images []float32) [][]float32 { return must.M1(net.Predict(images)) }
chosen := &mnist.Set{}
for _, i := range fooling(predict, test, 9) {
	chosen.Images = append(chosen.Images, test.Image(i)...)
	chosen.Labels = append(chosen.Labels, test.Labels[i])
}
if chosen.Len() > 0 {
	show(plotting.Digits("The digits that fool it", chosen.Images, chosen.Labels, must.M1(net.Classify(chosen.Images))))
}

// %% [markdown]
// **What to look for.** Which of them would you read as the network does? Some are hardly legible, others are plain: a network can be sure and wrong.

// %% [markdown]
// ## 10. Make it faster without making it worse
//
// *Hard, 15 points.* What does the network believe while it reads? `slowBeliefs` returns the probabilities of the ten digits after each row, `[28][10]`, as if the image ended there. It is right, but slow. Write `beliefs`, which returns the same numbers in much less time.
//
// A `Stream` reads one image as it arrives: `Push` takes the next row and returns the probabilities so far. Count how many rows `slowBeliefs` pushes for one image. Expect yours to be more than ten times as fast.
//
// <details><summary>Hint</summary>
//
// For the probabilities after row 20 the slow version reads rows 1 to 19 again, although it has just read them for those after row 19. What a recurrent network has read is in its state, and a stream keeps it.
//
// </details>

// %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "faster", "locked": false, "schema_version": 3, "solution": true, "task": false}
// slowBeliefs returns the class probabilities after each row of the image, [28][10].
func slowBeliefs(net *infer.Network, image []float32) (after [][]float32) {
	for rows := 1; rows <= timesteps; rows++ {
		stream := net.Stream()
		var p []float32
		for row := range rows {
			p = must.M1(stream.Push(image[row*numInput : (row+1)*numInput]))
		}
		after = append(after, p)
	}
	return after
}

// beliefs returns the same as slowBeliefs, faster.
func beliefs(net *infer.Network, image []float32) (after [][]float32) {
	// YOUR CODE HERE
	return after
}

// %% [markdown]
// The check first compares the numbers, on ten drawn digits. Then it measures both versions in turn, a hundred times, and takes the best time of each, so that a busy machine does not decide.

// %% nbgrader={"cell_type": "code", "grade": true, "grade_id": "faster-test", "locked": true, "points": 15, "schema_version": 3, "solution": false, "task": false}
// %test -test.run=^TestBeliefs$
func TestBeliefs(t *testing.T) {
	net := must.M1(infer.Load(os.DirFS(checkpoints), "."))
	test := mnist.Synthetic(10, 1)
	for i := range test.Len() {
		var got [][]float32
		attempt("beliefs", func() { got = beliefs(net, test.Image(i)) })
		if len(got) != timesteps {
			wrong(t, "beliefs returned %d rows, want 28: the probabilities after each row of the image", len(got))
		}
		for row, want := range slowBeliefs(net, test.Image(i)) {
			if len(got[row]) != nClasses {
				wrong(t, "after row %d, beliefs has %d probabilities, want 10", row, len(got[row]))
			}
			for digit, p := range want {
				if !(math.Abs(float64(got[row][digit]-p)) < 1e-5) {
					wrong(t, "image %d, after row %d: beliefs gives the digit %d the probability %.6f, want %.6f", i, row, digit, got[row][digit], p)
				}
			}
		}
	}
	measure := func(f func(*infer.Network, []float32) [][]float32, image []float32) time.Duration {
		start := time.Now()
		f(net, image)
		return time.Since(start)
	}
	slow, fast := time.Hour, time.Hour
	for k := range 100 {
		image := test.Image(k % test.Len())
		slow, fast = min(slow, measure(slowBeliefs, image)), min(fast, measure(beliefs, image))
	}
	if ratio := float64(slow) / float64(fast); ratio < 4 {
		wrong(t, "the numbers are right, but beliefs is only %.1f times as fast as slowBeliefs; want at least 4 times", ratio)
	} else {
		fmt.Printf("✓ %.0f times as fast\n", ratio)
	}
}

// %% [markdown]
// ## What you learned
//
// - The parameters of a recurrent network do not depend on the length of the sequence, but grow with the square of the hidden units.
// - The network reads whatever you call a time step; what an output has read depends on the direction and on the time step.
// - A gate is a small layer with a sigmoid; the forget bias makes an untrained cell remember.
// - Cells, directions and layers can be exchanged in a few lines. A count of the parameters and a look at what the answer depends on find most mistakes.
// - Validation decides when to stop, confident mistakes show what is missing, and keeping the state saves reading everything again.
//
// ## Where to read on
//
// - Sepp Hochreiter and Jürgen Schmidhuber, [Long Short-Term Memory](https://doi.org/10.1162/neco.1997.9.8.1735) (1997).
// - Felix Gers, Jürgen Schmidhuber and Fred Cummins, [Learning to Forget: Continual Prediction with LSTM](https://doi.org/10.1162/089976600300015015) (2000): the forget gate.
// - Mike Schuster and Kuldip Paliwal, [Bidirectional Recurrent Neural Networks](https://doi.org/10.1109/78.650093) (1997).
// - Kyunghyun Cho and others, [Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine Translation](https://arxiv.org/abs/1406.1078) (2014): the GRU.
// - Lutz Prechelt, [Early Stopping – But When?](https://doi.org/10.1007/3-540-49430-8_3) (1998).
