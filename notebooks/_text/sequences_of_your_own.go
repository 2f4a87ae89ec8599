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
// # Sequences of Your Own
//
// Sentences, heartbeats, gestures and the readings of a machine have one thing in common that the rows of a digit do not: **each sequence has a length of its own.** This notebook takes real sequences of different lengths, nine men who say two vowels, from the data to a trained network, and from there to a small Go program that uses it. At each step it says what to do when the data are yours.
//
// **What you will learn**
//
// - what form your data must have, and how to divide them into a training, a validation and a test set
// - what padding is, and what goes wrong if a network does not know where a sequence ends
// - what overfitting looks like, and what dropout, early stopping and a second layer change
// - how to compare networks honestly: several seeds, and a test set that is used once
// - how to use the network outside this notebook: in a Go program without XLA, and in Python as an ONNX file
//
// **Time**: about 40 minutes to read; all cells together run for about two minutes on two cores.
//
// **Before you start**: read [the first notebook](bidirectional_rnn.ipynb), which explains the LSTM (*long short-term memory*), reading in both directions, and the Go kernel.
//
// **Contents**
//
// 1. [Set up](#1.-Set-up)
// 2. [The data](#2.-The-data)
// 3. [Padding and lengths](#3.-Padding-and-lengths)
// 4. [Overfitting, and what helps](#4.-Overfitting,-and-what-helps)
// 5. [The test, once](#5.-The-test,-once)
// 6. [Use the network](#6.-Use-the-network)

// %% [markdown]
// ## 1. Set up
//
// The first cell is that of the other notebooks. Its output names the backend that computes.

