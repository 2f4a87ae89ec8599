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
// # Bidirectional RNN for Digit Classification
//
// A recurrent neural network (RNN) reads a sequence one step at a time and remembers what it has seen. A *bidirectional* RNN reads the sequence from both ends. Here it reads handwritten digits: each image is a sequence of 28 rows, which one half of the network reads from top to bottom and the other from bottom to top.
//
// This notebook follows a [well-known TensorFlow 1 tutorial](https://github.com/easy-tensorflow/easy-tensorflow) cell by cell, in Go. The network is written with [GoMLX](https://github.com/gomlx/gomlx), a machine learning library for Go, which compiles it with XLA (*Accelerated Linear Algebra*, the compiler behind JAX and TensorFlow).
//
// **What you will learn**
//
// - how an LSTM cell (*long short-term memory*) reads a sequence, and what its gates do
// - how to build, train and test a classifier of sequences; this one recognizes 98 of 100 digits that it has never seen
// - what the output of a bidirectional network has seen, and what it has not
// - how sure you can be of a measured accuracy, and which digits are confused
//
// **Time.** An hour to read. Running all cells takes about two minutes on two cores, most of it training (35 to 80 seconds).
//
// **Before you start.** You know Go, and how a matrix is multiplied with a vector. You have heard that training changes the weights of a network in many small steps, against the gradient of a loss, so that the loss falls. You need not have seen a recurrent network. To run a cell, click it and press Shift-Enter.
//
// **Contents**
//
// 1. [Import the required libraries](#1.-Import-the-required-libraries) and [load the MNIST data](#1.-Load-the-MNIST-data)
// 2. [Hyperparameters](#2.-Hyperparameters)
// 3. [Network configuration](#3.-Network-configuration)
// 4. [Create network helper functions](#4.-Create-network-helper-functions)
// 5. [Create the network graph](#5.-Create-the-network-graph)
// 6. [Train](#6.-Train)
// 7. [Test](#7.-Test)
// 8. [What the original leaves out](#8.-What-the-original-leaves-out)
//
// The section numbers are the original's; section 8 is new. The other notebooks are in [the list](README.md).

// %% [markdown]
// ## 1. Import the required libraries
//
// The Go kernel, GoNB, differs from Python's in one respect: **each cell is compiled and run as a program of its own**. What a cell *declares* (imports, constants, functions) is available in all later cells; the *values* it computes are gone when it ends. So anything that later cells need is declared, and a trained network is saved to a file.
//
// The lines that start with `!` tell Go where to find the packages of this tutorial and which versions of other modules they need. Those that start with `%` make every cell start faster: Go does not look for modules on the network, and the linker leaves out what only a debugger needs. Standard packages need no import; GoNB adds it. The first run compiles GoMLX, which takes a few seconds.

// %% slideshow={"slide_type": "skip"}
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
	"github.com/easy-gomlx/tutorials/birnn/rnn"       // LSTM layers
	"github.com/easy-gomlx/tutorials/plotting"        // draws figures
	"github.com/easy-gomlx/tutorials/plotting/inline" // shows them here
	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"               // operations on tensors
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
// The lines after `%%` are the cell's main function. The output names the backend, which does the computing; the environment variable `GOMLX_BACKEND` selects another (see `birnn/README.md`).
//
// The next figure shows what we are going to build.

// %%
//gonb:%%
show(plotting.Unfolded())

// %% [markdown]
// **What to look for.** Each column is one time step, that is, one row of the image. A circle is a *cell*: here that is the part of the network that reads a row, not a cell of this notebook. The blue circles are one and the same cell, drawn once for each time step, with the same weights; so are the orange ones.
//
// What a cell remembers is its *state*. The forward cell passes it on to the right, from the first row to the last; the backward cell passes it to the left, so it starts at the *last* row. An output joins both. Pick an output and follow its arrows back: which rows can have reached it?

// %% [markdown]
// ## 1. Load the MNIST data
//
// MNIST is a set of 70,000 handwritten digits, a modified form of one that the American standards institute (NIST) collected. Each is an image of 28 by 28 pixels with values from 0, the background, to 1, ink. There are 55,000 for training, 5,000 for validation and 10,000 for testing. (The original has two sections numbered 1, and so does this notebook.)
//
// ### 1.1. Data dimension
//
// We write the dimensions down once and use their names from then on. Each row of an image is a time step, so an image is a sequence of 28 time steps with 28 numbers each.

// %%
// Data dimension
const (
	numInput  = 28 // pixels in a row: the input at one time step
	timesteps = 28 // rows: the length of the sequence
	nClasses  = 10 // number of classes, one class per digit
)

