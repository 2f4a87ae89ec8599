package birnn

import (
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// TruncatedNormal makes the initial values of a variable as TensorFlow's
// truncated_normal_initializer does: normally distributed around zero, with
// values more than two standard deviations away drawn again. Use it with
// model.Scope.WithInitializer. The numbers come from the scope's store, so the
// seed of the [Config] determines them.
func TruncatedNormal(scope *model.Scope, stddev float64) initializer.VariableInitializer {
	// One draw in 22 is rejected; the probability that all twelve are is 1e-16.
	const draws = 12
	return func(g *Graph, shape shapes.Shape) *Node {
		number := func(x float64) *Node { return Const(g, shapes.CastAsDType(x, shape.DType)) }
		value := Zeros(g, shape)
		for range draws {
			drawn := scope.RandomNormal(g, shape)
			value = Where(LessThan(Abs(drawn), number(2)), drawn, value)
		}
		return Mul(value, number(stddev))
	}
}