// %%
// !*cp "${GONB_DIR}/../go.mod" "${GONB_DIR}/../go.sum" .
// !*go mod edit -module=cells -require=github.com/easy-gomlx/tutorials@v0.0.0 -replace="github.com/easy-gomlx/tutorials=${GONB_DIR}/.."
// %noautoget
// %goflags -ldflags=-s
import (
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"github.com/easy-gomlx/tutorials/birnn"           // training and prediction
	"github.com/easy-gomlx/tutorials/birnn/backend"   // XLA or pure Go
	"github.com/easy-gomlx/tutorials/birnn/convert"   // other formats
	"github.com/easy-gomlx/tutorials/birnn/history"   // records of training runs
	"github.com/easy-gomlx/tutorials/birnn/infer"     // prediction without XLA
	"github.com/easy-gomlx/tutorials/birnn/rnn"       // LSTM layers
	"github.com/easy-gomlx/tutorials/birnn/sequences" // the data
	"github.com/easy-gomlx/tutorials/plotting"        // draws figures
	"github.com/easy-gomlx/tutorials/plotting/inline" // shows them here
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph" // operations on tensors
	"github.com/gomlx/gomlx/ml/layers"  // dropout
	"github.com/gomlx/gomlx/ml/model"   // variables
	"github.com/janpfeifer/must"        // stops the cell at an error
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
// All numbers that you may want to change are in the next cell. If you change one after training, change `folder` too, so that the networks trained before are kept; otherwise the training cells say what does not match.

// %%
const (
	numFeatures = 12 // numbers in a frame
	numSpeakers = 9  // classes

	numHidden    = 64    // hidden units of each direction
	learningRate = 0.002 // of the optimizer, Adam
	batchSize    = 27    // utterances in one training step
	dropoutRate  = 0.3   // share of the input's numbers that dropout erases, from section 4.2 on
	patience     = 20    // epochs without progress before training stops, in section 4.3
	seeds        = 4     // networks of each kind, each with other initial weights
	epochs       = 40

	folder = "checkpoints/sequences" // where the networks of this notebook are kept
)

// %% [markdown]
// ## 2. The data
//
// ### 2.1. Nine speakers
//
// Nine men say the Japanese vowels *a* and *e*, one after the other; who is speaking? An utterance is a sequence of *frames*, short pieces of sound, each described by 12 numbers, its *features*, which say how the sound's energy is spread over the frequencies. The set is called Japanese Vowels (Kudo, Toyama and Shimbo, 1999); its files are downloaded once and verified. Look at the lengths.

// %%
// load returns the utterances to learn from and those to test with.
func load() (all, test *sequences.Set) {
	return must.M2(sequences.JapaneseVowels(context.Background(), ""))
}

//gonb:%%
all, test := load()
fmt.Println("utterances to learn from:", all.Len())
fmt.Println("utterances to test with: ", test.Len())
fmt.Println("features of a frame:     ", all.Features)
fmt.Println("speakers:                ", all.Classes)
fmt.Println("frames of an utterance:  ", slices.Min(all.Lengths), "to", slices.Max(test.Lengths))

// %% [markdown]
// ### 2.2. An utterance
//
// A network reads a *batch* of utterances at once, and a batch is one tensor, `[batch, time, features]`. So all utterances must have the same number of time steps: shorter ones are filled up with zeros. This is called **padding**. The next figure shows three utterances as they are stored.

// %%
//gonb:%%
all, _ := load()
var maps []plotting.Map
for _, i := range []int{0, 40, 250} {
	first := i * all.Time * all.Features
	padded := all.X[first : first+all.Time*all.Features] // [Time, Features]
	maps = append(maps, plotting.Map{
		Name:   fmt.Sprintf("speaker %s, %d frames", all.Classes[all.Labels[i]], all.Lengths[i]),
		Values: slices.Collect(slices.Chunk(padded, all.Features)),
	})
}
show(plotting.HeatMaps("Three utterances", "feature", "frame", maps...))

// %% [markdown]
// **What to look for.** Time runs down; a column is a feature, and most change slowly. (Each map has a scale of its own, below it.) Where an utterance ends, everything is exactly zero: that is the padding, more than half of the third map. Nothing in the tensor itself says which rows are speech and which are not, except that no frame of speech is zero in all its features.

// %% [markdown]
// ### 2.3. Your own data
//
// What you saw is a `sequences.Set`, and that is the form that your own data need too:
//
// | field | shape | content |
// | --- | --- | --- |
// | `X` | `[n, Time, Features]` | the numbers in one slice, one time step after the other, zero beyond a sequence's length |
// | `Lengths` | `[n]` | the number of time steps of each sequence |
// | `Labels` | `[n]` | the class of each sequence, an index in `Classes` |
// | `Time`, `Features`, `Classes` | | the longest length, the numbers in a time step, the names of the classes |
//
// Files that end in `.ts`, the format of the UCR and UEA archives of time series, are read by `sequences.ReadTS`. For anything else, start with an empty set and `Add` one sequence after the other: it does the padding. This cell reads CSV (*comma-separated values*) with a time step on each line, as a logger would write them.

// %%
const recording = `recording,movement,x,y
1,walk,0.1,0.9
1,walk,0.3,1.1
2,jump,0.2,2.5
2,jump,0.1,-1.8
2,jump,0.2,0.4
`

// readCSV reads sequences; the lines of a sequence follow one another.
func readCSV(r io.Reader) *sequences.Set {
	lines := must.M1(csv.NewReader(r).ReadAll())[1:] // without the heading
	set := &sequences.Set{Features: len(lines[0]) - 2}
	var x []float32 // the time steps of the sequence so far
	for i, line := range lines {
		for _, field := range line[2:] {
			x = append(x, float32(must.M1(strconv.ParseFloat(field, 32))))
		}
		if i+1 == len(lines) || lines[i+1][0] != line[0] { // its last line
			must.M(set.Add(line[1], x))
			x = nil
		}
	}
	return set
}

//gonb:%%
set := readCSV(strings.NewReader(recording)) // or a file: must.M1(os.Open("my.csv"))
fmt.Println("X:      ", set.X)
fmt.Println("Lengths:", set.Lengths)
fmt.Println("Labels: ", set.Labels, "of", set.Classes)

// %% [markdown]
// The first recording was padded with one row of zeros. To run this notebook on your own data, let `load` return them, with a part kept for the test; `Split(4)` keeps every fourth sequence:
//
// ```go
// func load() (all, test *sequences.Set) {
// 	test, all = readCSV(must.M1(os.Open("my.csv"))).Split(4)
// 	return all, test
// }
// ```
//
// Then change `numFeatures` and `numSpeakers`, replace 29 in section 3.3 by your longest length, and choose an `utterance` of your validation set in section 6. Two rules for data of your own:
//
// - **Scale.** Features should be of a similar size, some tenths to some units. If yours are not, subtract each feature's mean and divide by its standard deviation, both computed from the training set alone and without the padding, *before* you call `Add`. The vowels need none of this.
// - **Keep what belongs together, together.** Recordings of the same person, day or machine resemble each other. If the network is to work for new persons, all recordings of one person belong in the same set. (`Select` takes the sequences that you name.)

// %% [markdown]
// ### 2.4. Three sets
//
// - The **training set** is what the network learns from.
// - The **validation set** is what *you* learn from: it decides between networks, and when to stop. The network never trains on it. But the more often you use it to choose, the more your choices fit these utterances rather than speech in general.
// - The **test set** says how good the chosen network is. It can do so only as long as it has had no part in any choice, so this notebook opens it once, in section 5.
//
// `Split(5)` makes a validation set of every fifth utterance. The file is sorted by speaker, so each speaker has the same share of it.

// %%
// split returns the training and the validation set.
func split() (train, valid *sequences.Set) {
	all, _ := load()
	valid, train = all.Split(5)
	return train, valid
}

//gonb:%%
train, valid := split()
fmt.Println("training:  ", train.Len(), "utterances")
fmt.Println("validation:", valid.Len(), "utterances")

// %% [markdown]
// **Three questions**
//
// <details><summary>A set has sequences of 10 to 1,000 time steps, and only three are longer than 100. What does padding cost, and what could you do?</summary>
//
// Every sequence takes the memory of the longest, so nine tenths of the tensor are zeros. Cut the three long sequences, or leave them out, if their beginnings suffice; or sort the sequences by length and pad each batch to its own longest sequence.
//
// </details>
//
// <details><summary>Why not choose the network with the best result on the test set?</summary>
//
// Among many networks, one is the best on these utterances partly by luck. Its result on them is then better than on the next utterances. A result says what to expect only if it was not used to choose.
//
// </details>
//
// <details><summary>Why are the mean and the standard deviation for scaling computed without the validation and test set?</summary>
//
// Because the network would otherwise be trained with knowledge of data that are supposed to be new. In real use, the data that it will see do not exist yet when the scale is chosen.
//
// </details>

// %% [markdown]
// ## 3. Padding and lengths
//
// ### 3.1. Two networks
//
// Both networks read an utterance in both directions and score the speakers from the two final states, each of which has seen all of it (`Final`, as in section 8.2 of the first notebook). The only difference is one call: **`Lengths`** tells the layer where each utterance ends. Then the forward direction stops at the utterance's last frame, the backward direction starts there, and nothing beyond has any effect.
//
// The lengths are computed in the graph, from the input itself: they count the time steps that are not all zeros. (If your data have real time steps of zeros, give them one more feature, which is always 1, and counting works again.)

// %%
// lengthsOf counts the time steps of x, [batch, time, features], that are not padding: [batch].
func lengthsOf(x *graph.Node) *graph.Node {
	largest := graph.ReduceMax(graph.Abs(x), -1) // of each time step, [batch, time]
	spoken := graph.GreaterThan(largest, graph.ScalarZero(x.Graph(), x.DType()))
	return graph.ReduceSum(graph.ConvertDType(spoken, dtypes.Int32), -1)
}

// %% [markdown]
// Does counting find the true lengths? This cell compares with those that came with the data.

// %%
//gonb:%%
all, _ := load()
x := tensors.FromFlatDataAndDimensions(all.X, all.Len(), all.Time, all.Features)
counted := must.M1(graph.CallOnce(openBackend(), lengthsOf, x)).Value().([]int32)
fmt.Println("counted lengths equal the true ones:", slices.Equal(counted, all.Lengths))

// %% [markdown]
// Both networks consist of two functions: `read` makes a layer of two LSTM cells, and `score` multiplies the states by the weights of the output layer. The variables have the names of `birnn`'s built-in network, which will be useful in section 6.

// %%
// read reads x in both directions, each with numHidden units.
func read(scope *model.Scope, x *graph.Node) *rnn.Outputs {
	forward := rnn.NewLSTM(scope.In("fw"), x, numHidden, 1)
	backward := rnn.NewLSTM(scope.In("bw"), x, numHidden, 1)
	return rnn.Bidirectional(forward, backward, x)
}

// score maps states, [batch, 2*numHidden], to a score of each speaker, [batch, numSpeakers].
func score(scope *model.Scope, states *graph.Node) *graph.Node {
	W := scope.VariableWithShape("W", shapes.Make(dtypes.Float32, 2*numHidden, numSpeakers))
	b := scope.VariableWithShape("b", shapes.Make(dtypes.Float32, numSpeakers))
	product := graph.MatMul(states, W.NodeValue(states))
	return graph.Add(product, graph.ExpandAxes(b.NodeValue(states), 0))
}

// %% [markdown]
// And these are the networks. Look for the difference.

// %%
// withLengths knows where each utterance ends; withoutLengths takes padding for speech.
func withLengths(scope *model.Scope, x *graph.Node) *graph.Node {
	return score(scope, read(scope, x).Lengths(lengthsOf(x)).Final())
}
func withoutLengths(scope *model.Scope, x *graph.Node) *graph.Node {
	return score(scope, read(scope, x).Final())
}

// %% [markdown]
// ### 3.2. Train both
//
// A network is trained in a folder of its own, so that running a cell again trains nothing twice: `Resume` creates the network, or loads what was trained there before. A cell can be stopped (■ in the toolbar) and run again to go on. First the folder and the configuration.

// %%
// logits is a function like withLengths.
type logits = func(scope *model.Scope, x *graph.Node) *graph.Node

// place is the folder of one network. The variable is set if the notebook runs without a browser.
func place(name string) string {
	return filepath.Join(os.Getenv("EASY_GOMLX_CHECKPOINTS"), folder, name)
}

// config describes utterances of so many time steps, and the training.
func config(time, seed int) birnn.Config {
	cfg := birnn.DefaultConfig()
	cfg.NumInput, cfg.Timesteps, cfg.NumClasses = numFeatures, time, numSpeakers
	cfg.NumHidden, cfg.Readout = numHidden, birnn.FinalStates // as in read and Final, for section 6
	cfg.LearningRate, cfg.BatchSize, cfg.Epochs, cfg.Seed = learningRate, batchSize, epochs, int64(seed)
	return cfg
}

// %% [markdown]
// `fit` trains one network, and validates it after each epoch, which is a pass over the training set. It returns the record of the training: the loss and accuracy of each step, and of each validation.

// %%
// fit returns the record of a network's training, and trains it first if that was not done before.
func fit(name string, network logits, seed int) history.Record {
	train, valid := split()
	dir := place(fmt.Sprint(name, "-", seed))
	net := must.M1(birnn.Network{Logits: network}.Resume(openBackend(), config(train.Time, seed), dir))
	defer net.Close()
	must.M(net.Train(inline.Stoppable(), birnn.Examples{X: train.X, Y: train.Labels},
		birnn.Examples{X: valid.X, Y: valid.Labels}, nil))
	return net.History()
}

// %% [markdown]
// One network with lengths and one without prove little: initial weights are random, and so is the order of the utterances. So `compare` trains each kind with several *seeds* of the random numbers. Of each training it prints the lowest validation loss, and the accuracy at that epoch. (A loss of 0 is perfect; guessing one of nine gives $\ln 9 = 2.2$.)

// %%
// best returns the number of the epoch with the lowest validation loss, counted from 0.
func best(h history.Record) int {
	return slices.Index(h.Validation.Loss, slices.Min(h.Validation.Loss))
}

// compare trains a kind of network with all seeds and returns the records.
func compare(name string, network logits) (all []history.Record) {
	fmt.Printf("%-16s", name)
	for seed := 1; seed <= seeds; seed++ {
		h := fit(name, network, seed)
		fmt.Printf("  %.2f (%.1f%%)", h.Validation.Loss[best(h)], 100*h.Validation.Accuracy[best(h)])
		all = append(all, h)
	}
	fmt.Println()
	return all
}

// %% [markdown]
// `lowest` makes one column of the next figure.

// %%
// lowest is the lowest validation loss of each record.
func lowest(name string, all []history.Record) plotting.Group {
	g := plotting.Group{Name: name}
	for _, h := range all {
		g.Values = append(g.Values, slices.Min(h.Validation.Loss))
	}
	return g
}

// %% [markdown]
// Now train both kinds. Would you have expected this result?

// %%
//gonb:%%
with := compare("with lengths", withLengths)
without := compare("without lengths", withoutLengths)
show(plotting.Spread(plotting.Axes{Title: "Padding to 29 time steps", Y: "lowest validation loss"},
	lowest("with lengths", with), lowest("without lengths", without)))

// %% [markdown]
// **What to look for.** Each dot is one network, the line is their mean. The networks *without* lengths are the better ones here: 0.19 against 0.25 on average, and the two groups of dots do not even overlap. The accuracies are about the same. So nothing seems to be wrong, and no test on data that were padded in the same way will show that something is: to these networks the zeros after the last frame are part of the utterance, and their number, 29 minus its length, even tells how long it was.

// %% [markdown]
// ### 3.3. What goes wrong
//
// Now the same trained networks read the same utterances, but with more padding: to 40, 60 and 100 time steps instead of 29. In practice this happens when an utterance arrives together with a longer one. The answer should not change, for the utterance has not.
//
// A model is made for a fixed number of time steps, but its weights are not: `predict` makes a model for `time` steps and gives it the trained weights of each seed.

// %%
// weights returns what a kind of network has learned, for each seed.
func weights(name string, network logits) (all []birnn.Weights) {
	for seed := 1; seed <= seeds; seed++ {
		dir := place(fmt.Sprint(name, "-", seed))
		net := must.M1(birnn.Network{Logits: network}.Load(openBackend(), dir))
		all = append(all, must.M1(net.Weights()))
		must.M(net.Close())
	}
	return all
}

// predict returns, for each of the weights, the probabilities for the validation set,
// padded to so many time steps.
func predict(network logits, weights []birnn.Weights, time int) (all [][][]float32) {
	_, valid := split()
	valid.Pad(time)
	net := must.M1(birnn.Network{Logits: network}.New(openBackend(), config(time, 1)))
	defer net.Close()
	for _, w := range weights {
		must.M(net.SetWeights(w))
		all = append(all, must.M1(net.Predict(valid.X)))
	}
	return all
}

// %% [markdown]
// Two functions judge the probabilities.

// %%
// accuracy returns the share of the utterances whose most probable speaker is the true one.
func accuracy(probabilities [][]float32, labels []int32) float64 {
	right := 0
	for i, p := range probabilities {
		if slices.Index(p, slices.Max(p)) == int(labels[i]) {
			right++
		}
	}
	return float64(right) / float64(len(labels))
}

// change returns the largest difference between probabilities of the same utterances.
func change(a, b [][]float32) (largest float64) {
	for i := range a {
		for k := range a[i] {
			largest = max(largest, math.Abs(float64(a[i][k]-b[i][k])))
		}
	}
	return largest
}

// %% [markdown]
// The cell prints the largest change of any probability of the first network, compared with padding to 29 time steps. The figure shows the accuracy: the mean over the seeds as a line, their range as a band.

// %%
//gonb:%%
_, valid := split()
paddings := []float64{29, 40, 60, 100}
lines := []plotting.Line{{Name: "with lengths", X: paddings}, {Name: "without lengths", X: paddings}}
for k, network := range []logits{withLengths, withoutLengths} {
	lines[k].Runs = make([][]float64, seeds)
	trained := weights(lines[k].Name, network)
	usual := predict(network, trained, 29)
	for _, time := range paddings {
		all := predict(network, trained, int(time))
		changed := change(usual[0], all[0])
		fmt.Printf("%-16s padded to %3.0f: changes up to %.4f\n", lines[k].Name, time, changed)
		for seed, probabilities := range all {
			lines[k].Runs[seed] = append(lines[k].Runs[seed], accuracy(probabilities, valid.Labels))
		}
	}
}
show(plotting.Lines(plotting.Axes{Title: "The same utterances with more padding",
	X: "time steps with padding", Y: "validation accuracy", Percent: true}, lines...))

// %% [markdown]
// **What to look for.** With lengths nothing changes at all; that line has a band too, because the seeds differ. Without lengths, one probability changes by 0.56 when eleven rows of zeros are added. At 60 time steps the accuracy that looked so good is down to 55% on average, at 100 to 33%, and for one network to 11%, no better than guessing one of nine. The wide band says that it is a matter of chance how much a network suffers. Compare with section 3.2: **a network can be right for the padding it was trained with, and only for that.**

// %% [markdown]
// **Three questions**
//
// <details><summary>Which direction suffers more from padding at the end, forward or backward?</summary>
//
// The forward one. It reads the utterance first and the padding last, so that its final state has gone through all the padding. The backward direction reads the padding first; when it comes to the utterance, its state is not zero as it should be, but it still ends with the first frame.
//
// </details>
//
// <details><summary>What if the padding stands before the sequence instead of after it?</summary>
//
// Then the roles are swapped: the forward direction reads the padding first and ends at the last frame. A network that reads forwards only suffers less from padding in front, which is why some libraries pad there. The answer still depends on how much there is.
//
// </details>
//
// <details><summary>Someone scales the features (minus mean, divided by standard deviation) after padding. What happens to lengthsOf?</summary>
//
// The padding is no longer zero: every time step counts, and all lengths become those of the longest sequence. Scale first and pad afterwards, or use a feature that marks real time steps.
//
// </details>

// %% [markdown]
// ## 4. Overfitting, and what helps
//
// ### 4.1. Overfitting
//
// These are the curves of the first network with lengths. Nothing is trained again: the record was saved with the network.

// %%
//gonb:%%
show(plotting.Curves(fit("with lengths", withLengths, 1)))

// %% [markdown]
// **What to look for.** Up to about step 40, the end of the fifth epoch, both losses fall together. After that the training loss goes on falling, to 0.002, and soon all training utterances are classified correctly. The validation loss hardly falls any more, and from its lowest value, 0.26 after 16 epochs, it rises slowly to 0.29. This gap is **overfitting**: what the network still learns is true of the 216 utterances, not of speech. (The dotted lines are the ends of the epochs.)

// %% [markdown]
// ### 4.2. Dropout
//
// Dropout sets each number of a tensor to zero with probability `dropoutRate`, and scales up the others, so that their sum stays about the same. It does so only in training steps, and each time anew. So the network cannot learn an utterance by heart, and has to recognize the speaker whichever numbers are missing. In prediction nothing is erased.
//
// In GoMLX it is one line in the graph. Here it erases numbers of the input; the lengths are counted before that.

// %%
// withDropout is withLengths with dropout of the input.
func withDropout(scope *model.Scope, x *graph.Node) *graph.Node {
	lengths := lengthsOf(x)
	x = layers.DropoutStatic(scope, x, dropoutRate)
	return score(scope, read(scope, x).Lengths(lengths).Final())
}

// %% [markdown]
// Train it with all seeds, and draw the validation loss of each epoch, the mean with the range over the seeds, beside that of the network without dropout.

// %%
// validation is the validation loss after each epoch, with a run for each record.
func validation(name string, all []history.Record) plotting.Line {
	line := plotting.Line{Name: name}
	for epoch := range all[0].Validation.Loss {
		line.X = append(line.X, float64(epoch+1))
	}
	for _, h := range all {
		line.Runs = append(line.Runs, h.Validation.Loss)
	}
	return line
}

//gonb:%%
plain := compare("with lengths", withLengths)
dropout := compare("with dropout", withDropout)
show(plotting.Lines(plotting.Axes{Title: "Dropout", X: "epoch", Y: "validation loss", Log: true},
	validation("without dropout", plain), validation("with dropout", dropout)))

// %% [markdown]
// **What to look for.** For some fifteen epochs there is hardly a difference. Then the network without dropout stops improving, while the one with dropout goes on: the best epochs reach 0.09 to 0.17 instead of 0.24 to 0.26. Its curves are less smooth, so it matters more at which epoch you stop. Where to drop and how much has to be tried, on the validation set. Dropping half of the final states instead of the input, for instance, did not help (0.22 to 0.28 with the same seeds).

// %% [markdown]
// ### 4.3. Early stopping
//
// If the best network is one from the middle of the training, keep that one. After each epoch the loop below saves the network in the folder `best` if its validation loss is the lowest so far, and stops if there was no such epoch among the last `patience` ones, or after four times `epochs`. This is a training loop of your own, so nothing is hidden: shuffle, take batches, validate, save. All that it has to remember is in the network's history, so it can be stopped and resumed like the others.

// %%
// stop reports whether the last epochs brought no progress.
func stop(h history.Record) bool {
	return len(h.Validation.Loss) > 0 && len(h.Validation.Loss)-1-best(h) >= patience
}

//gonb:%%
ctx := inline.Stoppable() // canceled when ■ is pressed
train, valid := split()
network := birnn.Network{Logits: withDropout}
net := must.M1(network.Resume(openBackend(), config(train.Time, 1), place("stopped early")))
defer net.Close()
begin := len(net.History().Validation.Loss) // not 0 if the cell was stopped
for epoch := begin; epoch < 4*epochs && !stop(net.History()) && ctx.Err() == nil; epoch++ {
	order := rand.New(rand.NewPCG(1, uint64(epoch))).Perm(train.Len())
	shuffled := train.Select(order...)
	size := train.Time * train.Features // numbers in an utterance
	for end := batchSize; end <= train.Len(); end += batchSize {
		start := end - batchSize
		must.M2(net.TrainStep(shuffled.X[start*size:end*size], shuffled.Labels[start:end]))
	}
	must.M2(net.Validate(valid.X, valid.Labels))
	if best(net.History()) == epoch {
		must.M(net.Save(place("best")))
	}
	must.M(net.Save(place("stopped early")))
}
h := net.History()
fmt.Printf("%d epochs, best: epoch %d, validation loss %.2f, accuracy %.1f%%\n", len(h.Validation.Loss),
	best(h)+1, h.Validation.Loss[best(h)], 100*h.Validation.Accuracy[best(h)])
show(plotting.Curves(h))

// %% [markdown]
// **What to look for.** With dropout the training loss is no longer far below the validation loss: the gap of section 4.1 is much smaller. (A part of that is only in how it is measured: each training loss is that of a step with dropout, which makes the task harder, and the validation loss is without.) The validation loss keeps jumping, by chance; its lowest value, 0.07 after 59 epochs, is that of the network in the folder `best`. Twenty epochs after that one training stopped, at 0.12.

// %% [markdown]
// ### 4.4. Two layers against one
//
// A second layer reads the outputs of the first at every time step (`All`), with the same lengths. It has about three times the weights. Is it worth it? The variables of the first layer need names of their own, so they are created in a scope called `first`.

// %%
// twoLayers reads the utterances in both directions, and then what the first layer put out.
func twoLayers(scope *model.Scope, x *graph.Node) *graph.Node {
	lengths := lengthsOf(x)
	x = layers.DropoutStatic(scope, x, dropoutRate)
	first := read(scope.In("first"), x).Lengths(lengths).All() // [batch, time, 2*numHidden]
	return score(scope, read(scope, first).Lengths(lengths).Final())
}

//gonb:%%
one := compare("with dropout", withDropout)
two := compare("two layers", twoLayers)
show(plotting.Spread(plotting.Axes{Title: "Layers", Y: "lowest validation loss"},
	lowest("one layer", one), lowest("two layers", two)))

// %% [markdown]
// **What to look for.** The dots of the two kinds overlap, and their means, 0.13 and 0.15, differ less than the seeds do. Nothing here favors the second layer, which is slower and has three times the weights. So the choice is one layer. With more data, or a harder task, it may be two.

// %% [markdown]
// **Three questions**
//
// <details><summary>The training accuracy is 100% and the validation loss rises, but the validation accuracy hardly changes. How can that be?</summary>
//
// The accuracy counts only which speaker is the most probable; the loss also asks how probable the true one is. An overfitted network becomes more and more certain, also where it is wrong, and the loss of a confident mistake is large.
//
// </details>
//
// <details><summary>Is the lowest validation loss of a network an honest estimate of its loss on new utterances?</summary>
//
// No, it is a little too low: the epoch was chosen because its loss on these utterances was the lowest. For a comparison of networks whose epochs were all chosen in this way it is good enough. The test set has the last word.
//
// </details>
//
// <details><summary>With a patience of 1 training would stop at the first epoch that is not better. Why wait for twenty?</summary>
//
// The validation loss is noisy: there are only 54 utterances, and each step learns from another random batch. A few epochs without progress are often followed by a better one, and the best weights are saved anyway. Waiting costs only time.
//
// </details>

// %% [markdown]
// ## 5. The test, once
//
// All choices are made: one layer, lengths, dropout, and the epoch with the lowest validation loss. Now the test set may be opened. This is the only cell that shows it to a network. If the result disappoints, changing something and testing again would turn it into a second validation set. (While this notebook was being written the cell ran once more, for a network with dropout in another place. Its result decided nothing.)
//
// The first figure counts which speaker was taken for which. The second has, for each speaker, the *precision*, how many of the utterances said to be his are his; the *recall*, how many of his utterances were found; and *F1*, the harmonic mean of the two, which is high only if both are. The *macro average* is the mean over the speakers, each of whom counts the same.

// %%
// chosen loads the network that early stopping kept.
func chosen() *birnn.Model {
	return must.M1(birnn.Network{Logits: withDropout}.Load(openBackend(), place("best")))
}

//gonb:%%
net := chosen()
defer net.Close()
_, test := load()
loss, acc := must.M2(net.Evaluate(test.X, test.Labels))
fmt.Printf("test loss %.2f, accuracy %.1f%% of %d utterances\n", loss, 100*acc, test.Len())
predicted := must.M1(net.Classify(test.X))
show(plotting.Confusion(test.Labels, predicted, len(test.Classes), test.Classes...))
show(plotting.Scores(test.Labels, predicted, len(test.Classes), test.Classes...))

// %% [markdown]
// **What to look for.** 360 of 370 are right. All ten mistakes are in three columns: utterances taken for those of speaker 2, 5 or 8. So speaker 5 has the lowest precision, 88%, although every utterance of his own was found. The accuracy agrees with that of the validation set, 98.1%, within what chance allows: that was 53 of 54.

// %% [markdown]
// **Three questions**
//
// <details><summary>How precise is an accuracy that was measured on 370 utterances?</summary>
//
// At an accuracy $p$ on $n$ utterances the standard error is $\sqrt{p(1-p)/n}$: here, with $p = 0.97$ and $n = 370$, a little less than one percentage point. Two networks that differ by less than two points on this test set may well be equally good.
//
// </details>
//
// <details><summary>Precision or recall: which one tells how often the network is right when it says "speaker 5"?</summary>
//
// Precision. Recall tells how many of speaker 5's utterances it finds. They differ if one speaker is often taken for another.
//
// </details>
//
// <details><summary>You have chosen everything, and want the best network for use. What can you still do with the 54 validation utterances?</summary>
//
// Train once more on all 270, for as many epochs as early stopping took. Nothing is then left to validate with, so everything has to be decided beforehand.
//
// </details>

// %% [markdown]
// ## 6. Use the network
//
// ### 6.1. What was saved
//
// The folder `best` holds the network in one file, with everything that is needed to go on training. `infer.Compact` leaves that out: what remains are the weights. The cell puts them, and the names of the speakers, into a folder for the program that comes next. Then it tries the same with the network of two layers, which must fail.

// %%
// program is a temporary folder, which is deleted when the kernel ends.
func program() string { return filepath.Join(os.Getenv("GONB_TMP_DIR"), "speaker") }

//gonb:%%
all, _ := load()
must.M(os.MkdirAll(program(), 0o755))
info := must.M1(os.Stat(filepath.Join(place("best"), "model.safetensors")))
compact := must.M1(infer.Compact(os.DirFS(place("best")), "."))
must.M(os.WriteFile(filepath.Join(program(), "model.safetensors"), compact, 0o644))
names := []byte(strings.Join(all.Classes, "\n"))
must.M(os.WriteFile(filepath.Join(program(), "speakers.txt"), names, 0o644))
fmt.Printf("saved: %d kB, to predict: %d kB\n", info.Size()/1000, len(compact)/1000)
_, err := infer.Load(os.DirFS(place("two layers-1")), ".")
fmt.Println("two layers:", err)

// %% [markdown]
// Package `infer` predicts without GoMLX and XLA. It runs the built-in network of `birnn` only. Ours computes the same for an utterance without padding and gives its variables the same names, and `infer` checks names and shapes when it loads the file. The network with two layers has others, and is refused.
//
// ### 6.2. A program without XLA
//
// `infer` knows no lengths, and needs none: a `Stream` takes one time step after the other, and after each it returns the probabilities as if the sequence ended there. (For that, the backward direction reads all frames so far again.) So an utterance is given to it frame by frame, without any padding, and the last answer counts. (Do *not* give a padded utterance to `Network.Predict`, which would read the zeros too.)
//
// This is the whole program. It reads CSV with a frame on each line, and says who speaks. The first line of the cell makes the kernel write the rest to a file instead of running it.

// %%
// %%writefile ${GONB_TMP_DIR}/speaker/main.go
// Speaker says who speaks. Its input is an utterance, with the numbers of a frame on each line.
package main

import (
	"embed"
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/easy-gomlx/tutorials/birnn/infer"
	"github.com/janpfeifer/must"
)

//go:embed model.safetensors speakers.txt
var files embed.FS

func main() {
	stream := must.M1(infer.Load(files, ".")).Stream()
	var probabilities []float32
	for _, frame := range must.M1(csv.NewReader(os.Stdin).ReadAll()) {
		x := make([]float32, len(frame))
		for k, number := range frame {
			x[k] = float32(must.M1(strconv.ParseFloat(number, 32)))
		}
		probabilities = must.M1(stream.Push(x))
	}
	k := slices.Index(probabilities, slices.Max(probabilities))
	speakers := strings.Split(string(must.M1(files.ReadFile("speakers.txt"))), "\n")
	fmt.Printf("speaker %s, probability %.4f\n", speakers[k], probabilities[k])
}

// %% [markdown]
// Two small functions: one runs a command in the program's folder, without cgo, that is without a C compiler; the other writes an utterance as the program reads it.

// %%
// run runs a command in the program's folder and returns what it prints.
func run(input string, command ...string) string {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir, cmd.Stdin = program(), strings.NewReader(input)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		must.M(fmt.Errorf("%w\n%s", err, out))
	}
	return string(out)
}