// %% [markdown]
// ### 1.2. Helper functions to load the MNIST data
//
// Three small functions load the data, shuffle it and take a batch. An `mnist.Set` holds its images one after another in one slice and its labels in another, so a batch is a piece of each, and nothing is copied.
//
// *Different from the original:* a label is the digit itself, not a *one-hot* vector (nine zeros, and a 1 at the place of the digit), and `randomize` shuffles in place. Its seed makes the order the same in every run.

// %%
// loadData returns the training, validation and test set, downloading them if necessary.
func loadData() (train, valid, test *mnist.Set) {
	data := must.M1(mnist.Load(context.Background(), ""))
	return data.Train, data.Validation, data.Test
}

// randomize shuffles the images and their labels together.
func randomize(set *mnist.Set, seed int) { set.Shuffle(int64(seed)) }

// getNextBatch returns the images from start up to end, [n, timesteps, numInput], and their labels.
func getNextBatch(set *mnist.Set, start, end int) (x []float32, y []int32) {
	const pixels = timesteps * numInput
	return set.Images[start*pixels : end*pixels], set.Labels[start:end]
}

// %% [markdown]
// ### 1.3. Load the data and display the sizes
//
// If the files are not on this machine yet, they are downloaded and verified now. Compare the sizes with those above.

// %%
//gonb:%%
train, valid, test := loadData()
fmt.Println("Size of:")
fmt.Printf("- Training-set:\t\t%d\n", train.Len())
fmt.Printf("- Validation-set:\t%d\n", valid.Len())
fmt.Printf("- Test-set:\t\t%d\n", test.Len())
show(plotting.Digits("The first nine training images", train.Images, train.Labels, nil))

// %% [markdown]
// **What to look for.** Digits are centered, and most images have blank rows at the top and at the bottom. No two writers agree: the 7 has a stroke through it, the 0 is not closed, and one of the two 1s has a foot.

// %% [markdown]
// **Three questions** (click one to see the answer)
//
// <details><summary>All pixels of an image are known at once. Why read it as a sequence?</summary>
//
// Because it shows how a recurrent network works on data that everyone knows. The order of the rows carries information, as the order of words does in a sentence. A convolutional network would be the usual choice for images; it needs no order and reaches a higher accuracy.
//
// </details>
//
// <details><summary>Why are there three sets, and not two?</summary>
//
// The network learns from the training set. The validation set helps *you* decide: when to stop, how many hidden units to use. Whatever you choose with it fits it a little too well, so its result is too good. The test set is used when all decisions are made.
//
// </details>
//
// <details><summary>What would happen if <code>randomize</code> shuffled the images, but not their labels?</summary>
//
// The labels would belong to other images. There would be nothing to learn, and the accuracy on the test set would stay near 10%, that of guessing.
//
// </details>

// %% [markdown]
// ## 2. Hyperparameters
//
// These numbers are not learned; you choose them. An *epoch* is one pass over the training images. The images are read in *batches* of 100, and the weights change after each batch: that is one step, or iteration. The *learning rate* says by how much. The numbers are those of the original. If you are in a hurry, set `epochs` to 1: that already gives an accuracy above 90%.

// %%
const (
	learningRate = 0.001 // the optimizer's learning rate
	epochs       = 10    // total number of training epochs
	batchSize    = 100   // training batch size
	displayFreq  = 100   // number of iterations between printed results
)

// %% [markdown]
// ## 3. Network configuration
//
// How much a cell can remember: the state of the forward cell, and that of the backward cell, is made of 128 *hidden units*.

// %%
const numHiddenUnits = 128 // number of hidden units of the RNN

// %% [markdown]
// **Three questions** (click one to see the answer)
//
// <details><summary>How many training steps are ten epochs?</summary>
//
// An epoch has 55,000 / 100 = 550 batches, and each is one step: 5,500 steps.
//
// </details>
//
// <details><summary>What changes if you double <code>batchSize</code>?</summary>
//
// Each step averages the gradient over twice as many images, so it is less noisy and takes longer. But an epoch has half as many steps, and the network changes half as often. With the same learning rate it usually learns less in ten epochs.
//
// </details>
//
// <details><summary>A forward cell has read the whole image. How many numbers does it remember?</summary>
//
// Two for each hidden unit, 256, whatever the length of the sequence. (Section 4.2 calls them the hidden state and the cell state.) The image has 784 pixels, so the cell has to select what matters.
//
// </details>

