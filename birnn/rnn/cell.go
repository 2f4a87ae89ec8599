package rnn

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/support/exceptions"
)

// Cell is the cell of a recurrent layer, an [*LSTM] or a [*GRU].
type Cell interface {
	// NumHidden returns the number of hidden units.
	NumHidden() int
	// Step takes one time step: from x, [batch, input], and the state before it
	// to the state after it. A nil field of s is zero.
	Step(x *Node, s State) State

	// kernel returns the weights of the inputs above those of the hidden state.
	kernel() *Node
	bias() *Node
	// hasCellState reports whether the state has a C.
	hasCellState() bool
	// weights returns kernel and bias as one, [input+1+hidden, 4*hidden]: the
	// bias is the weight of an input that is always 1, the last one.
	weights() *Node
	// weightsGradient takes the gradient of the loss with respect to weights, and
	// returns those with respect to kernel and bias.
	weightsGradient(d *Node) (dKernel, dBias *Node)
	// step takes one time step, from the pre-activations z, [batch, 4*hidden].
	// It also returns u, of the same shape: the values that the gradient needs.
	step(z *Node, before State) (u *Node, after State)
	// stepGradient goes back through one time step. It takes the step's u, what
	// was kept of the step (the cell state after it, or, for a cell that has
	// none, the hidden state before it), and the gradient of the loss with
	// respect to the state after it. It returns the gradients with respect to z
	// and to the state before the step; the latter does not include what flows
	// through z.
	stepGradient(u, kept *Node, d State) (dz *Node, dBefore State)
}

// State is the state of a cell between two time steps.
type State struct {
	H *Node // hidden state, [batch, hidden]
	C *Node // cell state, [batch, hidden]; nil for a cell that has none
}

// where returns s in the sequences for which the condition, [batch], is true,
// and other in the rest.
func (s State) where(condition *Node, other State) State {
	chosen := State{H: Where(condition, s.H, other.H)}
	if s.C != nil {
		chosen.C = Where(condition, s.C, other.C)
	}
	return chosen
}

