// Package kernel computes an LSTM layer in one direction: the forward pass over
// a batch of sequences, and the backward pass, which computes the gradients of
// inputs, initial state, kernel and bias from those of the states. The file
// plain.go defines what is computed.
//
// # Implementations
//
// There are two in Go, for every processor: the plain one, and one that is
// several times as fast. On linux/amd64 with cgo there are two in C, for AVX-512
// and for AVX2. [Best] returns the fastest that the processor supports. All of
// them take batches and layers of any size. [Implementation.Forward] and
// [Implementation.Backward] run on the caller's goroutine; [Operations] returns
// the passes in C for package xlacall, which runs them inside XLA, on its threads.
//
// A [Layer] is for predicting: it packs its weights once, and [Layer.Run]
// computes nothing but the last state, without allocating.
//
// # Organization of a pass
//
// The batch is split into blocks, the tasks of a parallel loop: of at most 25
// sequences, or of a sixteenth of the batch if that is more. Once the weights are
// packed, each block runs over all time steps without waiting for the others. The
// split depends on the batch alone, so the results do not depend on the number of
// threads, bit for bit.
//
//	batch                 a time step of a block in the forward pass
//	┌─────────┐                      LANES units   LANES units
//	│ block 0 │                     ┌────────────┬────────────┬┄
//	│ block 1 │ ─────────>     ROWS │  i j f o   │  i j f o   │    one tile: ROWS×4
//	│ ...     │           sequences ├────────────┼────────────┼┄   vectors of sums,
//	└─────────┘                ROWS │  i j f o   │  i j f o   │    in registers
//	                      sequences ├────────────┼────────────┼┄
//
// A tile multiplies inputs and hidden states by the weights of its units, for
// all four gates. The tiles of a column are computed one after the other, because
// they share its weights. At the size of the tutorial, these come from the first
// or second cache, and the weights of all columns, packed in the order in which
// they are read, stay in the second.
//
// A batch of one sequence reads all weights for a single product each, and is as
// fast as the second cache delivers them. Therefore its inputs are multiplied for
// several time steps at once, and every other time step begins with the weights
// that the one before it read last.
//
// The fast implementation in Go packs the weights of one hidden unit together,
// and computes the gates of two hidden units at a time, in 8 registers.
//
// The backward pass goes through the time steps in reverse, with tiles of up to
// the same size. For each block, three arrays stay in the second cache: the
// gradient of the pre-activations of a few time steps, the transposed weights,
// and the block's share of the gradient of the kernel. Finally the shares are
// added up in a fixed order. The sizes are in forward.h and backward.h.
//
// # Adding an implementation
//
// The passes are written once, in terms of vectors. A file such as avx2.c
// defines a vector, its operations and the height of a tile, and includes
// lstm_kernel.h. Another one is declared in lstm.h and listed, in the same order,
// in entry.c and native.go; TestAll and TestSanitizers name it too. A tile of
// another height needs its case in tile.h. One in Go is listed in [All].
//
// # Tests
//
// The plain implementation is compared in float64 with finite differences and
// PyTorch, and then every implementation with it, for each remainder of tiles
// and vectors, and with TensorFlow. Other tests put the arrays next to pages
// without access, run the C code under sanitizers, and, with -long, compute the
// error of the tanh over all of float32.
package kernel