// %% [markdown]
// ## 4. Create network helper functions
//
// ### 4.1. Helper functions for creating new variables
//
// A *tensor* is an array with any number of dimensions. A variable is a tensor that training changes. It has a name within a *scope*, a shape, and an *initializer* that sets its first values: small random numbers for weights, zeros for biases.
//
// *Different from the original:* TensorFlow keeps track of the current scope itself; in GoMLX you pass it along.

// %%
import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// weightVariable creates the variable W, from a truncated normal distribution with standard deviation 0.01.
func weightVariable(scope *model.Scope, shape ...int) *model.Variable {
	return scope.WithInitializer(birnn.TruncatedNormal(scope, 0.01)).
		VariableWithShape("W", shapes.Make(dtypes.Float32, shape...))
}

// biasVariable creates the variable b, initially zero.
func biasVariable(scope *model.Scope, shape ...int) *model.Variable {
	return scope.WithInitializer(initializer.Zero).
		VariableWithShape("b", shapes.Make(dtypes.Float32, shape...))
}

// %% [markdown]
// ### 4.2. Helper-function for creating a Bidirectional RNN
//
// This is the heart of the tutorial. At each time step an LSTM cell takes the row $x_t$ and its own previous hidden state $h_{t-1}$. From them it computes three gates, $i$, $f$ and $o$, and a candidate $j$, each a vector of 128 numbers. A *gate* is a vector of numbers between 0 and 1. Multiplying by it lets that share of a value through: 0 is closed, 1 is open. (Brackets join two vectors, the sigmoid $\sigma(z) = 1/(1+e^{-z})$ lies between 0 and 1, $\tanh$ lies between -1 and 1, and $\odot$ is the product element by element.)
//
// $$
// \begin{aligned}
// i_t &= \sigma([x_t, h_{t-1}]\,W_i + b_i) && \text{input gate: how much of the candidate is added} \\
// j_t &= \tanh([x_t, h_{t-1}]\,W_j + b_j) && \text{candidate: what may be added to the memory} \\
// f_t &= \sigma([x_t, h_{t-1}]\,W_f + b_f + 1) && \text{forget gate: how much of the memory is kept} \\
// o_t &= \sigma([x_t, h_{t-1}]\,W_o + b_o) && \text{output gate: how much of the memory is output} \\
// c_t &= f_t \odot c_{t-1} + i_t \odot j_t && \text{cell state: the memory} \\
// h_t &= o_t \odot \tanh(c_t) && \text{hidden state: the output}
// \end{aligned}
// $$
//
// The 1 in the forget gate is the *forget bias*: at first, a cell keeps most of its memory.
//
// `BiRNN` makes two such cells. One reads forward, the other backward; the last of their joined outputs is multiplied by the weights. That gives a score for each class, the *logits*: the higher, the more likely. `BiRNN` is a *graph-building* function. It computes nothing yet: its arguments and its result stand for tensors, and what it calls adds operations to a graph, which XLA compiles later. If you know the original, try to find each of its lines here.
//
// *Different from the original:* there is no `unstack`, because the layer reads the tensor `[batch, timesteps, numInput]` as it is. The last output, which is `outputs[-1]` in Python, is `outputs.At(-1)` here, and only what it needs is computed.

// %%
// BiRNN maps the images x, [batch, timesteps, numInput], to logits, [batch, nClasses].
func BiRNN(scope *model.Scope, x, weights, biases *graph.Node, numHidden int) *graph.Node {
	// Define LSTM cells: forward and backward direction, forget bias 1.
	lstmFw := rnn.NewLSTM(scope.In("fw"), x, numHidden, 1.0)
	lstmBw := rnn.NewLSTM(scope.In("bw"), x, numHidden, 1.0)

	// Get the BiRNN's outputs: at each time step both hidden states, side by side.
	outputs := rnn.Bidirectional(lstmFw, lstmBw, x)

	// Linear activation, using the last output: [batch, 2*numHidden].
	return graph.Add(graph.MatMul(outputs.At(-1), weights), graph.ExpandAxes(biases, 0))
}

// %% [markdown]
// **Three questions** (click one to see the answer)
//
// <details><summary>What does a cell remember if its forget gate is always 1 and its input gate always 0? And the other way round?</summary>
//
// With $f = 1$ and $i = 0$, $c_t = c_{t-1}$: the memory never changes. With $f = 0$ and $i = 1$, $c_t = j_t$: the old memory is gone after each step, and what came before reaches the candidate only through $h_{t-1}$.
//
// </details>
//
// <details><summary>Why is 1 added in the forget gate, and not in the others?</summary>
//
// The weights are small at first, so without the bias $f \approx \sigma(0) = 0.5$. Each step would halve the memory: after 28 rows, about $4 \cdot 10^{-9}$ of it would be left. With the bias, $f \approx \sigma(1) = 0.73$, which leaves $2 \cdot 10^{-4}$, enough for training to start. ([Inside the LSTM](inside_the_lstm.ipynb) measures what that means for the gradient.)
//
// </details>
//
// <details><summary>Which shape does <code>outputs.At(-1)</code> have?</summary>
//
// `[batch, 256]`: at one time step, the 128 hidden units of the forward cell and the 128 of the backward cell, side by side.
//
// </details>

