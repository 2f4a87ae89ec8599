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
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/support/exceptions"
)

// ErrClosed is what a method of a closed [Model] returns.
var ErrClosed = errors.New("birnn: the model is closed")

var errNoBackend = errors.New("birnn: the backend is nil; backend.Open returns one")

// Model is a network with its weights, the optimizer's state and the record of
// its training so far. Its methods may be called from several goroutines; they
// take turns.
type Model struct {
	backend compute.Backend
	cfg     Config
	network Network

	mu       sync.Mutex // guards all below
	store    *model.Store
	updating *program // x, y -> loss, accuracy, and one step of the optimizer
	scoring  *program // x, y -> loss, accuracy, probabilities
	step     int
	history  History
	examples int    // in an epoch; 0: not known yet
	training string // names this training in its checkpoints
	graph    string // the fingerprint of the training graph
	origin   string // where the weights came from
	closed   bool
	diverged error // a *DivergedError: the weights are of no use

	home          *dirLock // the directory that Resume took for this model, or nil
	homeIsCurrent bool     // its checkpoint is this model, as it is now
	lastGood      string   // the file that the model was last saved to or loaded from
	lastGoodStep  int
}

// New makes a model of the built-in network with fresh weights, drawn with the
// configuration's seed. The error names the field of the configuration that
// cannot work.
func New(backend compute.Backend, cfg Config) (*Model, error) {
	return NewWith(backend, cfg, Network{})
}

// NewWith makes a model of the given network with fresh weights. Of the
// configuration it uses the data's dimensions and the seed; what the network
// leaves nil also uses the rest.
func NewWith(backend compute.Backend, cfg Config, network Network) (*Model, error) {
	if backend == nil {
		return nil, errNoBackend
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	m, err := newOn(devicesFor(backend, cfg), backend, cfg, network, (*Model).drawValues)
	if err != nil {
		return nil, fmt.Errorf("birnn: setting up the network: %w", err)
	}
	return m, nil
}

// newOn makes a model that shares its batches out to the given number of
// devices. setValues gives the variables their values.
func newOn(devices int, backend compute.Backend, cfg Config, network Network, setValues func(*Model) error) (*Model, error) {
	m := &Model{
		backend: backend, cfg: cfg, network: network.withDefaults(cfg), store: model.NewStore(),
		training: newTraining(), origin: newWeights(cfg),
	}
	timesteps := cfg.Timesteps
	if network.Logits == nil {
		if err := checkLength(backend, timesteps); err != nil {
			return nil, fmt.Errorf("Config.Timesteps is %w", err)
		}
		timesteps = 1 // the built-in network has the same variables for sequences of any length
	}
	err := try(func() error {
		if err := m.createVariables(timesteps); err != nil {
			return err
		}
		if err := setValues(m); err != nil {
			return err
		}
		return m.createPrograms(devices)
	})
	if err != nil {
		m.store.Finalize()
		return nil, err
	}
	return m, nil
}

// createVariables creates the network's variables and the optimizer's, without
// values, by building the training graph once, for one sequence of the given
// length. It is not compiled.
func (m *Model) createVariables(timesteps int) error {
	g := graph.NewGraph(m.backend, "variables")
	defer g.Finalize()
	model.SetStore(g, m.store)
	x := graph.Parameter(g, "x", shapes.Make(dtypes.Float32, 1, timesteps, m.cfg.NumInput))
	y := graph.Parameter(g, "y", shapes.Make(dtypes.Int32, 1))
	m.trainingGraph(m.store.RootScope(), x, y)
	m.graph = fingerprint(g)
	for v := range m.saved() {
		if v.DType() != dtypes.Float32 {
			return fmt.Errorf("variable %q is %s; a Model keeps float32 variables only", v.Path(), v.DType())
		}
	}
	return nil
}

// drawValues gives the variables the first values that their initializers
// draw, from the configuration's seed.
func (m *Model) drawValues() error {
	if err := m.store.SetRNGStateFromSeed(m.cfg.Seed); err != nil {
		return err
	}
	return m.store.InitializeVariables(m.backend, nil)
}

// createPrograms makes what runs the graphs on the given number of devices.
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

func (m *Model) trainingGraph(scope *model.Scope, x, y *graph.Node) (loss, accuracy *graph.Node) {
	loss, accuracy, _ = m.scoringGraph(scope, x, y)
	m.network.Optimizer.UpdateGraph(scope, x.Graph(), loss)
	return loss, accuracy
}

// scoringGraph serves evaluation and prediction, so that only one program has to be compiled for both.
func (m *Model) scoringGraph(scope *model.Scope, x, y *graph.Node) (loss, accuracy, probabilities *graph.Node) {
	logits := m.logits(scope, x)
	return m.network.Loss(logits, y), m.network.Accuracy(logits, y), graph.Softmax(logits, -1)
}

// logits calls the network and checks the shape of what it returns.
func (m *Model) logits(scope *model.Scope, x *graph.Node) *graph.Node {
	logits := m.network.Logits(scope, x)
	want := shapes.Make(dtypes.Float32, x.Shape().Dim(0), m.cfg.NumClasses)
	if !logits.Shape().Equal(want) {
		panic(fmt.Errorf("Network.Logits returned %s for %d sequences; with Config.NumClasses %d it must be %s",
			logits.Shape(), x.Shape().Dim(0), m.cfg.NumClasses, want))
	}
	return logits
}

// Config returns the configuration that the model was made with.
func (m *Model) Config() Config { return m.cfg }

// Step returns how many training steps the model has taken.
func (m *Model) Step() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.step
}

// Close frees the weights, the compiled programs, and the directory of a model
// that [Resume] returned. It saves nothing. Further calls of the model's methods
// return [ErrClosed]; a second Close does nothing.
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
	return m.home.release()
}

// try runs fn and turns a panic with an error, which is how GoMLX reports what
// goes wrong in a graph, into a returned error.
func try(fn func() error) (err error) {
	if caught := exceptions.TryCatch[error](func() { err = fn() }); caught != nil {
		return caught
	}
	return err
}

// sequences copies x, [n, Timesteps, NumInput], into a tensor of that shape.
func (m *Model) sequences(x []float32, n int) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(x, n, m.cfg.Timesteps, m.cfg.NumInput)
}

// Variable describes one of the network's trainable variables.
type Variable struct {
	Name  string // with its scopes: "fw/kernel"
	Shape []int
}

// Variables lists the network's trainable variables, in the order in which the
// network created them.
func (m *Model) Variables() []Variable {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []Variable
	for v := range m.store.IterVariables() {
		if v.Trainable {
			list = append(list, Variable{Name: strings.TrimPrefix(v.Path(), "/"), Shape: slices.Clone(v.Shape().Dimensions)})
		}
	}
	return list
}

// NumParameters returns how many trainable numbers the network has.
func (m *Model) NumParameters() int {
	n := 0
	for _, v := range m.Variables() {
		size := 1
		for _, d := range v.Shape {
			size *= d
		}
		n += size
	}
	return n
}
