package convert

import (
	"fmt"
	"io"
	"strconv"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/internal/safetensors"
)

const (
	pyTorch      = "PyTorch"
	pyTorchGates = "ifjo" // PyTorch calls j g
)

// The keys of the metadata, for what a state_dict does not say.
const (
	timestepsKey = "timesteps"
	readoutKey   = "readout"
)

// directions are the ends of PyTorch's names for the directions.
var directions = []string{"_l0", "_l0_reverse"}

// WritePyTorch writes a state_dict in the safetensors format, for an nn.LSTM
// named lstm and an nn.Linear named out. See the package's documentation for
// the network in PyTorch.
func WritePyTorch(w io.Writer, cfg birnn.Config, weights birnn.Weights) error {
	if err := check(cfg, weights); err != nil {
		return err
	}
	i, h, k := cfg.NumInput, cfg.NumHidden, cfg.NumClasses
	file := safetensors.File{Metadata: map[string]string{
		"format": "pt", timestepsKey: strconv.Itoa(cfg.Timesteps), readoutKey: cfg.Readout.String(),
	}}
	add := func(name string, values []float32, shape ...int) {
		file.Arrays = append(file.Arrays, safetensors.NewArray(name, values, shape...))
	}
	for d, c := range []birnn.CellWeights{weights.Forward, weights.Backward} {
		kernel := regate(c.Kernel, h, ourGates, pyTorchGates)
		add("lstm.weight_ih"+directions[d], transpose(kernel[:i*4*h], 4*h), 4*h, i)
		add("lstm.weight_hh"+directions[d], transpose(kernel[i*4*h:], 4*h), 4*h, h)
		add("lstm.bias_ih"+directions[d], regate(foldForgetBias(cfg, c.Bias), h, ourGates, pyTorchGates), 4*h)
		add("lstm.bias_hh"+directions[d], make([]float32, 4*h), 4*h)
	}
	add("out.weight", transpose(weights.W, k), k, 2*h)
	add("out.bias", weights.B, k)
	content, err := file.Encode()
	if err != nil {
		return fmt.Errorf("convert: %w", err)
	}
	_, err = w.Write(content)
	return err
}

// ReadPyTorch reads a state_dict that safetensors.torch.save_file or
// [WritePyTorch] wrote: of one bidirectional nn.LSTM and one nn.Linear, of any
// names. The metadata must give the number of time steps and the readout.
// The error is an [*Error] if the file is invalid or holds another network.
func ReadPyTorch(r io.Reader) (birnn.Config, birnn.Weights, error) {
	content, err := readAll(r, pyTorch)
	if err != nil {
		return birnn.Config{}, birnn.Weights{}, err
	}
	file, err := safetensors.Decode(content)
	if err != nil {
		return birnn.Config{}, birnn.Weights{}, &Error{Format: pyTorch, Err: err}
	}
	s, err := newStateDict(file)
	if err != nil {
		return birnn.Config{}, birnn.Weights{}, err
	}
	cfg, err := s.config(file.Metadata)
	if err != nil {
		return birnn.Config{}, birnn.Weights{}, err
	}
	weights, err := s.weights(cfg)
	if err != nil {
		return birnn.Config{}, birnn.Weights{}, err
	}
	return cfg, weights, nil
}