// %% [markdown]
// ## 5. Create the network graph
//
// ### 5.1. Placeholders for the inputs (x) and corresponding labels (y)
//
// TensorFlow 1 has placeholders: tensors whose values are supplied later. In GoMLX these are the *arguments* of the graph-building functions below, so there is nothing to create, only shapes to agree on. `config` also records the other numbers from above, so that they are saved with the network. The batch size is left open: the graph is compiled once for each size that is used.

// %% slideshow={"slide_type": "skip"}
// x: float32 [batch, timesteps, numInput]; y: int32 [batch].
func config() birnn.Config {
	cfg := birnn.DefaultConfig()
	cfg.NumInput, cfg.Timesteps, cfg.NumClasses = numInput, timesteps, nClasses
	cfg.NumHidden, cfg.BatchSize, cfg.Epochs = numHiddenUnits, batchSize, epochs
	cfg.LearningRate, cfg.DisplayFreq = learningRate, displayFreq
	cfg.Seed = 1 // of the initial weights
	return cfg
}

// %% [markdown]
// ### 5.2. Define the network
//
// The weights have 2 · 128 rows, because the two hidden states are joined, and one column for each class. `outputLogits` gives every class a score; the softmax turns the scores into probabilities. As in the original, training uses the scores alone; `yPred` is here to show the formula. `net.Predict` applies the same softmax itself.

// %%
func outputLogits(scope *model.Scope, x *graph.Node) *graph.Node {
	W := weightVariable(scope, 2*numHiddenUnits, nClasses) // random
	b := biasVariable(scope, nClasses)                     // zero
	return BiRNN(scope, x, W.NodeValue(x), b.NodeValue(x), numHiddenUnits)
}

// yPred is the probability of each class, as net.Predict returns it.
func yPred(logits *graph.Node) *graph.Node { return graph.Softmax(logits, -1) }

// %% [markdown]
// ### 5.3. Define the loss function, optimizer, accuracy, and predicted class
//
// The loss is the cross-entropy: minus the logarithm of the probability that the network gives to the true digit, averaged over the batch. It is 0 for a network that is sure of all digits and right. The optimizer, Adam, lowers it in small steps; GoMLX derives the gradients from the functions that you wrote. The last lines put the pieces together.
//
// *Different from the original:* `birnn.Adam` computes what TensorFlow's Adam does. (GoMLX's own adds epsilon, the small number that prevents a division by zero, in a different place. It works here too, as does any other GoMLX optimizer.)

// %%
// loss is the mean cross-entropy over the batch.
func loss(logits, y *graph.Node) *graph.Node {
	oneHot := graph.OneHot(y, nClasses, logits.DType())
	logPred := graph.LogSoftmax(logits, -1)
	return graph.Neg(graph.ReduceAllMean(graph.ReduceSum(graph.Mul(oneHot, logPred), -1)))
}

// clsPrediction is the predicted class: the one with the largest logit.
func clsPrediction(logits *graph.Node) *graph.Node { return graph.ArgMax(logits, -1) }

// accuracy is the fraction of correct predictions.
func accuracy(logits, y *graph.Node) *graph.Node {
	correct := graph.Equal(clsPrediction(logits), y)
	return graph.ReduceAllMean(graph.ConvertDType(correct, dtypes.Float32))
}

var network = birnn.Network{
	Logits: outputLogits, Loss: loss, Accuracy: accuracy,
	Optimizer: birnn.Adam(learningRate),
}

// %% [markdown]
// ### 5.4. Initialize all variables
//
// `initialize` creates the variables and draws their first values. Check the shapes: each kernel (here the matrix of a cell's weights, not the program that runs Go cells) holds the matrices $W_i$, $W_j$, $W_f$ and $W_o$ side by side. So it has 28 + 128 rows (the input, then the hidden state) and 4 · 128 columns.

// %%
func initialize() *birnn.Model {
	return must.M1(network.New(openBackend(), config()))
}

