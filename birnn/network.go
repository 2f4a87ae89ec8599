package birnn

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// Network is what a [Model] trains, as functions that build its graph. A field
// that is nil stands for the built-in one, so a reader's own network usually
// sets Logits alone:
//
//	birnn.NewWith(backend, cfg, birnn.Network{Logits: BiRNN})
type Network struct {
	// Logits maps the sequences x, [n, Timesteps, NumInput] float32, to a
	// score for each class, [n, NumClasses] float32. Its variables live in the
	// scope. Default: the bidirectional LSTM with the configured readout.
	Logits func(scope *model.Scope, x *Node) *Node

	// Loss is what training makes small, a scalar: the mean over the batch.
	// y holds the classes, [n] int32. Default: [CrossEntropy].
	Loss func(logits, y *Node) *Node

	// Accuracy is the share of the batch that is right, a scalar from 0 to 1.
	// Default: [Accuracy].
	Accuracy func(logits, y *Node) *Node

	// Optimizer changes the variables. Default: [Adam] with the configured
	// learning rate.
	Optimizer optimizer.Interface
}

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
	forward := NewLSTM(scope.In("fw"), x, cfg.NumHidden, cfg.ForgetBias)
	backward := NewLSTM(scope.In("bw"), x, cfg.NumHidden, cfg.ForgetBias)
	outputs := Bidirectional(forward, backward, x)

	read := outputs.At(-1)
	if cfg.Readout == FinalStates {
		read = outputs.Final()
	}

	w := scope.WithInitializer(TruncatedNormal(scope, 0.01)).
		VariableWithShape("W", shapes.Make(dtypes.Float32, 2*cfg.NumHidden, cfg.NumClasses))
	b := scope.WithInitializer(initializer.Zero).
		VariableWithShape("b", shapes.Make(dtypes.Float32, cfg.NumClasses))
	return Add(MatMul(read, w.NodeValue(x)), ExpandAxes(b.NodeValue(x), 0))
}

// CrossEntropy is the mean softmax cross-entropy of the logits,
// [n, classes] float32, against the classes y, [n] int32: a scalar.
func CrossEntropy(logits, y *Node) *Node {
	classes := logits.Shape().Dim(-1)
	oneHot := OneHot(y, classes, logits.DType())
	return Neg(ReduceAllMean(ReduceSum(Mul(oneHot, LogSoftmax(logits, -1)), -1)))
}

// Accuracy is the share of the rows of logits, [n, classes], whose largest
// entry stands at the class in y, [n] int32: a scalar from 0 to 1.
func Accuracy(logits, y *Node) *Node {
	correct := Equal(ArgMax(logits, -1), y)
	return ReduceAllMean(ConvertDType(correct, logits.DType()))
}
