// Package birnn classifies sequences with a bidirectional recurrent network: two
// LSTMs read a sequence from both ends, and one linear layer names its class. It
// runs on GoMLX, on a CPU or GPU through XLA or in pure Go.
//
// It comes in two halves.
//
//   - The layer, for graphs of your own: [LSTM] is TensorFlow's BasicLSTMCell over
//     a sequence, [Bidirectional] reads with two of them. Both are differentiable.
//   - The [Model], which trains, evaluates, predicts, saves and loads: of the
//     built-in network ([New]) or of one that you write ([NewWith], [Network]).
//
// The numbers are TensorFlow's: the same gates, weights, initial values, loss and
// Adam. The tests compare probabilities, gradients, losses and trained weights
// with those of TensorFlow.
//
// # Sequences
//
// A batch of n sequences is a flat slice, [n, Timesteps, NumInput] row-major. For
// MNIST that is just the images one after the other: each of the 28 rows is a
// time step, its 28 pixels are the input.
//
// # How the LSTM is made fast
//
// The inputs' share of the gates is one matrix product over all time steps before
// the loop, and the gradient of the kernel is one after it. The loop
// itself is XLA's While, with a backward pass written by hand, so compiling takes
// the same time for 28 time steps and for 784. All four gates share one tanh. Only
// what is asked for is computed: for the output at the last time step the backward
// cell takes a single step. And batches are shared out over the devices that the
// backend offers (on a CPU, one for each core) by GoMLX's automatic sharding.
package birnn
