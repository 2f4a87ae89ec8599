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
// # Stopping, and going on
//
// [Resume] gives a training a directory. It is saved there after every epoch and when
// its context ends, and the next Resume goes on where it was: with the weights, Adam's
// moments, the step, the order of the examples and the history. A save takes the place
// of the one before in one step, so a program may be killed at any moment; the one
// before is kept, and so is the last one of a training that is replaced by another. A
// lock, which ends with its process, keeps two trainings out of one directory.
//
// # The same numbers again
//
// The seed decides the initial weights and the order of the examples. With one thread
// (PJRT_NPROC=1 in the environment, one device) two trainings with the same seed, backend
// and machine end with the same weights to the last bit, however often they were stopped
// or killed in between. With several threads XLA may add in another order: the tests
// allow weights to differ by 1e-4 after 540 steps, and have seen no difference.
//
// # Several devices
//
// A batch is shared out evenly over the backend's devices by GoMLX's automatic
// sharding: over all GPUs, or on a CPU over one device for each core, of those as
// many as divide Config.BatchSize. The weights are the same on all, and the results
// are those of one device up to the order of sums: in the tests losses and weights
// agree within 1e-5 after ten steps on two, three and four devices of the CPU. A
// batch of another size that they do not divide runs on one. To use fewer, open the
// backend with backend.Options.CPUDevices, or choose GPUs with CUDA_VISIBLE_DEVICES.
// On GPUs it has not been tried.
//
// # How the LSTM is made fast
//
// What it gave is for a training step at the tutorial's size on two cores.
//
//   - The loop over the time steps is XLA's While, with a backward pass written by
//     hand: 30 s of compilation become 1, the same for 28 steps and for 784.
//   - What the inputs contribute to the gates is one matrix product before the
//     loop, the gradient of the kernel one after it. The bias is the weight of an
//     input that is always 1, and takes part in both.
//   - Only what is asked for is computed: for the output at the last time step the
//     backward cell takes a single step.
//   - Devices: two with half the batch each take 13 ms, one with two threads 17.
//   - All four gates share one tanh, and in the gradient one formula (see cell.go).
//     Pre-activations, gates and their gradients take turns in one stack. With the
//     bias, that took a sixth off the step.
//   - Fences keep the compiler from computing values again in each operation that
//     reads them: 5%.
//   - Sequences are evaluated a thousand at a time, which took a quarter off.
//
// What gave nothing: XLA's flags (its presets, scheduler and vector width, oneDNN,
// no threads in Eigen; without YNNPACK it is a third slower); both directions in one
// loop with a batched product, which needs twice the cache (6% slower); the factors
// of the gradient computed before the loop for all time steps, which then come from
// memory; hidden states computed after the loop instead of stored; the inputs kept in
// the stack of hidden states; unrolling; stacks that start from other stacks.
//
// Where the rest goes: of the 10 ms that one core needs for 50 sequences, half are
// matrix products, at the full speed of the processor; a sixth is element-wise code,
// the rest XLA's scheduling of some twenty small operations in each time step, and
// of threads for each product, which cost another fifth once two cores run at the
// same time. Only operations of our own inside the plugin could spare those, and
// GoMLX has no way to add any.
package birnn