// asCSV returns time steps as text, one on each line.
func asCSV(x []float32, features int) string {
	var text strings.Builder
	for row := range slices.Chunk(x, features) {
		fmt.Fprintln(&text, strings.Trim(strings.Join(strings.Fields(fmt.Sprint(row)), ","), "[]"))
	}
	return text.String()
}

// %% [markdown]
// Now build the program and give it an utterance without its padding. Our trained model gets the same utterance with padding. Both should name the same speaker, with the same probability.

// %%
//gonb:%%
run("", "go", "build", "-mod=mod", "-ldflags=-s", "-o", "speaker", ".")
size := must.M1(os.Stat(filepath.Join(program(), "speaker"))).Size()
fmt.Printf("the program has %.1f MB, network included\n", float64(size)/1e6)

const utterance = 25
_, valid := split()
fmt.Print("it says:         ", run(asCSV(valid.Sequence(utterance), valid.Features), "./speaker"))
net := chosen()
defer net.Close()
p := must.M1(net.Predict(valid.Select(utterance).X))[0]
k := slices.Index(p, slices.Max(p))
fmt.Printf("the model says:  speaker %s, probability %.4f\n", valid.Classes[k], p[k])
fmt.Println("the true answer: speaker", valid.Classes[valid.Labels[utterance]])

