package birnn

import "fmt"

// Readout says which hidden states of the two directions the output layer reads.
type Readout int

const (
	// LastOutput reads outputs[-1], as the original tutorial does: the
	// forward cell has seen the whole sequence, but the backward cell, which
	// starts at the end, has seen only the last time step.
	LastOutput Readout = iota

	// FinalStates reads each direction after it has seen the whole sequence:
	// the forward cell at the last time step, the backward cell at the first.
	FinalStates
)

// String returns the name of the constant, "LastOutput" or "FinalStates".
func (r Readout) String() string {
	switch r {
	case LastOutput:
		return "LastOutput"
	case FinalStates:
		return "FinalStates"
	}
	return fmt.Sprintf("Readout(%d)", int(r))
}

// Config holds the dimensions of the data and of the network, and how it is
// trained. [DefaultConfig] has the original tutorial's values.
type Config struct {
	NumInput   int // features in one time step: the 28 pixels of an image row
	Timesteps  int // time steps in one sequence: the 28 rows; at most 65,536
	NumHidden  int // hidden units of each direction
	NumClasses int // classes to tell apart: the ten digits

	LearningRate float64 // Adam's step size

	Epochs      int // passes over the training set
	BatchSize   int // sequences in one training step
	DisplayFreq int // training steps between two reports

	ForgetBias float64 // added to the forget gate before its sigmoid
	Readout    Readout // what the output layer reads
	Seed       int64   // of the initial weights and of the training order
}

// DefaultConfig returns the original tutorial's hyperparameters: rows of 28
// pixels, 28 of them, 128 hidden units in each direction, ten classes, Adam
// with 0.001, ten epochs of batches of 100.
func DefaultConfig() Config {
	return Config{
		NumInput: 28, Timesteps: 28, NumHidden: 128, NumClasses: 10,
		LearningRate: 0.001,
		Epochs:       10, BatchSize: 100, DisplayFreq: 100,
		ForgetBias: 1,
		Readout:    LastOutput,
	}
}

// NumParameters returns how many trainable numbers the network has: 163,338
// with the default configuration.
func (c Config) NumParameters() int {
	cell := (c.NumInput+c.NumHidden)*4*c.NumHidden + 4*c.NumHidden
	return 2*cell + 2*c.NumHidden*c.NumClasses + c.NumClasses
}

// maxParameters bounds what a configuration may ask for: 2^28 numbers are
// 1 GiB of weights, and Adam keeps twice as much again.
const maxParameters = 1 << 28

// maxTimesteps bounds what a checkpoint can claim.
const maxTimesteps = 1 << 16

// Validate returns an error that names the first invalid field.
func (c Config) Validate() error {
	for _, f := range []struct {
		name  string
		value int
	}{
		{"NumInput", c.NumInput}, {"Timesteps", c.Timesteps}, {"NumHidden", c.NumHidden}, {"NumClasses", c.NumClasses},
		{"Epochs", c.Epochs}, {"BatchSize", c.BatchSize}, {"DisplayFreq", c.DisplayFreq},
	} {
		if f.value < 1 {
			return fmt.Errorf("birnn: Config.%s is %d; it must be at least 1", f.name, f.value)
		}
		if f.value > maxParameters {
			return fmt.Errorf("birnn: Config.%s is %d; it must be at most %d", f.name, f.value, maxParameters)
		}
	}
	if c.Timesteps > maxTimesteps {
		return fmt.Errorf("birnn: Config.Timesteps is %d; it must be at most %d", c.Timesteps, maxTimesteps)
	}
	if !(c.LearningRate > 0) || !isFinite(c.LearningRate) {
		return fmt.Errorf("birnn: Config.LearningRate is %v; it must be a positive number", c.LearningRate)
	}
	if !isFinite(c.ForgetBias) {
		return fmt.Errorf("birnn: Config.ForgetBias is %v; it must be a finite number", c.ForgetBias)
	}
	if c.Readout != LastOutput && c.Readout != FinalStates {
		return fmt.Errorf("birnn: Config.Readout is %v; it must be LastOutput or FinalStates", c.Readout)
	}
	// In floating point, because the products may overflow an int.
	input, hidden, classes := float64(c.NumInput), float64(c.NumHidden), float64(c.NumClasses)
	if n := 2*4*hidden*(input+hidden+1) + (2*hidden+1)*classes; n > maxParameters {
		return fmt.Errorf("birnn: Config.NumInput %d, NumHidden %d and NumClasses %d give %.3g parameters; at most %d are allowed",
			c.NumInput, c.NumHidden, c.NumClasses, n, maxParameters)
	}
	return nil
}
