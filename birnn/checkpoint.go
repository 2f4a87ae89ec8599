package birnn

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/google/renameio/v2"
)

// The files of a checkpoint directory.
const (
	checkpointFile = "model.safetensors"
	previousFile   = "model.previous.safetensors"
)

// checkpointVersion is the version of what the metadata holds.
const checkpointVersion = 1

// metaKey is where a checkpoint keeps its meta.
const metaKey = "birnn"

// meta is what a checkpoint holds beside the variables.
type meta struct {
	Version int
	Config  Config
	Step    int
	History History
}

// CheckpointError says why a checkpoint cannot be used.
type CheckpointError struct {
	File string // the file in question
	Err  error
}

func (e *CheckpointError) Error() string {
	return fmt.Sprintf("birnn: the checkpoint %s cannot be used: %v", e.File, e.Err)
}

// Unwrap returns the reason.
func (e *CheckpointError) Unwrap() error { return e.Err }

// Save writes the model to the directory dir, which it makes if need be: the
// configuration, the weights, the optimizer's state, the step and the history.
//
// Whoever reads the directory sees the checkpoint as it was before or as it is
// after, never half of it, whenever the program is stopped; the one before stays
// there as model.previous.safetensors. The file is in the safetensors format.
func (m *Model) Save(dir string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	if m.diverged != nil {
		return fmt.Errorf("birnn: not saving to %s: %w", dir, m.diverged)
	}
	var content bytes.Buffer
	if err := m.encode(&content); err != nil {
		return fmt.Errorf("birnn: saving to %s: %w", dir, err)
	}
	if err := writeCheckpoint(dir, content.Bytes()); err != nil {
		return fmt.Errorf("birnn: saving to %s: %w", dir, err)
	}
	return nil
}

// writeCheckpoint replaces the checkpoint of the directory. The present one is
// kept as the previous one if it is whole.
func writeCheckpoint(dir string, content []byte) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	current := filepath.Join(dir, checkpointFile)
	if present, err := os.ReadFile(current); err == nil {
		if _, _, err := decode(present); err == nil {
			if err := renameio.WriteFile(filepath.Join(dir, previousFile), present, 0o666); err != nil {
				return err
			}
		}
	}
	return renameio.WriteFile(current, content, 0o666)
}

// encode writes the model as a safetensors file.
func (m *Model) encode(w *bytes.Buffer) error {
	text, err := json.Marshal(meta{Version: checkpointVersion, Config: m.cfg, Step: m.step, History: m.history})
	if err != nil {
		return err
	}
	var arrays []array
	for v := range m.saved() {
		values, err := valuesOf(v)
		if err != nil {
			return err
		}
		if k := indexNotFinite(values); k >= 0 {
			return fmt.Errorf("variable %q holds %v: the weights are of no use; load the last checkpoint", v.Path(), values[k])
		}
		arrays = append(arrays, array{name: strings.TrimPrefix(v.Path(), "/"), dims: v.Shape().Dimensions, values: values})
	}
	return writeArrays(w, arrays, map[string]string{metaKey: string(text)})
}

// saved iterates over the variables that a checkpoint holds: all but the state
// of GoMLX's random numbers, which only the initial weights come from.
func (m *Model) saved() iter.Seq[*model.Variable] {
	return func(yield func(*model.Variable) bool) {
		for v := range m.store.RootScope().IterVariables() {
			if v.Name() != model.RNGStateVariableName && !yield(v) {
				return
			}
		}
	}
}

// Load returns the model that was saved to the directory dir, of the built-in
// network. A checkpoint that is damaged or of another kind is a
// [*CheckpointError], and if there is none the error wraps [fs.ErrNotExist].
func Load(backend compute.Backend, dir string) (*Model, error) {
	return LoadWith(backend, dir, Network{})
}

// LoadWith is Load for a network of the caller's own. It has to have the same
// variables as the one that was saved.
func LoadWith(backend compute.Backend, dir string, network Network) (*Model, error) {
	if backend == nil {
		return nil, errNoBackend
	}
	file := filepath.Join(dir, checkpointFile)
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("birnn: there is no trained model in %s yet; train one and Save it there: %w", dir, err)
	}
	if err != nil {
		return nil, fmt.Errorf("birnn: loading a checkpoint: %w", err)
	}
	arrays, about, err := decode(content)
	if err != nil {
		return nil, damaged(dir, err)
	}
	m, err := newOn(devicesFor(backend, about.Config), backend, about.Config, network, func(m *Model) error { return m.restore(arrays) })
	if err != nil {
		return nil, &CheckpointError{File: file, Err: err}
	}
	m.step, m.history = about.Step, about.History
	return m, nil
}

// damaged reports a checkpoint that is not whole, and the one to go back to.
func damaged(dir string, err error) error {
	previous := filepath.Join(dir, previousFile)
	if content, readErr := os.ReadFile(previous); readErr == nil {
		if _, _, decodeErr := decode(content); decodeErr == nil {
			err = fmt.Errorf("%w; the one before it is whole: to go back to it, rename %s to %s", err, previous, checkpointFile)
		}
	}
	return &CheckpointError{File: filepath.Join(dir, checkpointFile), Err: err}
}

// decode reads the content of a checkpoint and checks all that can be checked
// without the network.
func decode(content []byte) ([]array, meta, error) {
	var about meta
	arrays, metadata, err := readArrays(content)
	if err != nil {
		return nil, about, err
	}
	text, ok := metadata[metaKey]
	if !ok {
		return nil, about, errors.New("it is a safetensors file, but birnn did not write it")
	}
	if err := json.Unmarshal([]byte(text), &about); err != nil {
		return nil, about, fmt.Errorf("its description is not valid: %w", err)
	}
	if about.Version != checkpointVersion {
		return nil, about, fmt.Errorf("it has version %d, this program knows version %d", about.Version, checkpointVersion)
	}
	if err := about.Config.Validate(); err != nil {
		return nil, about, err
	}
	if about.Step < 0 {
		return nil, about, fmt.Errorf("its step is %d", about.Step)
	}
	for name, s := range map[string]Series{"Training": about.History.Training, "Validation": about.History.Validation} {
		if len(s.Steps) != len(s.Loss) || len(s.Steps) != len(s.Accuracy) {
			return nil, about, fmt.Errorf("its History.%s has %d steps, %d losses and %d accuracies", name, len(s.Steps), len(s.Loss), len(s.Accuracy))
		}
	}
	return arrays, about, nil
}

// restore sets all variables, after checking that they are those of the network.
func (m *Model) restore(arrays []array) error {
	stored := make(map[string]array, len(arrays))
	for _, a := range arrays {
		stored["/"+a.name] = a
	}
	for v := range m.saved() {
		a, ok := stored[v.Path()]
		if !ok {
			return fmt.Errorf("the network has a variable %q, the checkpoint has none: another network was trained; train this one", v.Path())
		}
		if !slices.Equal(a.dims, v.Shape().Dimensions) {
			return fmt.Errorf("variable %q is %v in the network and %v in the checkpoint: another network was trained; train this one", v.Path(), v.Shape().Dimensions, a.dims)
		}
		delete(stored, v.Path())
	}
	for path := range stored {
		return fmt.Errorf("the checkpoint has a variable %q, the network has none: another network was trained; train this one", path)
	}
	for _, a := range arrays {
		v := m.store.GetVariable("/" + a.name)
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(a.values, a.dims...)); err != nil {
			return fmt.Errorf("setting variable %q: %w", a.name, err)
		}
	}
	return nil
}
