// Package birnn classifies sequences with a bidirectional recurrent network:
// two LSTMs read a sequence from both ends, and a linear layer scores its
// class. It runs on GoMLX, through XLA on a CPU or GPU or in pure Go.
//
//	x, [Timesteps, NumInput]      x0        x1        x2        x3
//	                              |         |         |         |
//	forward cell          0 ->    h   ->    h   ->    h   ->    h    => FinalStates, LastOutput
//	backward cell                 h   <-    h   <-    h   <-    h   <- 0
//	                              => FinalStates                 => LastOutput
//
//	readout, [2*NumHidden]   ->   W, B   ->   logits, [NumClasses]   ->   softmax   ->   probabilities
//
// A [Model] trains, evaluates, predicts, saves and loads: the built-in network
// ([New], [Load], [Resume]) or one of your own ([Network]).
//
//	birnn          trains a network and saves it in a directory
//	birnn/rnn      has the layers, for GoMLX graphs of your own
//	birnn/infer    predicts with a saved network, without GoMLX and XLA
//	birnn/convert  exchanges networks with ONNX, PyTorch and Keras
//	birnn/backend  opens the GoMLX backend; birnn/mnist and birnn/sequences load data
//
// It computes what TensorFlow computes, with the same gates, initializers, loss
// and Adam. Tests compare probabilities, gradients, losses and
// trained weights with those of TensorFlow.
//
// # Sequences
//
// A batch of n sequences is a flat slice, [n, Timesteps, NumInput] row-major. For
// MNIST that is the images one after the other: each of the 28 rows is a time
// step with 28 inputs.
//
// # Saving and resuming
//
// One directory is one training run. [Resume] starts it there or continues it,
// with the weights, the optimizer's state, the step, the state of the random
// numbers, the order of the examples and the history. If the directory holds
// another run, the error is a [*MismatchError], and nothing changes.
//
// [Model.Train] saves after every epoch and when its context is done. The
// program may be killed at any moment, even while it saves: a checkpoint is
// replaced in one step, and the previous one is kept beside it. A lock, which
// is released when its process ends, keeps two runs out of one directory.
//
// # Kernels
//
// On linux/amd64, package backend opens XLA with LSTM kernels written in C, for
// AVX-512 and for AVX2. They take a third or more off the time of a training step,
// and agree with XLA's own operations up to rounding. backend.Describe says
// whether they run, and EASY_GOMLX_KERNELS=off in the environment switches them
// off.
//
// # Reproducible results
//
// The seed determines the initial weights, dropout and the order of the
// examples. With kernels, two runs of the built-in network with the same seed
// and machine end with the same weights to the last bit, whatever the number of
// threads, and however often they were stopped or killed. So do those of any
// network with one thread (PJRT_NPROC=1 in the environment, one device). With
// several threads XLA's own operations may add in another order: the tests allow
// weights to differ by 1e-4 after 540 steps, and have seen no difference.
//
// # Several devices
//
// With kernels, which divide a batch among the cores themselves, a model takes
// one device. Otherwise GoMLX's automatic sharding divides a batch evenly among
// the backend's devices: all GPUs, or on a CPU one device for each core, as many
// of them as divide Config.BatchSize. The weights are the same on all, and so are
// the results, up to the order of sums: in the tests losses and weights agree
// within 1e-5 after ten steps on two, three and four devices of the CPU. A
// batch that they do not divide runs on one device. To use fewer, open the
// backend with backend.Options.CPUDevices, or choose GPUs with
// CUDA_VISIBLE_DEVICES. It has not been tested on GPUs.
//
// # Errors
//
// Bad input, such as a slice of the wrong length or a number that is not finite,
// is an error that names the argument, and changes nothing. Use errors.As and
// errors.Is to tell these errors apart:
//
//	[*MismatchError]     the directory holds another training run
//	[*CheckpointError]   the checkpoint is corrupt or belongs to another network
//	[*InUseError]        another process trains in the directory
//	[*DivergedError]     the loss has become NaN or infinite
//	[ErrClosed]          the model is closed
//	[fs.ErrNotExist]     there is nothing to load
//	[context.Canceled]   training was stopped, and saved if it has a directory
//
// # Compatibility
//
// The module is at v0. A new minor version may change exported names; a patch
// does not. A checkpoint of another format is refused with a [*CheckpointError]
// that names both; the version that wrote it can export it with package convert.
// Results may change in their last bits with any version of this module, of GoMLX
// or of XLA.
package birnn
