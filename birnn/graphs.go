package birnn

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
)

// createVariables creates the network's variables and the optimizer's, without
// values, by building the training graph for one sequence of the given length. It
// is not compiled.
func (m *Model) createVariables(timesteps int) error {
	g := NewGraph(m.backend, "variables")
	defer g.Finalize()
	model.SetStore(g, m.store)
	x := Parameter(g, "x", shapes.Make(dtypes.Float32, 1, timesteps, m.cfg.NumInput))
	y := Parameter(g, "y", shapes.Make(dtypes.Int32, 1))
	m.trainingGraph(m.store.RootScope(), x, y)
	m.fingerprint = fingerprint(g, m.store)
	m.hasKernels = hasKernels(g)
	for v := range m.store.IterVariables() {
		if _, ok := dtypeNames[v.DType()]; !ok {
			return fmt.Errorf("variable %q is %s, which a checkpoint cannot store", v.Path(), v.DType())
		}
	}
	return nil
}

// fingerprint identifies a training graph by its operations, shapes and small
// constants, and by the variables that are given a value, such as a learning
// rate.
func fingerprint(g *Graph, store *model.Store) string {
	hash := sha256.New()
	io.WriteString(hash, g.String())
	for v := range store.IterVariables() {
		if v.HasValue() {
			fmt.Fprintln(hash, v.Path(), v.MustValue())
		}
	}
	return hex.EncodeToString(hash.Sum(nil))[:16]
}

// trainingGraph is one training step, as GoMLX's train.Trainer takes it. The
// score, loss and accuracy, is computed before the update.
func (m *Model) trainingGraph(scope *model.Scope, x, y *Node) (score *Node) {
	g := x.Graph()
	m.store.SetTraining(g, true)
	logits := m.logits(scope, x)
	loss, accuracy := m.score(logits, y)
	m.network.Optimizer.UpdateGraph(scope, g, loss)
	train.ExecPerStepUpdateGraphFn(g)
	return meanScore(loss, accuracy)
}

// scoringGraph evaluates and predicts, so that one program serves both.
func (m *Model) scoringGraph(scope *model.Scope, x, y *Node) (score, probabilities *Node) {
	m.store.SetTraining(x.Graph(), false)
	logits := m.logits(scope, x)
	return meanScore(m.score(logits, y)), Softmax(ConvertDType(logits, dtypes.Float32), -1)
}

// logits calls the network and checks the shape of the result.
func (m *Model) logits(scope *model.Scope, x *Node) *Node {
	logits := m.network.Logits(scope, x)
	checkFloat("Network.Logits", logits)
	if n := x.Shape().Dim(0); !slices.Equal(logits.Shape().Dimensions, []int{n, m.cfg.NumClasses}) {
		panic(fmt.Errorf("Network.Logits returned %s for %d sequences; with Config.NumClasses %d the dimensions must be [%d, %d]",
			logits.Shape(), n, m.cfg.NumClasses, n, m.cfg.NumClasses))
	}
	return logits
}

// checkFloat panics unless a function of the network returned numbers.
func checkFloat(function string, result *Node) {
	if result == nil {
		panic(fmt.Errorf("%s returned nil", function))
	}
	if !result.DType().IsFloat() {
		panic(fmt.Errorf("%s returned %s; want a floating-point type", function, result.Shape()))
	}
}

// score returns the loss, with the regularizers that the network added, and the
// accuracy.
func (m *Model) score(logits, y *Node) (loss, accuracy *Node) {
	loss, accuracy = m.network.Loss(logits, y), m.network.Accuracy(logits, y)
	checkFloat("Network.Loss", loss)
	checkFloat("Network.Accuracy", accuracy)
	train.AddMainLoss(loss)
	return train.TotalLoss(logits.Graph()), accuracy
}

// meanScore returns the means of loss and accuracy as one float64 [2], because
// reading one result is faster than reading two.
func meanScore(loss, accuracy *Node) *Node {
	mean := func(x *Node) *Node { return ConvertDType(ReduceAllMean(x), dtypes.Float64) }
	return Stack([]*Node{mean(loss), mean(accuracy)}, 0)
}
