package birnn

import (
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// TruncatedNormal makes the initial values of a variable as TensorFlow's
// truncated_normal_initializer does: normally distributed around zero, and
// what lies more than two standard deviations away is drawn again. Use it with
// model.Scope.WithInitializer. The numbers come from the scope's store, so the
// seed of the [Config] decides them.
func TruncatedNormal(scope *model.Scope, stddev float64) initializer.VariableInitializer {
	// One draw in 22 is refused; that all twelve are has a chance of 1e-16.
	const draws = 12
	return func(g *Graph, shape shapes.Shape) *Node {
		value := Zeros(g, shape)
		for range draws {
			drawn := scope.RandomNormal(g, shape)
			value = Where(LessThan(Abs(drawn), Const(g, float32(2))), drawn, value)
		}
		return Mul(value, Const(g, float32(stddev)))
	}
}
