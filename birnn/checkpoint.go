package birnn

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/gomlx/compute"

	"github.com/easy-gomlx/tutorials/birnn/history"
	"github.com/easy-gomlx/tutorials/birnn/internal/checkpoint"
	"github.com/easy-gomlx/tutorials/birnn/internal/safetensors"
)

// CheckpointError reports that a checkpoint cannot be used, and why.
type CheckpointError struct {
	File string
	Err  error
}

func (e *CheckpointError) Error() string {
	return fmt.Sprintf("birnn: the checkpoint %s cannot be used: %v", e.File, e.Err)
}

// Unwrap returns the reason.
func (e *CheckpointError) Unwrap() error { return e.Err }

// Save writes the model to the directory dir, which it creates if necessary:
// the configuration, all variables, the step and the history, as
// model.safetensors. An existing checkpoint becomes model.previous.safetensors.
//
// Even if the program is killed or the power fails, the directory has the
// checkpoint as it was before Save or as it is after it. An error, such as a
// full disk, leaves the checkpoint unchanged.
//
// Only one process at a time can write to a directory: while another model that
// [Resume] returned holds it, the error is an [*InUseError].
func (m *Model) Save(dir string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.save(dir)
}

func (m *Model) save(dir string) (err error) {
	if m.closed {
		return ErrClosed
	}
	if m.diverged != nil {
		return fmt.Errorf("birnn: not saved to %s: %w", dir, m.diverged)
	}
	target, file := m.home, filepath.Join(dir, checkpoint.Name)
	atHome := target.Is(dir)
	if atHome && m.homeSaved {
		if c, err := readCheckpointFile(file); err == nil && c.Step == m.step {
			return nil // saving it again would replace the previous one
		}
	}
	if !atHome {
		if target, err = lockDir(dir, ""); err != nil {
			return err
		}
		defer target.Unlock()
	}
	content, err := m.encode()
	if err == nil {
		err = target.Write(content)
	}
	if err != nil {
		return fmt.Errorf("birnn: saving to %s failed, the checkpoint there is unchanged: %w", dir, err)
	}
	m.homeSaved = m.homeSaved || atHome
	m.lastSaved = savedAs{file, m.step}
	return nil
}

// encode returns the model as the content of a file.
func (m *Model) encode() ([]byte, error) {
	h := header{Version: headerVersion, Config: m.cfg, Step: m.step, Examples: m.examples, Graph: m.fingerprint, Own: m.own}
	var err error
	if h.Probe, err = m.probe(); err != nil {
		return nil, err
	}
	text, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	variables, err := m.variableArrays()
	if err != nil {
		return nil, err
	}
	return checkpoint.File{Header: string(text), Arrays: append(historyArrays(m.history), variables...)}.Encode()
}

// probe returns the probabilities of a network of the program's own for a fixed
// sequence, by which package infer recognizes one that computes what the
// built-in network does. It returns nil for other networks.
func (m *Model) probe() ([]float32, error) {
	if !m.own {
		return nil, nil
	}
	if _, err := m.weights(); err != nil {
		return nil, nil // it does not have the built-in variables
	}
	rows, err := m.probabilities(checkpoint.ProbeSequence(m.cfg.Timesteps*m.cfg.NumInput), 1)
	if err != nil || indexNotFinite(rows[0]) >= 0 {
		return nil, err
	}
	return rows[0], nil
}

// Load returns a model of the network with the state that was saved to the
// directory dir. It must have the variables and the optimizer of the network
// that was saved. If there is no checkpoint, the error wraps [fs.ErrNotExist];
// if the checkpoint is corrupt or belongs to another network, it is a
// [*CheckpointError].
func (n Network) Load(backend compute.Backend, dir string) (*Model, error) {
	if backend == nil {
		return nil, errNoBackend
	}
	c, err := readCheckpoint(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("birnn: %s holds no trained model; train one and save it there: %w", dir, err)
	}
	if err != nil {
		return nil, err
	}
	return n.build(backend, c.Config, func(m *Model) error { return m.restore(c) })
}

// Load returns a model of the built-in network; see [Network.Load].
func Load(backend compute.Backend, dir string) (*Model, error) { return Network{}.Load(backend, dir) }

// saved is a checkpoint that was read.
type saved struct {
	file string
	header
	history   history.Record
	variables []safetensors.Array
}

// readCheckpoint reads a directory's checkpoint and checks all that can be
// checked without the network. If it is corrupt or missing and the previous one
// is intact, the error says so: another training run started there would
// replace it.
func readCheckpoint(dir string) (*saved, error) {
	if dir == "" {
		return nil, errNoDir
	}
	file, previous := filepath.Join(dir, checkpoint.Name), filepath.Join(dir, checkpoint.PreviousName)
	c, err := readCheckpointFile(file)
	var bad *CheckpointError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		bad = &CheckpointError{File: file, Err: errors.New("it is missing")}
	case !errors.As(err, &bad):
		return c, err
	}
	p, previousErr := readCheckpointFile(previous)
	switch {
	case errors.Is(err, fs.ErrNotExist) && previousErr != nil:
		return nil, err
	case previousErr != nil:
		bad.Err = fmt.Errorf("%w; delete %s to start over", bad.Err, dir)
		return nil, bad
	}
	bad.Err = fmt.Errorf("%w; the previous one, of step %d, is intact: rename %s to %s to go back to it", bad.Err, p.Step, previous, checkpoint.Name)
	return nil, bad
}

func readCheckpointFile(file string) (*saved, error) {
	f, err := checkpoint.Read(file)
	var corrupt *checkpoint.CorruptError
	switch {
	case errors.As(err, &corrupt):
		return nil, &CheckpointError{File: file, Err: corrupt.Err}
	case errors.Is(err, fs.ErrNotExist):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("birnn: reading a checkpoint: %w", err)
	}
	c := &saved{file: file}
	if c.header, err = parseHeader(f.Header); err == nil {
		c.history, c.variables, err = splitHistory(f.Arrays)
	}
	if err != nil {
		return nil, &CheckpointError{File: file, Err: err}
	}
	return c, nil
}
