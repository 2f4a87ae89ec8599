package birnn

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/easy-gomlx/tutorials/birnn/history"
	"github.com/easy-gomlx/tutorials/birnn/internal/checkpoint"
)

// ErrClosed is the error of a method that is called after [Model.Close].
var ErrClosed = errors.New("birnn: the model is closed")

// Model is a network with its weights, the optimizer's state and the record of
// its training so far. Its methods may be called from several goroutines, which
// then take turns.
type Model struct {
	backend     compute.Backend
	cfg         Config
	network     Network
	fingerprint string // of the training graph

	own        bool // its Logits are not the built-in ones
	hasKernels bool // the backend runs LSTMs of that graph in kernels

	training sync.Mutex // held by Train

	mu       sync.Mutex // guards all below
	store    *model.Store
	updating *program // x, y -> score, and one step of the optimizer
	scoring  *program // x, y -> score, probabilities
	step     int
	history  history.Record
	examples int // in an epoch; 0: not known yet
	closed   bool
	diverged error // a *DivergedError, if the loss has become NaN or infinite

	home      *checkpoint.Dir // the directory that Resume locked for this model, or nil
	homeSaved bool            // its checkpoint has the current state of the model
	lastSaved savedAs
}

// savedAs is a file that a model was saved to or loaded from, and the step.
type savedAs struct {
	file string
	step int
}

// newOn returns a model that divides its batches among the given number of
// devices, or among usableDevices if that is 0. setValues gives the variables their values.
func newOn(devices int, backend compute.Backend, cfg Config, network Network, setValues func(*Model) error) (*Model, error) {
	m := &Model{backend: backend, cfg: cfg, network: network.withDefaults(cfg), own: network.Logits != nil, store: model.NewStore()}
	timesteps := cfg.Timesteps
	if network.Logits == nil {
		timesteps = 1 // the variables are the same, and what a corrupt checkpoint claims costs nothing
	}
	err := try(func() error {
		if err := m.store.SetRNGStateFromSeed(cfg.Seed); err != nil {
			return err
		}
		if err := m.createVariables(timesteps); err != nil {
			return err
		}
		if err := setValues(m); err != nil {
			return err
		}
		if devices == 0 {
			devices = m.usableDevices()
		}
		return m.createPrograms(devices)
	})
	if err != nil {
		m.store.Finalize()
		return nil, err
	}
	return m, nil
}

// drawValues draws the initial values of the variables.
func (m *Model) drawValues() error { return m.store.InitializeVariables(m.backend, nil) }

// createPrograms creates the programs that run the graphs on the given number
// of devices.
func (m *Model) createPrograms(devices int) error {
	mesh, err := meshOf(devices)
	if err != nil {
		return err
	}
	if m.updating, err = newProgram(m.backend, m.store, mesh, m.trainingGraph); err != nil {
		return err
	}
	m.scoring, err = newProgram(m.backend, m.store, mesh, m.scoringGraph)
	return err
}

// Config returns the configuration that the model was created with.
func (m *Model) Config() Config { return m.cfg }

// Step returns the number of training steps that the model has taken.
func (m *Model) Step() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.step
}

// History returns a copy of the record of the training so far. It is saved with
// the model.
func (m *Model) History() history.Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.history.Clone()
}

// Close frees the weights and the compiled programs, and unlocks the directory
// of a model that [Resume] returned. It saves nothing. Methods that need
// them return [ErrClosed] from then on; a second Close does nothing.
func (m *Model) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil
	}
	m.closed = true
	for _, p := range []*program{m.updating, m.scoring} {
		p.finalize()
	}
	m.store.Finalize()
	return m.home.Unlock()
}

// try calls fn and returns a panic, which is how GoMLX reports an invalid graph,
// as an error.
func try(fn func() error) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case error:
			err = r
		default:
			err = fmt.Errorf("%v", r)
		}
	}()
	return fn()
}

// sequences returns x, [n, Timesteps, NumInput], as an argument of a program: on
// its device, or on the host if the program divides it among several devices.
func (m *Model) sequences(p *program, x []float32, n int) (*tensors.Tensor, error) {
	shape := shapes.Make(dtypes.Float32, n, m.cfg.Timesteps, m.cfg.NumInput)
	if p.shared != nil {
		return tensors.FromFlatDataAndDimensions(x, shape.Dimensions...), nil
	}
	buffer, err := m.backend.BufferFromFlatData(0, x, shape)
	if err != nil {
		return nil, err
	}
	return tensors.FromBuffer(buffer)
}

// Variable describes one of the network's trainable variables.
type Variable struct {
	Name  string // with its scopes: "fw/kernel"
	Shape []int
}

// Variables returns the network's trainable variables, in the order in which the
// network created them.
func (m *Model) Variables() ([]Variable, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, ErrClosed
	}
	var list []Variable
	for v := range m.store.IterVariables() {
		if v.Trainable {
			list = append(list, Variable{Name: strings.TrimPrefix(v.Path(), "/"), Shape: slices.Clone(v.Shape().Dimensions)})
		}
	}
	return list, nil
}

// NumParameters returns the number of trainable numbers of the network.
func (m *Model) NumParameters() (int, error) {
	variables, err := m.Variables()
	n := 0
	for _, v := range variables {
		size := 1
		for _, d := range v.Shape {
			size *= d
		}
		n += size
	}
	return n, err
}
