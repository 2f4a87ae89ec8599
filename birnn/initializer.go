package birnn

import (
	"math"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// TruncatedNormal makes the initial values of a variable as TensorFlow's
// truncated_normal_initializer does: normally distributed around zero, without
// values more than two standard deviations away. Use it with
// model.Scope.WithInitializer. The numbers come from the scope's store, so the
// seed of the [Config] determines them.
//
// TensorFlow draws such values again. Here each is drawn once, as the inverse of
// the distribution function at a uniformly distributed number, which has the
// same distribution and is a smaller graph.
func TruncatedNormal(scope *model.Scope, stddev float64) initializer.VariableInitializer {
	within := math.Erf(math.Sqrt2) // the share of values within two standard deviations
	return func(g *Graph, shape shapes.Shape) *Node {
		number := func(x float64) *Node { return Const(g, shapes.CastAsDType(x, shape.DType)) }
		uniform := scope.RandomUniform(g, shape) // 0 to 1
		x := Mul(Sub(Mul(uniform, number(2)), number(1)), number(within))
		return Mul(inverseErf(x), number(math.Sqrt2*stddev))
	}
}

// inverseErf returns the inverse of the error function for |x| up to 0.99, with
// the accuracy of float32.
//
// Source: Giles, Approximating the erfinv function (2010).
func inverseErf(x *Node) *Node {
	number := func(c float64) *Node { return Const(x.Graph(), shapes.CastAsDType(c, x.DType())) }
	w := Sub(Neg(Log(Sub(number(1), Mul(x, x)))), number(2.5))
	sum := number(2.81022636e-08)
	for _, c := range []float64{
		3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087,
		-0.00125372503, -0.00417768164, 0.246640727, 1.50140941,
	} {
		sum = Add(Mul(sum, w), number(c))
	}
	return Mul(sum, x)
}