//gonb:%%
net := initialize()
defer net.Close()
for _, v := range must.M1(net.Variables()) {
	fmt.Printf("%-10s %v\n", v.Name, v.Shape)
}
fmt.Println("Number of parameters:", must.M1(net.NumParameters()))

// %% [markdown]
// **Three questions** (click one to see the answer)
//
// <details><summary>Can you derive the 163,338 parameters?</summary>
//
// Each cell has a kernel of $(28 + 128) \cdot 4 \cdot 128 = 79{,}872$ numbers and a bias of 512. Two cells have 160,768. $W$ adds 2,560 and $b$ adds 10. The number of time steps does not matter: all of them use the same weights.
//
// </details>
//
// <details><summary>Which loss do you expect before training?</summary>
//
// A network that knows nothing gives each of the ten digits a probability of about 0.1. The cross-entropy is then $-\ln 0.1 = 2.30$. Compare with the first line that the training prints.
//
// </details>
//
// <details><summary>Why does <code>loss</code> use <code>LogSoftmax</code>, and not the logarithm of <code>Softmax</code>?</summary>
//
// They are equal on paper. In 32-bit numbers a very small probability becomes 0, and its logarithm $-\infty$. `LogSoftmax` computes the logarithm directly from the scores, and no probability has to be rounded.
//
// </details>

// %% [markdown]
// ## 6. Train
//
// The trained network has to outlive its cell. So the loop below saves it after each epoch in the folder `checkpoints`, beside this notebook, and all later cells load it from there.
//
// One folder holds one training run. To train another network and keep this one, change the name of the folder as well. If you change `numHiddenUnits`, for instance, and forget the folder, the training cell says what does not match and leaves the saved network alone. More `epochs` need no new folder: training continues.

// %% slideshow={"slide_type": "skip"}
// checkpoints is the folder of this training run. The variable is set if the notebook runs without a browser.
var checkpoints = filepath.Join(os.Getenv("EASY_GOMLX_CHECKPOINTS"), "checkpoints")

// %% [markdown]
// The training loop is as plain as the original's. For each epoch: shuffle. For each batch: one step of the optimizer, and now and then the loss and accuracy of the batch. After the epoch: loss and accuracy on the first 1,000 validation images. `live` draws the curves as they grow.
//
// Watch the loss and the accuracy while the cell runs. The curve shows each batch *before* the update that learns from it; the printed lines show it *after* the update, as the original does, so they look a little better.
//
// *Different from the original:* you can stop the cell at any time (■ in the toolbar) and lose nothing. The network is saved, and when you run the cell again, training continues. `Resume` restores the weights, the optimizer's state and the step, and the same seeds shuffle the images in the same way, so the result is the same network as without the interruption. When all epochs are done, running the cell again trains nothing: after a restart of the kernel you can simply run all cells.

// %%
//gonb:%%
ctx := inline.Stoppable() // canceled when ■ is pressed
train, valid, _ := loadData()
numTrIter := train.Len() / batchSize // number of training iterations in each epoch
net := must.M1(network.Resume(openBackend(), config(), checkpoints))
defer net.Close()
fmt.Printf("Training: %d of %d steps done\n", net.Step(), epochs*numTrIter)
live := inline.NewLive(epochs, numTrIter)
live.Resume(net.History())
for epoch := range epochs {
	if net.Step() >= epochs*numTrIter {
		break // nothing is left to train
	}
	randomize(train, epoch)
	if epoch < net.Step()/numTrIter {
		continue // trained already
	}
	fmt.Printf("Training epoch: %d\n", epoch+1)
	for iteration := net.Step() % numTrIter; iteration < numTrIter; iteration++ {
		if ctx.Err() != nil {
			must.M(net.Save(checkpoints))
			must.M(live.Done())
			fmt.Println("Stopped and saved. Run this cell again to continue.")
			return
		}
		start, end := iteration*batchSize, (iteration+1)*batchSize
		xBatch, yBatch := getNextBatch(train, start, end)

		// Run the optimizer (backprop)
		lossBefore, accBefore := must.M2(net.TrainStep(xBatch, yBatch))
		live.Step(net.Step(), lossBefore, accBefore)

		if iteration%displayFreq == 0 {
			// Calculate and display the batch loss and accuracy
			lossBatch, accBatch := must.M2(net.Evaluate(xBatch, yBatch))
			fmt.Printf("iter %3d:\t Loss=%.2f,\tTraining Accuracy=%.1f%%\n",
				iteration, lossBatch, 100*accBatch)
		}
	}
	// Run validation after every epoch
	lossValid, accValid := must.M2(net.Validate(getNextBatch(valid, 0, 1000)))
	fmt.Printf("Epoch: %d, validation loss: %.2f, validation accuracy: %.1f%%\n",
		epoch+1, lossValid, 100*accValid)
	live.Validation(net.Step(), lossValid, accValid)
	must.M(net.Save(checkpoints))
}
must.M(live.Done())

