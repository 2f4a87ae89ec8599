// Package rnn has recurrent layers for GoMLX graphs: [LSTM] and [GRU] cells, read
// in one direction or in both.
//
//	forward := rnn.NewLSTM(scope.In("forward"), x, 64, 1)
//	backward := rnn.NewLSTM(scope.In("backward"), x, 64, 1)
//	outputs := rnn.Bidirectional(forward, backward, x).Lengths(lengths)
//	all := outputs.All()     // for each time step, [batch, time, 2*64]
//	final := outputs.Final() // for each sequence, [batch, 2*64]
//
// It works with GoMLX's own parts: a cell keeps its weights in variables of a
// scope, and outputs are nodes that are differentiable with respect to weights,
// inputs and initial states. On XLA a layer is a loop, and its gradient
// another, so that any number of time steps compiles in the same time; the
// gradient has no gradient there. The pure-Go backend, which cannot slice at a
// computed index, unrolls the time steps, up to 4,096. In a GoMLX closure, such as
// the body of a While, use Step: only it works there.
//
// On linux/amd64, a Float32 LSTM runs in kernels written in C if XLA was opened by
// package birnn/backend. Each result agrees with that of the loop within 1e-5 of
// its largest number.
//
// # Shapes
//
// Shapes are given in these letters:
//
//	batch    sequences that are processed together
//	time     time steps of the longest sequence
//	input    features of a time step
//	hidden   hidden units of a cell
//
// The input x is [batch, time, input], Float32 or Float64; the weights have its
// dtype. An output is [..., hidden], and with two directions [..., 2*hidden], the
// forward half first, unless [Outputs.Merge] says otherwise. States are
// [batch, hidden], lengths Int32 [batch].
//
//	weights   LSTM.Kernel  [input+hidden, 4*hidden]  gates i, j, f, o
//	          LSTM.Bias    [4*hidden]
//	          GRU.Kernel   [input+hidden, 3*hidden]  gates r, z, n
//	          GRU.Bias     [4*hidden]                r, z, n from the input, n from the hidden state
//
// The rows of a kernel are those of the input, then those of the hidden state.
//
// # What an output has read
//
// Each direction has a hidden state h at each time step; outputs are in the order
// of x, whichever way it was read:
//
//	time step              0     1     2     3
//	x                      x0    x1    x2    x3
//	forward   initial =>   h  -> h  -> h  -> h   => final
//	backward    final <=   h  <- h  <- h  <- h   <= initial
//
//	At(1)     forward half after x0 x1; backward half after x3 x2 x1
//	At(-1)    forward half after x0 x1 x2 x3; backward half after only x3
//	Final()   forward half after x0 x1 x2 x3; backward half after x3 x2 x1 x0
//
// So Final is not the last output: the backward half of At(-1) has read a single
// time step.
//
// # Padding
//
// With [Outputs.Lengths], sequences may be shorter than x. A direction reads
// each sequence as if it were alone: the backward one starts at its last time
// step. Whatever lies beyond is padding and changes nothing, even if it is NaN.
// There All is zero, and so is the gradient of x.
//
//	lengths 4, 2:   x           a0 a1 a2 a3     All   A0 A1 A2 A3
//	                            b0 b1 ..  ..          B0 B1 0  0
//
// # Errors
//
// Like GoMLX's own layers, the functions build graphs and panic with an error
// that says what is wrong with a shape, a dtype or a setting.
package rnn
