package convert

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/convert/internal/hdf5"
	"github.com/easy-gomlx/tutorials/birnn/internal/safetensors"
)

const (
	keras      = "Keras"
	kerasGates = "ifjo" // Keras calls j c
)

// The members of a .keras file, which is a zip archive.
const (
	metadataMember = "metadata.json"
	configMember   = "config.json"
	weightsMember  = "model.weights.h5"
)

// maxConfig bounds config.json. That of the built-in network has 2 kB, or 5 kB
// as Keras writes it.
const maxConfig = 1 << 20

// kerasCells are the groups of the two directions in the file of the weights.
var kerasCells = []string{"layers/bidirectional/forward_layer/cell/vars/", "layers/bidirectional/backward_layer/cell/vars/"}

// kerasOutput is the group of the output layer.
const kerasOutput = "layers/dense/vars/"

// WriteKeras writes a .keras file, which keras.models.load_model reads. It needs
// Keras 3. The model's output is probabilities.
func WriteKeras(w io.Writer, cfg birnn.Config, weights birnn.Weights) error {
	if err := check(cfg, weights); err != nil {
		return err
	}
	config, err := json.Marshal(kerasModel(cfg))
	if err != nil {
		return fmt.Errorf("convert: %w", err)
	}
	arrays, err := hdf5.Encode(kerasArrays(cfg, weights))
	if err != nil {
		return fmt.Errorf("convert: %w", err)
	}
	archive := zip.NewWriter(w)
	for _, m := range []struct {
		name    string
		content []byte
	}{{metadataMember, []byte(`{"keras_version": "3.0.0"}`)}, {configMember, config}, {weightsMember, arrays}} {
		member, err := archive.CreateHeader(&zip.FileHeader{Name: m.name, Method: zip.Store})
		if err == nil {
			_, err = member.Write(m.content)
		}
		if err != nil {
			return err
		}
	}
	return archive.Close()
}

// kerasArrays returns the weights as Keras names and orders them.
func kerasArrays(cfg birnn.Config, weights birnn.Weights) (arrays []safetensors.Array) {
	i, h, k := cfg.NumInput, cfg.NumHidden, cfg.NumClasses
	add := func(name string, values []float32, shape ...int) {
		arrays = append(arrays, safetensors.NewArray(name, values, shape...))
	}
	for d, c := range []birnn.CellWeights{weights.Forward, weights.Backward} {
		kernel := regate(c.Kernel, h, ourGates, kerasGates)
		add(kerasCells[d]+"0", kernel[:i*4*h], i, 4*h)
		add(kerasCells[d]+"1", kernel[i*4*h:], h, 4*h)
		add(kerasCells[d]+"2", regate(foldForgetBias(cfg, c.Bias), h, ourGates, kerasGates), 4*h)
	}
	add(kerasOutput+"0", weights.W, 2*h, k)
	add(kerasOutput+"1", weights.B, k)
	return arrays
}

// ReadKeras reads a .keras file that the save method of a Keras model or
// [WriteKeras] wrote. The package's documentation lists the layers that it
// understands. The error is an [*Error] if the file is invalid or holds another
// network. Nothing in the file is run.
func ReadKeras(r io.Reader) (birnn.Config, birnn.Weights, error) {
	content, err := readAll(r, keras)
	if err != nil {
		return birnn.Config{}, birnn.Weights{}, err
	}
	config, arrays, err := openKeras(content)
	if err != nil {
		return birnn.Config{}, birnn.Weights{}, &Error{Format: keras, Err: err}
	}
	cfg, err := parseKeras(config)
	if err != nil {
		return birnn.Config{}, birnn.Weights{}, err
	}
	weights, err := kerasWeights(cfg, arrays)
	if err != nil {
		return birnn.Config{}, birnn.Weights{}, err
	}
	return cfg, weights, nil
}

// openKeras returns the configuration and the weights of an archive.
func openKeras(content []byte) (config []byte, arrays *hdf5.File, err error) {
	if bytes.HasPrefix(content, []byte("\x89HDF")) {
		return nil, nil, errors.New("it has weights alone; save the whole model, with model.save(\"model.keras\")")
	}
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, nil, fmt.Errorf("it is not a .keras file: %w", err)
	}
	members := map[string]*zip.File{}
	for _, m := range archive.File {
		if members[m.Name] != nil {
			return nil, nil, fmt.Errorf("it has two members %q", m.Name)
		}
		members[m.Name] = m
	}
	config, err = member(members, configMember, maxConfig)
	if err != nil {
		return nil, nil, err
	}
	weights, err := member(members, weightsMember, len(content))
	if err != nil {
		return nil, nil, err
	}
	arrays, err = hdf5.Open(weights)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", weightsMember, err)
	}
	return config, arrays, nil
}

// member returns the content of a member of an archive, which Keras does not
// compress: so it is never larger than the archive.
func member(members map[string]*zip.File, name string, limit int) ([]byte, error) {
	m := members[name]
	switch {
	case m == nil:
		return nil, fmt.Errorf("it has no %s", name)
	case m.Method != zip.Store:
		return nil, fmt.Errorf("%s is compressed; Keras writes it uncompressed", name)
	case m.UncompressedSize64 > uint64(limit):
		return nil, fmt.Errorf("%s has %d bytes; at most %d are allowed", name, m.UncompressedSize64, limit)
	}
	r, err := m.Open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	defer r.Close()
	content := make([]byte, m.UncompressedSize64)
	if _, err := io.ReadFull(r, content); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if _, err := r.Read(make([]byte, 1)); err != io.EOF { // it compares the checksum
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return content, nil
}

// kerasWeights returns the weights in our order.
func kerasWeights(cfg birnn.Config, file *hdf5.File) (birnn.Weights, error) {
	i, h, k := cfg.NumInput, cfg.NumHidden, cfg.NumClasses
	var problem error
	values := func(path string, shape ...int) []float32 {
		v, err := kerasValues(file, path, shape)
		if problem == nil {
			problem = err
		}
		return v
	}
	cell := func(group string) birnn.CellWeights {
		kernel := append(values(group+"0", i, 4*h), values(group+"1", h, 4*h)...)
		bias := values(group+"2", 4*h)
		if problem != nil {
			return birnn.CellWeights{}
		}
		return birnn.CellWeights{Kernel: regate(kernel, h, kerasGates, ourGates), Bias: regate(bias, h, kerasGates, ourGates)}
	}
	weights := birnn.Weights{
		Forward: cell(kerasCells[0]), Backward: cell(kerasCells[1]),
		W: values(kerasOutput+"0", 2*h, k), B: values(kerasOutput+"1", k),
	}
	if problem != nil {
		return birnn.Weights{}, &Error{keras, weightsMember, problem}
	}
	return weights, nil
}

// kerasValues returns the numbers of an array, which must have the given shape.
func kerasValues(file *hdf5.File, path string, shape []int) ([]float32, error) {
	a, err := file.Array(path)
	switch {
	case err != nil:
		return nil, err
	case a.DType != "F32":
		return nil, fmt.Errorf("array %q: its type is %s; want F32: build the model with dtype=\"float32\"", path, a.DType)
	case !slices.Equal(a.Shape, shape):
		return nil, fmt.Errorf("array %q: its shape is %v; want %v", path, a.Shape, shape)
	}
	return safetensors.Values[float32](a)
}