// %% [markdown]
// ### 6.3. ONNX
//
// ONNX (*Open Neural Network Exchange*) is a file format that many libraries read. Package `convert` writes it, and reads it back. The file holds the network without `Lengths`, for sequences of the length that the configuration names; so, as in the program, an utterance has to come without padding. To check the file, this cell reads it back, makes `birnn`'s built-in network for an utterance of exactly that length, and compares the probabilities with those of our network on the padded utterance.

// %%
//gonb:%%
_, valid := split()
net := chosen()
defer net.Close()
var file bytes.Buffer
must.M(convert.WriteONNX(&file, net.Config(), must.M1(net.Weights())))
path := filepath.Join(place("best"), "speaker.onnx")
must.M(os.WriteFile(path, file.Bytes(), 0o644))
fmt.Printf("%s: %d kB\n", filepath.Base(path), file.Len()/1000)

const utterance = 25
text := asCSV(valid.Sequence(utterance), valid.Features)
must.M(os.WriteFile(filepath.Join(place("best"), "utterance.csv"), []byte(text), 0o644))
cfg, weights := must.M2(convert.ReadONNX(&file))
cfg.Timesteps = int(valid.Lengths[utterance])
back := must.M1(birnn.New(openBackend(), cfg))
defer back.Close()
must.M(back.SetWeights(weights))
got := must.M1(back.Predict(valid.Sequence(utterance))) // without padding
want := must.M1(net.Predict(valid.Select(utterance).X)) // with padding
fmt.Println("probabilities agree within 0.00001:", change(got, want) < 1e-5)