// nodes returns the fields that are not nil.
func (s State) nodes() []*Node {
	var nodes []*Node
	for _, n := range []*Node{s.H, s.C} {
		if n != nil {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// newWeights creates the variables "kernel", [input+hidden, columns], and
// "bias", [biases], of a cell for inputs like x.
func newWeights(function string, scope *model.Scope, x *Node, numHidden, columns, biases int) (kernel, bias *Node) {
	dtype := x.DType()
	if dtype != dtypes.Float32 && dtype != dtypes.Float64 {
		exceptions.Panicf("rnn.%s: x is %s; want Float32 or Float64", function, dtype)
	}
	if x.Rank() < 2 || x.Shape().Dim(-1) < 1 {
		exceptions.Panicf("rnn.%s: x is %s; want [..., input]", function, x.Shape())
	}
	if numHidden < 1 {
		exceptions.Panicf("rnn.%s: %d hidden units; want at least 1", function, numHidden)
	}
	k := scope.WithInitializer(initializer.GlorotUniformFn(scope)).
		VariableWithShape("kernel", shapes.Make(dtype, x.Shape().Dim(-1)+numHidden, columns))
	b := scope.WithInitializer(initializer.Zero).
		VariableWithShape("bias", shapes.Make(dtype, biases))
	return k.NodeValue(x), b.NodeValue(x)
}

// checkedKernel returns the kernel of a cell with the given number of gates. It
// panics unless kernel and bias match.
func checkedKernel(kernel, bias *Node, gates int) *Node {
	if bias.Rank() != 1 || bias.Shape().Dim(0)%4 != 0 || kernel.Rank() != 2 ||
		4*kernel.Shape().Dim(1) != gates*bias.Shape().Dim(0) || kernel.DType() != bias.DType() {
		exceptions.Panicf("rnn: the cell's kernel is %s and its bias %s; want [input+hidden, %d*hidden] and [4*hidden] of one dtype",
			kernel.Shape(), bias.Shape(), gates)
	}
	return kernel
}

// checkInput panics unless the cell's weights are for inputs like x, whose last
// axis is the input.
func checkInput(cell Cell, x *Node) {
	if cell == nil {
		exceptions.Panicf("rnn: the cell is nil")
	}
	kernel := cell.kernel()
	if want := kernel.Shape().Dim(0) - cell.NumHidden(); x.Shape().Dim(-1) != want {
		exceptions.Panicf("rnn: x is %s; the cell's kernel %s is for %d inputs", x.Shape(), kernel.Shape(), want)
	}
	if x.DType() != kernel.DType() {
		exceptions.Panicf("rnn: x is %s, the cell's kernel %s; want the same dtype", x.DType(), kernel.DType())
	}
}

// checkState panics unless s can be a state of the cell.
func checkState(cell Cell, s State, batch int) {
	want := shapes.Make(cell.kernel().DType(), batch, cell.NumHidden())
	for name, node := range map[string]*Node{"H": s.H, "C": s.C} {
		if node != nil && !node.Shape().Equal(want) {
			exceptions.Panicf("rnn: the state's %s is %s; want %s", name, node.Shape(), want)
		}
	}
	if s.C != nil && !cell.hasCellState() {
		exceptions.Panicf("rnn: the state has a C, but the cell %T has no cell state", cell)
	}
}

// filled returns s with zeros in place of nil fields.
func filled(cell Cell, s State, like *Node, batch int) State {
	zeros := func() *Node { return fill(like, 0, batch, cell.NumHidden()) }
	if s.H == nil {
		s.H = zeros()
	}
	if s.C == nil && cell.hasCellState() {
		s.C = zeros()
	}
	return s
}

// joinWeights puts the bias, [columns], between the rows of the kernel,
// [input+hidden, columns], that are for the inputs and for the hidden state.
func joinWeights(kernel, bias *Node, numHidden int) *Node {
	numInput := kernel.Shape().Dim(0) - numHidden
	return Concatenate([]*Node{
		Slice(kernel, AxisRange(0, numInput)), ExpandAxes(bias, 0), Slice(kernel, AxisRangeToEnd(numInput)),
	}, 0)
}

// splitWeights is the reverse of joinWeights.
func splitWeights(joined *Node, numHidden int) (kernel, bias *Node) {
	numInput := joined.Shape().Dim(0) - 1 - numHidden
	kernel = Concatenate([]*Node{Slice(joined, AxisRange(0, numInput)), Slice(joined, AxisRangeToEnd(numInput+1))}, 0)
	return kernel, Squeeze(Slice(joined, AxisElem(numInput)), 0)
}

// constant returns the values, a float64 or a slice of them, in the graph and
// the dtype of like. GoMLX's shorthands share their constants between
// functions, which fails in a loop; Const does not.
func constant(like *Node, values any) *Node {
	return Const(like.Graph(), shapes.CastAsDType(values, like.DType()))
}

// fill returns a tensor of the given dimensions with one value, in the graph and
// the dtype of like.
func fill(like *Node, value float64, dims ...int) *Node {
	return BroadcastToShape(constant(like, value), shapes.Make(like.DType(), dims...))
}

// quarters splits x, [batch, 4*hidden], into four, [batch, hidden] each.
func quarters(x *Node) [4]*Node {
	var parts [4]*Node
	hidden := x.Shape().Dim(-1) / 4
	for k := range parts {
		parts[k] = Slice(x, AxisRange(), AxisRange(k*hidden, (k+1)*hidden))
	}
	return parts
}

// sideBySide is Stack(parts, 1): from parts [batch, hidden] it makes
// [batch, len(parts), hidden]. It chooses among the parts instead of copying
// them, so that XLA fuses it with the computation that follows.
func sideBySide(parts ...*Node) *Node {
	batch, n, hidden := parts[0].Shape().Dim(0), len(parts), parts[0].Shape().Dim(1)
	spread := func(x *Node, axes ...int) *Node {
		return BroadcastToShape(ExpandAxes(x, axes...), shapes.Make(x.DType(), batch, n, hidden))
	}
	all := spread(parts[n-1], 1)
	for k, part := range parts[:n-1] {
		isPart := make([]bool, n)
		isPart[k] = true
		all = Where(spread(Const(part.Graph(), isPart), 0, -1), spread(part, 1), all)
	}
	return all
}

// fence returns x and y, and keeps XLA from computing them again inside each of
// the operations that read them. On a CPU it also lets what follows run in
// vector instructions, which a fusion that starts with a dynamic slice does not
// use. It takes two because go-xla ignores a fence around one.
func fence(x, y *Node) (fencedX, fencedY *Node) {
	if !supports(x.Graph().Backend(), compute.OpTypeOptimizationBarrier) {
		return x, y
	}
	fenced := OptimizationBarriers(x, y)
	return fenced[0], fenced[1]
}

// supports reports whether the backend has all the operations.
func supports(b compute.Backend, operations ...compute.OpType) bool {
	capable := b.Capabilities().Operations
	for _, op := range operations {
		if !capable[op] {
			return false
		}
	}
	return true
}
