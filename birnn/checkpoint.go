package birnn

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/easy-gomlx/tutorials/birnn/internal/safetensors"
	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// checkpoint is a file that was read: it holds the variables of the network and
// of the optimizer.
type checkpoint struct {
	meta
	history   History
	variables []stored
}

// stored is a variable in a checkpoint.
type stored struct {
	path   string // in the model's store
	shape  []int
	values []float32
}

// Save writes the model to the directory dir, which it makes if need be: the
// configuration, the weights, the optimizer's state, the step and the history.
//
// Whoever reads the directory sees the checkpoint as it was before or as it is
// after, never half of it, whenever the program is killed or the power fails. An
// error, such as that of a full disk, leaves the one before in place. The one
// before stays as model.previous.safetensors, the last one of another training
// as model.former.safetensors (of several the one that came farthest), and what
// cannot be read as model.unreadable.safetensors. The files are in the safetensors format.
//
// One process at a time writes to a directory: while another trains there with
// [Resume], the error is an [*InUseError]. What the directory of a model that
// Resume returned holds already is not written again.
func (m *Model) Save(dir string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.save(dir)
}

func (m *Model) save(dir string) error {
	if m.closed {
		return ErrClosed
	}
	if m.diverged != nil {
		return fmt.Errorf("birnn: not saving to %s: %w", dir, m.diverged)
	}
	lock, file := m.home, filepath.Join(dir, checkpointFile)
	atHome := lock.is(dir)
	if _, err := os.Stat(file); err == nil && atHome && m.homeIsCurrent {
		return nil
	}
	if !atHome {
		var err error
		if lock, err = lockDir(dir, ""); err != nil {
			return savingTo(dir, err)
		}
		defer lock.release()
	}
	content, err := m.encode()
	if err == nil {
		_, err = decode(content) // what is saved can be read
	}
	if err == nil {
		err = writeCheckpoint(dir, content, m.training)
	}
	if err != nil {
		return savingTo(dir, err)
	}
	if atHome {
		m.homeIsCurrent = true
	}
	m.lastGood, m.lastGoodStep = file, m.step
	return nil
}

func savingTo(dir string, err error) error {
	var inUse *InUseError
	if errors.As(err, &inUse) {
		return err
	}
	return fmt.Errorf("birnn: saving to %s failed, but nothing was lost: %w", dir, err)
}

// encode returns the model as a safetensors file.
func (m *Model) encode() ([]byte, error) {
	text, err := json.Marshal(meta{
		Version: checkpointVersion, Config: m.cfg, Step: m.step, Epoch: m.epoch(), Examples: m.examples, Training: m.training, Graph: m.graph,
	})
	if err != nil {
		return nil, err
	}
	arrays := m.history.arrays()
	for v := range m.saved() {
		values, err := valuesOf(v)
		if err != nil {
			return nil, err
		}
		if k := indexNotFinite(values); k >= 0 {
			return nil, fmt.Errorf("variable %q holds %v: the weights are of no use; load the last checkpoint", v.Path(), values[k])
		}
		arrays = append(arrays, safetensors.New(strings.TrimPrefix(v.Path(), "/"), values, v.Shape().Dimensions...))
	}
	return safetensors.Write(arrays, map[string]string{metaKey: string(text)})
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
	c, err := readCheckpoint(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("birnn: there is no trained model in %s yet; train one and Save it there: %w", dir, err)
	}
	if err != nil {
		return nil, damaged(dir, err)
	}
	m, err := newOn(devicesFor(backend, c.Config), backend, c.Config, network, func(m *Model) error { return m.restore(c) })
	if err != nil {
		return nil, &CheckpointError{File: file, Err: err}
	}
	m.lastGood, m.lastGoodStep = file, m.step
	return m, nil
}

// decode reads the content of a checkpoint and checks all that can be checked
// without the network.
func decode(file []byte) (*checkpoint, error) {
	arrays, metadata, err := safetensors.Read(file)
	if err != nil {
		return nil, err
	}
	c := &checkpoint{}
	text, ok := metadata[metaKey]
	if !ok {
		return nil, errors.New("it is a safetensors file, but birnn did not write it")
	}
	if err := json.Unmarshal([]byte(text), &c.meta); err != nil {
		return nil, fmt.Errorf("its description is not valid: %w", err)
	}
	if err := c.meta.check(); err != nil {
		return nil, err
	}
	if c.history, err = historyOf(arrays); err != nil {
		return nil, err
	}
	for _, a := range arrays {
		if strings.HasPrefix(a.Name, historyPrefix) {
			continue
		}
		values, err := safetensors.Values[float32](a)
		if err != nil {
			return nil, err
		}
		c.variables = append(c.variables, stored{path: "/" + a.Name, shape: a.Shape, values: values})
	}
	return c, nil
}

// restore sets all variables, after checking that they are those of the network.
func (m *Model) restore(c *checkpoint) error {
	left := make(map[string]stored, len(c.variables))
	for _, s := range c.variables {
		left[s.path] = s
	}
	for v := range m.saved() {
		s, ok := left[v.Path()]
		if !ok {
			return fmt.Errorf("the network has a variable %q, the checkpoint has none: another network was trained; train this one", v.Path())
		}
		if !slices.Equal(s.shape, v.Shape().Dimensions) {
			return fmt.Errorf("variable %q is %v in the network and %v in the checkpoint: another network was trained; train this one", v.Path(), v.Shape().Dimensions, s.shape)
		}
		delete(left, v.Path())
	}
	for path := range left {
		return fmt.Errorf("the checkpoint has a variable %q, the network has none: another network was trained; train this one", path)
	}
	for _, s := range c.variables {
		if err := m.store.GetVariable(s.path).SetValue(tensors.FromFlatDataAndDimensions(s.values, s.shape...)); err != nil {
			return fmt.Errorf("setting variable %q: %w", s.path, err)
		}
	}
	m.step, m.history, m.examples, m.training = c.Step, c.history, c.Examples, c.Training
	return nil
}
