package birnn

import (
	"errors"
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"github.com/easy-gomlx/tutorials/birnn/rnn"
)

// Network is what a [Model] trains, as functions that build its graph. A nil
// field stands for the built-in one, so a network of your own usually sets only
// Logits:
//
//	m, err := birnn.Network{Logits: BiRNN}.New(backend, cfg)
//
// The functions may use whatever GoMLX's own trainer supports: any optimizer,
// dropout, batch normalization, regularizers (train.AddRegularizationLoss),
// updates in each step (train.AddPerStepUpdateGraphFn), learning-rate schedules,
// and variables of any dtype. scope.IsTraining reports whether the graph is that
// of a training step. On the pure-Go backend, GoMLX's batch normalization needs
// UseBackendInference(false).
type Network struct {
	// Logits maps the sequences x, [n, Timesteps, NumInput] float32, to a score
	// for each class, [n, NumClasses] of a floating-point type. Its variables
	// belong in the scope. Default: the bidirectional LSTM with the configured
	// readout.
	Logits func(scope *model.Scope, x *Node) *Node

	// Loss is what training minimizes, with the regularizers added: a scalar,
	// or values whose mean is taken. y holds the classes, [n] int32. Default:
	// [CrossEntropy].
	Loss func(logits, y *Node) *Node

	// Accuracy is the share of the batch that is right, a scalar from 0 to 1.
	// Default: [Accuracy].
	Accuracy func(logits, y *Node) *Node

	// Optimizer updates the variables. Default: [Adam] with the configured
	// learning rate.
	Optimizer optimizer.Interface
}

// New returns a model of the network with new weights, drawn with the
// configuration's seed.
//
// The network uses the configuration's data dimensions, seed and training
// parameters; the other fields configure the built-in functions that stand in
// for nil fields.
func (n Network) New(backend compute.Backend, cfg Config) (*Model, error) {
	if backend == nil {
		return nil, errNoBackend
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return n.build(backend, cfg, (*Model).drawValues)
}

// build returns a model on as many devices as it can use; setValues gives the variables their values.
func (n Network) build(backend compute.Backend, cfg Config, setValues func(*Model) error) (*Model, error) {
	m, err := newOn(0, backend, cfg, n, setValues)
	var mismatch *MismatchError
	var bad *CheckpointError
	switch {
	case errors.As(err, &mismatch):
		return nil, mismatch
	case errors.As(err, &bad):
		return nil, bad
	case err != nil:
		return nil, fmt.Errorf("birnn: building the network: %w", err)
	}
	return m, nil
}

// New returns a model of the built-in network; see [Network.New].
func New(backend compute.Backend, cfg Config) (*Model, error) { return Network{}.New(backend, cfg) }

var errNoBackend = errors.New("birnn: the backend is nil; backend.Open returns one")

// withDefaults returns the network with its nil fields filled in.
func (n Network) withDefaults(cfg Config) Network {
	if n.Logits == nil {
		n.Logits = func(scope *model.Scope, x *Node) *Node { return logits(scope, x, cfg) }
	}
	if n.Loss == nil {
		n.Loss = CrossEntropy
	}
	if n.Accuracy == nil {
		n.Accuracy = Accuracy
	}
	if n.Optimizer == nil {
		n.Optimizer = Adam(cfg.LearningRate)
	}
	return n
}

// logits is the tutorial's network: x is [n, Timesteps, NumInput], the result
// [n, NumClasses].
func logits(scope *model.Scope, x *Node, cfg Config) *Node {
	forward := rnn.NewLSTM(scope.In("fw"), x, cfg.NumHidden, cfg.ForgetBias)
	backward := rnn.NewLSTM(scope.In("bw"), x, cfg.NumHidden, cfg.ForgetBias)
	outputs := rnn.Bidirectional(forward, backward, x)

	var read *Node
	switch cfg.Readout {
	case LastOutput:
		read = outputs.At(-1)
	case FinalStates:
		read = outputs.Final()
	}

	w := scope.WithInitializer(TruncatedNormal(scope, 0.01)).
		VariableWithShape("W", shapes.Make(dtypes.Float32, 2*cfg.NumHidden, cfg.NumClasses))
	b := scope.WithInitializer(initializer.Zero).
		VariableWithShape("b", shapes.Make(dtypes.Float32, cfg.NumClasses))
	return Add(MatMul(read, w.NodeValue(x)), ExpandAxes(b.NodeValue(x), 0))
}

// CrossEntropy returns the mean softmax cross-entropy of the logits,
// [n, classes], against the classes y, [n] int32: a scalar.
func CrossEntropy(logits, y *Node) *Node {
	classes := logits.Shape().Dim(-1)
	oneHot := OneHot(y, classes, logits.DType())
	return Neg(ReduceAllMean(ReduceSum(Mul(oneHot, LogSoftmax(logits, -1)), -1)))
}

// Accuracy returns the share of the rows of logits, [n, classes], whose largest
// entry is that of the class in y, [n] int32: a scalar from 0 to 1.
func Accuracy(logits, y *Node) *Node {
	correct := Equal(ArgMax(logits, -1), y)
	return ReduceAllMean(ConvertDType(correct, dtypes.Float32))
}
