package infer

import (
	"encoding/json"
	"fmt"
	"math"
)

// header is the part of a checkpoint's header that this package needs.
type header struct {
	Version int
	Config  config
	Own     bool      // the network is the program's own
	Probe   []float32 // if it is, and has the built-in variables: its probabilities for checkpoint.ProbeSequence
}

// config is the part of birnn.Config that this package needs.
type config struct {
	NumInput, Timesteps, NumHidden, NumClasses int

	ForgetBias float64
	Readout    int
}

// The values of birnn.Readout.
const (
	lastOutput  = 0
	finalStates = 1
)

// The limits of package birnn.
const (
	headerVersion = 3
	maxSize       = 1 << 28
	maxTimesteps  = 1 << 16
)

func (c config) sizes() sizes { return sizes{c.NumInput, c.Timesteps, c.NumHidden, c.NumClasses} }

// parseHeader parses a header. That the file has the arrays for its sizes is not
// checked.
func parseHeader(text string) (h header, err error) {
	if err := json.Unmarshal([]byte(text), &h); err != nil {
		return h, fmt.Errorf("its header is not valid: %w", err)
	}
	if h.Version != headerVersion {
		return h, fmt.Errorf("it has version %d, want version %d", h.Version, headerVersion)
	}
	c := h.Config
	for _, f := range []struct {
		name       string
		value, max int
	}{
		{"NumInput", c.NumInput, maxSize}, {"Timesteps", c.Timesteps, maxTimesteps},
		{"NumHidden", c.NumHidden, maxSize}, {"NumClasses", c.NumClasses, maxSize},
	} {
		if f.value < 1 || f.value > f.max {
			return h, fmt.Errorf("its Config.%s is %d; it must be 1 to %d", f.name, f.value, f.max)
		}
	}
	if c.Timesteps > math.MaxInt/c.NumInput { // of 32 bits
		return h, fmt.Errorf("its Config.Timesteps %d times Config.NumInput %d is too large for this machine", c.Timesteps, c.NumInput)
	}
	if math.IsInf(float64(float32(c.ForgetBias)), 0) {
		return h, fmt.Errorf("its Config.ForgetBias is %v, which is not a finite number in 32 bits", c.ForgetBias)
	}
	if c.Readout != lastOutput && c.Readout != finalStates {
		return h, fmt.Errorf("its Config.Readout is %d; it must be %d or %d", c.Readout, lastOutput, finalStates)
	}
	return h, nil
}