// %% [markdown]
// In Python, with `pip install numpy onnx onnxruntime`, these lines load the file, let its time axis have any length, and predict for the utterance that the cell has written beside it:
//
// ```python
// import numpy as np, onnx, onnxruntime
//
// network = onnx.load("checkpoints/sequences/best/speaker.onnx")
// network.graph.input[0].type.tensor_type.shape.dim[1].dim_param = "time"  # instead of 29
// session = onnxruntime.InferenceSession(network.SerializeToString())
//
// utterance = np.loadtxt("checkpoints/sequences/best/utterance.csv", delimiter=",", dtype=np.float32)  # [time, 12]
// (probabilities,) = session.run(None, {"x": utterance[None]})  # [1, 9]
// print("speaker", 1 + probabilities[0].argmax())
// ```

// %% [markdown]
// **Three questions**
//
// <details><summary>Why does a stream need to read all frames again for each new one?</summary>
//
// The backward direction starts at the end, and each new frame is a new end. So frame $k$ costs $k$ steps backwards, while the forward direction continues from where it was. For utterances of 29 frames this is nothing; for a stream that never ends, use a network whose output needs only the forward direction.
//
// </details>
//
// <details><summary>What must the program do if the training data were scaled?</summary>
//
// The same to its input, with the same numbers: the mean and the standard deviation of the training set are part of the network, and belong in the program as its weights do.
//
// </details>
//
// <details><summary>Why did the check compare probabilities, and not the weights?</summary>
//
// ONNX has no forget bias of its own, so writing adds it to the biases, and the weights read back are not the same numbers. What counts is that the file computes the same.
//
// </details>