// %% [markdown]
// **What to look for.** The loss falls quickly at first, then slowly; note its logarithmic scale. The pale band shows single batches of 100 images, which differ a lot, and the blue line their mean. The orange points are the validation images, from which the network does not learn. As long as they follow the blue line down, the network learns something that holds for other images too.

// %% [markdown]
// The trained network is now in its file. `trained` loads it in a few milliseconds. Its training history is saved with it, so the curves can be drawn again at any time.

// %% slideshow={"slide_type": "skip"}
// trained loads the network that the training cell saved.
func trained() *birnn.Model {
	return must.M1(network.Load(openBackend(), checkpoints))
}

//gonb:%%
net := trained()
defer net.Close()
show(plotting.Curves(net.History()))

// %% [markdown] slideshow={"slide_type": "skip"}
// **What to look for.** These are the same curves: they come from the file. Compare the end of the blue line with the last orange point. The network does a little better on the images that it learns from.

// %% [markdown]
// **Three questions** (click one to see the answer)
//
// <details><summary>In the first epoch the printed accuracy goes from 84% to 89% and back to 79%. Did the network get worse?</summary>
//
// Probably not. Each line is the accuracy on one batch of 100 images. If the true accuracy is 87%, the *standard error* of such a number, that is, its typical distance from the truth, is $\sqrt{0.87 \cdot 0.13 / 100} = 3.4$ percentage points. For the difference of two batches it is 4.8 points, so ten points now and then are nothing special. The mean in the figure tells more.
//
// </details>
//
// <details><summary>At the end the training loss is lower than the validation loss. Is that overfitting?</summary>
//
// The beginning of it: the network knows the training images a little better. Overfitting does harm when the validation loss *rises* while the training loss falls. Here it goes up and down from epoch to epoch, but does not rise over several epochs.
//
// </details>
//
// <details><summary>Why does the band get wider toward the end?</summary>
//
// The scale is logarithmic. When 99 of 100 images are right, the loss of a batch depends on the one that is wrong: some batches have none, others two or three.
//
// </details>

// %% [markdown]
// ## 7. Test
//
// ### 7.1. Helper functions for plotting the results
//
// `plotImages` draws nine images with their true and, if given, their predicted classes; `plotExampleErrors` draws the first nine that the network got wrong.

// %% slideshow={"slide_type": "skip"}
// plotImages shows nine images with their true and predicted classes.
func plotImages(images []float32, clsTrue, clsPred []int32, title string) {
	show(plotting.Digits(title, images, clsTrue, clsPred))
}

// plotExampleErrors shows nine images whose predicted class is not the true one.
func plotExampleErrors(images []float32, clsTrue, clsPred []int32, title string) {
	show(plotting.Misclassified(title, images, clsTrue, clsPred))
}

// %% [markdown]
// ### 7.2. Run the test and plot some results
//
// The network has not seen any of the test images. Like the original, this cell tests on the first 1,000 of them. The original calls the first figure 'Correct Examples', although it does not select any: it shows the first nine test images, right or wrong. A frame marks a wrong one.

// %%
//gonb:%%
net := trained()
defer net.Close()
_, _, test := loadData()

// Test the network (only on 1000 samples) after training
xTest, yTest := getNextBatch(test, 0, 1000)
lossTest, accTest := must.M2(net.Evaluate(xTest, yTest))
fmt.Printf("Test loss: %.2f, test accuracy: %.1f%%\n", lossTest, 100*accTest)

// Plot some of the correct and misclassified examples
clsPred := must.M1(net.Classify(xTest))
plotImages(xTest, yTest, clsPred, "Correct Examples")
plotExampleErrors(xTest, yTest, clsPred, "Misclassified Examples")

// %% [markdown]
// **What to look for.** One of the nine 'Correct Examples' is not correct: a 5 with a closed loop, which the network takes for a 6. Among the mistakes, cover the captions and read the digits yourself. Some of them are hard for people too; others, such as the thick 8, are not.

// %% [markdown] slideshow={"slide_type": "skip"}
// When testing is finished, the original closes its session to free the memory. Each cell above did so with `defer net.Close()`. Using a closed network is an error.

