package convert

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/internal/safetensors"
)

// stateDict is a state_dict of one nn.LSTM and one nn.Linear.
type stateDict struct {
	tensors     map[string]safetensors.Array
	lstm, front string // the prefixes of the names: "lstm." and "out."
	err         error  // the first one
}

// newStateDict finds the two modules in a file.
func newStateDict(file safetensors.File) (*stateDict, error) {
	if _, ours := file.Metadata["birnn"]; ours {
		return nil, &Error{Format: pyTorch, Err: errors.New("it is a checkpoint of package birnn, not a state_dict: load its directory with birnn.Load")}
	}
	s := &stateDict{tensors: map[string]safetensors.Array{}}
	var outputs []string
	lstms := 0
	for _, a := range file.Arrays {
		s.tensors[a.Name] = a
		if prefix, ok := strings.CutSuffix(a.Name, "weight_ih_l0"); ok {
			s.lstm, lstms = prefix, lstms+1
		}
	}
	if lstms != 1 {
		return nil, &Error{Format: pyTorch, Err: fmt.Errorf("it has %d recurrent layers (tensors named weight_ih_l0); want one nn.LSTM", lstms)}
	}
	known := s.lstmNames()
	for _, a := range file.Arrays {
		prefix, isWeight := strings.CutSuffix(a.Name, "weight")
		switch {
		case slices.Contains(known, a.Name):
		case strings.HasPrefix(a.Name, s.lstm) && strings.Contains(a.Name, "_l"):
			return nil, &Error{pyTorch, tensor(a.Name), errors.New("only an nn.LSTM of one layer, without projections, can be converted")}
		case isWeight:
			outputs = append(outputs, prefix)
		}
	}
	if len(outputs) != 1 {
		return nil, &Error{Format: pyTorch, Err: fmt.Errorf("besides the nn.LSTM it has %d weights %q; want those of one nn.Linear", len(outputs), outputs)}
	}
	s.front = outputs[0]
	known = append(known, s.front+"weight", s.front+"bias")
	for _, a := range file.Arrays {
		if !slices.Contains(known, a.Name) {
			return nil, &Error{pyTorch, tensor(a.Name), errors.New("it belongs neither to an nn.LSTM nor to an nn.Linear")}
		}
	}
	return s, nil
}

// tensor is a tensor as an [Error] names it.
func tensor(name string) string { return fmt.Sprintf("tensor %q", name) }

// lstmNames returns the names of the LSTM's tensors.
func (s *stateDict) lstmNames() []string {
	var names []string
	for _, d := range directions {
		for _, name := range []string{"weight_ih", "weight_hh", "bias_ih", "bias_hh"} {
			names = append(names, s.lstm+name+d)
		}
	}
	return names
}

// config returns the configuration that follows from the shapes and the metadata.
func (s *stateDict) config(metadata map[string]string) (birnn.Config, error) {
	ih, hh, out := s.tensors[s.lstm+"weight_ih_l0"], s.tensors[s.lstm+"weight_hh_l0"], s.tensors[s.front+"weight"]
	for _, a := range []safetensors.Array{ih, out} {
		if len(a.Shape) != 2 {
			return birnn.Config{}, &Error{pyTorch, tensor(a.Name), fmt.Errorf("its shape is %v; want a matrix", a.Shape)}
		}
	}
	if len(hh.Shape) != 2 || hh.Shape[1] == 0 {
		return birnn.Config{}, &Error{pyTorch, tensor(s.lstm + "weight_hh_l0"), fmt.Errorf("its shape is %v; want [4*hidden, hidden]", hh.Shape)}
	}
	switch hidden := hh.Shape[1]; hh.Shape[0] / hidden {
	case 1:
		return birnn.Config{}, &Error{pyTorch, tensor(hh.Name), fmt.Errorf("its shape %v is that of an nn.RNN; want an nn.LSTM", hh.Shape)}
	case 3:
		return birnn.Config{}, &Error{pyTorch, tensor(hh.Name), fmt.Errorf("its shape %v is that of an nn.GRU; want an nn.LSTM", hh.Shape)}
	}
	timesteps, readout, err := parseMetadata(metadata)
	if err != nil {
		return birnn.Config{}, &Error{pyTorch, "metadata", err}
	}
	cfg, err := newConfig(ih.Shape[1], timesteps, hh.Shape[1], out.Shape[0], readout)
	if err != nil {
		return birnn.Config{}, &Error{Format: pyTorch, Err: err}
	}
	return cfg, nil
}