// %% [markdown]
// ## What you learned
//
// - Your sequences become a `sequences.Set`: with `ReadTS`, or one by one with `Add`.
// - Sequences of different lengths are padded to one tensor, and the network has to know where each ends. Without lengths it may score as well as with them, until the padding changes.
// - One training run says little; several seeds show what is chance.
// - The training loss goes on falling while the validation loss rises: that is overfitting. Dropout delays it, and early stopping keeps the best epoch.
// - The test set is used once, after all choices.
// - A trained network can leave the notebook: inside a static Go program of a few megabytes, or as an ONNX file.
//
// ## Where to read on
//
// - Mineichi Kudo, Jun Toyama, Masaru Shimbo: [Multidimensional curve classification using passing-through regions](https://doi.org/10.1016/S0167-8655(99)00077-X), 1999. The data.
// - Sepp Hochreiter, Jürgen Schmidhuber: [Long Short-Term Memory](https://doi.org/10.1162/neco.1997.9.8.1735), 1997.
// - Mike Schuster, Kuldip Paliwal: [Bidirectional Recurrent Neural Networks](https://doi.org/10.1109/78.650093), 1997. Reading from both ends.
// - Alex Graves, Jürgen Schmidhuber: [Framewise phoneme classification with bidirectional LSTM and other neural network architectures](https://doi.org/10.1016/j.neunet.2005.06.042), 2005. Bidirectional LSTMs for speech.
// - Lutz Prechelt: [Early Stopping – But When?](https://doi.org/10.1007/3-540-49430-8_3), 1998.
// - Nitish Srivastava and others: [Dropout: A Simple Way to Prevent Neural Networks from Overfitting](https://jmlr.org/papers/v15/srivastava14a.html), 2014.
// - The next notebook: [draw a digit](draw_a_digit.ipynb).