// %% slideshow={"slide_type": "skip"}
//gonb:%%
// close the network after you are done with testing
net := trained()
must.M(net.Close())
_, err := net.Classify(make([]float32, timesteps*numInput))
fmt.Println("After Close:", err)

// %% [markdown]
// **Three questions** (click one to see the answer)
//
// <details><summary>At 98% right, how likely is it that nine images in a row are all right?</summary>
//
// $0.98^9 = 83\%$. In one of six sets of nine images there is a mistake, as there is here.
//
// </details>
//
// <details><summary>Two networks have the same accuracy. What does it mean if one has a lower loss?</summary>
//
// Accuracy asks only which class has the highest probability. The loss asks how high the probability of the *true* class is: a confident mistake costs much more than a narrow one. The network with the lower loss is less sure when it is wrong, or surer when it is right.
//
// </details>
//
// <details><summary>Why do the cells of this section load the network from a file, although the training cell had it in memory?</summary>
//
// Each cell is a program of its own, and values end with it. The file also makes a restart of the kernel harmless.
//
// </details>

// %% [markdown]
// ## 8. What the original leaves out
//
// ### 8.1. All of the test images
//
// A thousand images are few. At an accuracy of 98%, the standard error of the result (its typical distance from the truth, $\sqrt{0.98 \cdot 0.02 / 1000}$) is 0.44 percentage points. So its 95% confidence interval, which contains the truth in 95 of 100 such tests, reaches about 0.9 points in either direction; with 10,000 images it reaches 0.3 points. Compare with all 5,000 validation and all 10,000 test images.

// %%
//gonb:%%
net := trained()
defer net.Close()
_, valid, test := loadData()
evaluate := func(name string, set *mnist.Set, n int) {
	lossSet, accSet := must.M2(net.Evaluate(getNextBatch(set, 0, n)))
	fmt.Printf("%-10s %6d images: loss %.3f, accuracy %.2f%%\n", name, n, lossSet, 100*accSet)
}
evaluate("validation", valid, 1000)
evaluate("validation", valid, valid.Len())
evaluate("test", test, 1000)
evaluate("test", test, test.Len())

// %% [markdown]
// ### 8.2. What outputs[-1] has seen
//
// The backward cell starts at the last row. So at the *last* time step, in `outputs[-1]` (Python's way to write the last one), it has read **one row of 28**: the bottom row, which is blank in 99 of 100 images. Nearly everything that this network knows comes from the forward half. The pale parts of the figure do not reach the output at all.

// %%
//gonb:%%
show(plotting.UnfoldedAt(-1, -1))

// %% [markdown]
// **What to look for.** Compare with the first figure: of the orange cells only one is left in color. The forward half of `outputs[-1]` has read 28 rows, the backward half one.

// %% [markdown]
// See for yourself: this cell reads a digit, and then the same digit with every row but the last erased. The forward half of the output changes; the backward half stays exactly the same. The network is not trained; what each half has seen does not depend on the weights.

// %%
import "github.com/gomlx/gomlx/core/tensors"

// lastOutput is outputs[-1] of an untrained pair of cells, [batch, 2*numHiddenUnits].
func lastOutput(scope *model.Scope, x *graph.Node) *graph.Node {
	fw := rnn.NewLSTM(scope.In("fw"), x, numHiddenUnits, 1.0)
	bw := rnn.NewLSTM(scope.In("bw"), x, numHiddenUnits, 1.0)
	return rnn.Bidirectional(fw, bw, x).At(-1)
}

//gonb:%%
_, _, test := loadData()
digit := append([]float32(nil), test.Image(0)...)
erased := make([]float32, len(digit))
copy(erased[27*numInput:], digit[27*numInput:]) // only the last row
x := tensors.FromFlatDataAndDimensions(append(digit, erased...), 2, timesteps, numInput)
result := must.M1(model.CallOnce(openBackend(), model.NewStore(), lastOutput, x))
h := result.Value().([][]float32) // [2, 2*numHiddenUnits]
const half = numHiddenUnits
fmt.Println("forward half unchanged: ", slices.Equal(h[0][:half], h[1][:half]))
fmt.Println("backward half unchanged:", slices.Equal(h[0][half:], h[1][half:]))

// %% [markdown]
// To let both directions read the whole image, replace `outputs.At(-1)` with `outputs.Final()` in section 4.2, give the folder in section 6 another name, and run the cells from section 4.2 on again: everything that follows uses your network. It learns faster at first (an accuracy of around 95% instead of 91 to 93% after one epoch), but each step takes longer, and it ends at about the same accuracy.
//
// ### 8.3. Which digits are confused
//
// Each row of the next figure is a true digit, each column a predicted one, over all 10,000 test images. Look for pairs that resemble each other in handwriting.

