// Package infer predicts with networks that package birnn trained. It needs
// nothing but Go: no GoMLX, no XLA plugin and no C compiler. A program that
// uses it starts in milliseconds, can be one static file with its network
// embedded, and runs on any system that Go supports, Windows and WebAssembly
// included.
//
//	//go:embed digits/model.safetensors
//	var files embed.FS
//
//	network, err := infer.Load(files, "digits")
//	...
//	probabilities, err := network.Predict(x)
//
// [Load] reads what Model.Save of package birnn wrote. That file also holds what is
// needed to resume training; [Compact] leaves it out, for a file of a third of the
// size, 0.65 MB for the tutorial's network.
//
// # Shapes
//
// Sequences and probabilities are flat slices, row-major, of the sizes that
// birnn.Config calls Timesteps, NumInput and NumClasses:
//
//	Predict        one sequence, [Timesteps, NumInput], to [NumClasses]
//	PredictBatch   n sequences, [n, Timesteps, NumInput], to n times [NumClasses]
//	Stream, Push   a sequence row by row, [NumInput], to [NumClasses] for each row
//
// The probabilities are those of Model.Predict, within 2e-6 in the tests, for both
// readouts.
//
// # Errors
//
// Load's error wraps [io/fs.ErrNotExist] if there is no file, and is a
// [*CheckpointError] if the file is corrupt or holds a network that this package
// cannot run. Input of the wrong length, and input with NaN or infinity, is an
// error that gives the expected sizes or the index. No function of this package
// panics or prints.
//
// # Concurrency
//
// A [Network] does not change. Any number of goroutines may call its methods at
// the same time: each call of [Network.Predict] computes in its own goroutine, and
// [Network.PredictBatch] uses all processors. A [Stream] is for one goroutine at a
// time.
//
// # Speed
//
// On linux/amd64, in a program built with cgo, the LSTM runs in the kernels in C
// that package birnn uses inside XLA, for AVX-512 and AVX2. Elsewhere it runs in Go,
// several times slower. Predict allocates only its result.
//
// # Limits
//
// The package runs the built-in network of package birnn. A checkpoint of a network
// of the program's own (birnn.Network.Logits) is loaded only if that network computes
// the same as the built-in one. The package does not train, and it reads only the
// format of package birnn: package convert reads those of other frameworks.
package infer
