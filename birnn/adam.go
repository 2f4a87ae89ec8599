package birnn

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// Adam's constants: TensorFlow's defaults, which are those of the paper.
const (
	adamBeta1   = 0.9
	adamBeta2   = 0.999
	adamEpsilon = 1e-8
)

// adamScope is where Adam keeps its variables.
const adamScope = "/optimizers/adam"

// Adam returns the optimizer as TensorFlow computes it. For the step number t,
// a weight w and its gradient g:
//
//	m = β₁m + (1-β₁)g        v = β₂v + (1-β₂)g²
//	w = w - rate·√(1-β₂ᵗ)/(1-β₁ᵗ) · m/(√v + ε)
//
// GoMLX's own Adam adds ε after the correction of v instead, as Kingma and Ba's
// Algorithm 1 does; this is the form at the end of their section 2.
func Adam(learningRate float64) optimizer.Interface { return &adam{rate: learningRate} }

type adam struct{ rate float64 }

// UpdateGraph adds one training step to the graph. It implements optimizer.Interface.
//
// Like GoMLX's optimizers, it increments GoMLX's global step and keeps the rate
// in a variable, which a learning-rate schedule may set.
func (a *adam) UpdateGraph(scope *model.Scope, g *Graph, loss *Node) {
	gradients := scope.BuildTrainableVariablesGradientsGraph(loss)
	dtype := loss.DType()
	number := func(x float64) *Node { return Const(g, shapes.CastAsDType(x, dtype)) }
	one, beta1, beta2 := number(1), number(adamBeta1), number(adamBeta2)
	optimizer.IncrementGlobalStep(g, dtypes.Int64)
	learningRate := optimizer.LearningRateVar(scope, dtype, a.rate).NodeValue(g)

	// βᵗ is a variable, which each step multiplies by β, as in TensorFlow.
	store := scope.Store()
	power := func(name string, beta *Node) *Node {
		v := store.Scope(adamScope).WithInitializer(initializer.One).
			VariableWithShape(name, shapes.Make(dtype)).SetTrainable(false)
		v.SetNodeValue(Mul(v.NodeValue(g), beta))
		return v.NodeValue(g)
	}
	rate := Mul(learningRate, Div(Sqrt(Sub(one, power("beta2_power", beta2))), Sub(one, power("beta1_power", beta1))))

	k := 0
	for w := range scope.IterVariables() {
		if !w.Trainable || !w.InUseByGraph(g) {
			continue
		}
		as := func(x *Node) *Node { return ConvertDType(x, w.DType()) }
		gradient := gradients[k]
		k++
		moments := store.Scope(adamScope + w.Path()).WithInitializer(initializer.Zero)
		average := func(name string, decay, x *Node) *Node {
			v := moments.VariableWithShape(name, w.Shape()).SetTrainable(false)
			v.SetNodeValue(Add(Mul(as(decay), v.NodeValue(g)), Mul(as(Sub(one, decay)), x)))
			return v.NodeValue(g)
		}
		m := average("m", beta1, gradient)
		v := average("v", beta2, Mul(gradient, gradient))
		w.SetNodeValue(Sub(w.NodeValue(g), Mul(as(rate), Div(m, Add(Sqrt(v), as(number(adamEpsilon)))))))
	}
}

// Clear deletes the optimizer's variables. It implements optimizer.Interface.
func (a *adam) Clear(scope *model.Scope) error {
	return scope.Store().DeleteVariablesInScope(adamScope)
}