// %%
//gonb:%%
net := trained()
defer net.Close()
_, _, test := loadData()
clsPred := must.M1(net.Classify(test.Images))
show(plotting.Confusion(test.Labels, clsPred, nClasses))

// %% [markdown]
// **What to look for.** Correct predictions are on the diagonal, mistakes beside it; the darker, the more. The 4 has the most: 29, and 17 of its 982 images are taken for a 9. The opposite mistake is rarer: the row of the 9 has 5 in column 4. The right column gives the accuracy for each digit.

// %% [markdown]
// And this is the most confident mistake: of all wrong predictions, the one with the highest probability. The figure shows the digit, and the probability that the network gave to each class.

// %%
//gonb:%%
net := trained()
defer net.Close()
_, _, test := loadData()
probabilities := must.M1(net.Predict(test.Images))
mistake, highest := 0, float32(0)
for i, p := range probabilities {
	predicted := slices.Index(p, slices.Max(p))
	if predicted != int(test.Labels[i]) && p[predicted] > highest {
		mistake, highest = i, p[predicted]
	}
}
show(plotting.Prediction(test.Image(mistake), probabilities[mistake], test.Labels[mistake]))

// %% [markdown]
// **What to look for.** The digit is labeled 5, and the network is all but certain that it is a 6. Most people would agree with the network. A probability close to 1 does not mean that the network is right, nor that the label is.

// %% [markdown]
// **Three questions** (click one to see the answer)
//
// <details><summary>The original reports 97.7% on its first 1,000 test images, and this network has 98.1%. Is it better?</summary>
//
// You cannot tell. The 95% confidence interval for 1,000 images reaches about 0.9 points in either direction. Another seed changes the result by some tenths of a point too.
//
// </details>
//
// <details><summary>Which rows has each half of <code>outputs.Final()</code> read?</summary>
//
// All 28. It joins the forward state after the last row and the backward state after the first row: each direction where it ends.
//
// </details>
//
// <details><summary>Would a network without the backward cell do as well as this one?</summary>
//
// Nearly: the backward half has read only the bottom row, which is blank in 99 of 100 images. [Inside the LSTM](inside_the_lstm.ipynb) trains one and compares.
//
// </details>

// %% [markdown]
// ## What you learned
//
// - A recurrent network reads a sequence step by step and keeps a memory of fixed size. In an LSTM, gates decide what is added to the memory, what is kept and what is shown.
// - A bidirectional network has two such memories. What an output knows depends on where you read it: `outputs[-1]` has seen one row backward.
// - Training repeats three things: take a batch, compute loss and gradient, change the weights a little. The validation set shows whether that helps with images not seen before.
// - A result on 1,000 images is uncertain by almost a point; a confusion matrix says more than one number.
//
// **Try next**
//
// - Change something and train again, in a folder of its own (section 6): more hidden units, `outputs.Final()`, a second layer. (`outputs.All()` gives the outputs of all time steps, which another `rnn.Bidirectional` can read.)
// - Open the next notebook, [Inside the LSTM](inside_the_lstm.ipynb).
// - Use `birnn` in a program of your own: `birnn/README.md` has a complete one. The layer alone, for any GoMLX graph, is package `rnn`.

// %% [markdown] slideshow={"slide_type": "skip"}
// ## Where to read on
//
// - Sepp Hochreiter and Jürgen Schmidhuber, 1997: [Long Short-Term Memory](https://doi.org/10.1162/neco.1997.9.8.1735). The cell, still without a forget gate.
// - Felix Gers, Jürgen Schmidhuber and Fred Cummins, 2000: [Learning to Forget: Continual Prediction with LSTM](https://doi.org/10.1162/089976600300015015). The forget gate.
// - Mike Schuster and Kuldip Paliwal, 1997: [Bidirectional Recurrent Neural Networks](https://doi.org/10.1109/78.650093).
// - Alex Graves and Jürgen Schmidhuber, 2005: [Framewise Phoneme Classification with Bidirectional LSTM and Other Neural Network Architectures](https://doi.org/10.1016/j.neunet.2005.06.042). Both together.
// - Yann LeCun, Léon Bottou, Yoshua Bengio and Patrick Haffner, 1998: [Gradient-Based Learning Applied to Document Recognition](https://doi.org/10.1109/5.726791). MNIST, and what other methods reach on it.
// - Diederik Kingma and Jimmy Ba, 2015: [Adam: A Method for Stochastic Optimization](https://arxiv.org/abs/1412.6980). The optimizer.