// parseMetadata returns what a state_dict does not say.
func parseMetadata(metadata map[string]string) (timesteps int, readout birnn.Readout, err error) {
	for _, key := range []string{timestepsKey, readoutKey} {
		if _, ok := metadata[key]; !ok {
			return 0, 0, fmt.Errorf("it has no %q, which the tensors do not say; save the state_dict with "+
				`save_file(state_dict, file, metadata={"timesteps": "28", "readout": "LastOutput"}), or "FinalStates"`, key)
		}
	}
	timesteps, err = strconv.Atoi(metadata[timestepsKey])
	if err != nil {
		return 0, 0, fmt.Errorf("%q is not a number: %w", timestepsKey, err)
	}
	for _, readout := range []birnn.Readout{birnn.LastOutput, birnn.FinalStates} {
		if metadata[readoutKey] == readout.String() {
			return timesteps, readout, nil
		}
	}
	return 0, 0, fmt.Errorf("%q is %q; want LastOutput or FinalStates", readoutKey, metadata[readoutKey])
}

// weights returns all weights.
func (s *stateDict) weights(cfg birnn.Config) (birnn.Weights, error) {
	weights := birnn.Weights{
		Forward:  s.cell(cfg, directions[0]),
		Backward: s.cell(cfg, directions[1]),
		W:        transpose(s.values(s.front+"weight", cfg.NumClasses, 2*cfg.NumHidden), 2*cfg.NumHidden),
		B:        s.values(s.front+"bias", cfg.NumClasses),
	}
	if s.err != nil {
		return birnn.Weights{}, s.err
	}
	if err := check(cfg, weights); err != nil { // the sum of two biases may overflow
		return birnn.Weights{}, &Error{Format: pyTorch, Err: err}
	}
	return weights, nil
}

// cell returns the weights of one direction, whose names end in suffix.
func (s *stateDict) cell(cfg birnn.Config, suffix string) birnn.CellWeights {
	i, h := cfg.NumInput, cfg.NumHidden
	ih := s.values(s.lstm+"weight_ih"+suffix, 4*h, i)
	hh := s.values(s.lstm+"weight_hh"+suffix, 4*h, h)
	bias := s.values(s.lstm+"bias_ih"+suffix, 4*h)
	other := s.values(s.lstm+"bias_hh"+suffix, 4*h)
	if s.err != nil {
		return birnn.CellWeights{}
	}
	for k := range bias {
		bias[k] += other[k]
	}
	kernel := append(transpose(ih, i), transpose(hh, h)...)
	return birnn.CellWeights{Kernel: regate(kernel, h, pyTorchGates, ourGates), Bias: regate(bias, h, pyTorchGates, ourGates)}
}

// values returns the numbers of a tensor, which must have the given shape. It
// sets s.err, if that is nil, and returns nil if there are none.
func (s *stateDict) values(name string, shape ...int) []float32 {
	a, ok := s.tensors[name]
	var values []float32
	var err error
	where := tensor(name)
	switch {
	case !ok && strings.HasSuffix(name, "_reverse"):
		err = errors.New("it is missing; want an nn.LSTM with bidirectional=True")
	case !ok:
		err = errors.New("it is missing; want modules with bias=True")
	case a.DType != "F32":
		err = fmt.Errorf("its type is %s; want F32: call module.float() before saving it", a.DType)
	case !slices.Equal(a.Shape, shape):
		err = fmt.Errorf("its shape is %v; want %v", a.Shape, shape)
	default:
		values, err = safetensors.Values[float32](a)
		where = "" // the error has it
	}
	if err != nil && s.err == nil {
		s.err = &Error{pyTorch, where, err}
	}
	return values
}
