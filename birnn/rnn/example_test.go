package rnn_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/dataset"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/checkpoint"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/metric"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	"github.com/janpfeifer/must"

	"github.com/easy-gomlx/tutorials/birnn/rnn"
)

// pureGo needs nothing but Go. For speed use package backend.
func pureGo() compute.Backend { return must.M1(gobackend.New("")) }

// series returns n sequences of numbers from -1 to 1, [n][time][1], with
// lengths from 3 to time. The padding is 99.
func series(rng *rand.Rand, n, time int) (x [][][]float32, lengths []int32) {
	for range n {
		length := 3 + rng.IntN(time-2)
		var sequence [][]float32
		for t := range time {
			value := float32(99)
			if t < length {
				value = 2*rng.Float32() - 1
			}
			sequence = append(sequence, []float32{value})
		}
		x, lengths = append(x, sequence), append(lengths, int32(length))
	}
	return x, lengths
}

// Sequences of different lengths, classified by whether their first number is
// positive: with GoMLX's data sets, training loop, metrics and checkpoints.
func Example() {
	backend := pureGo()
	classify := func(scope *model.Scope, inputs []*Node) *Node {
		x, lengths := inputs[0], inputs[1]
		cell := rnn.NewLSTM(scope.In("lstm"), x, 8, 1)
		return layers.Dense(scope.In("logits"), rnn.Unidirectional(cell, x).Lengths(lengths).Final(), true, 2)
	}
	data := func(seed uint64, n int) *dataset.InMemoryDataset {
		x, lengths := series(rand.New(rand.NewPCG(seed, 0)), n, 8)
		classes := make([][]int32, n)
		for k := range classes {
			classes[k] = []int32{0}
			if x[k][0][0] > 0 {
				classes[k][0] = 1
			}
		}
		return must.M1(dataset.InMemoryFromData(backend, "series", []any{x, lengths}, []any{classes})).BatchSize(50, true)
	}
	newTrainer := func(store *model.Store) *train.Trainer {
		return train.NewTrainer(backend, store, func(scope *model.Scope, _ any, inputs []*Node) []*Node {
			return []*Node{classify(scope, inputs)}
		}, loss.SparseCategoricalCrossEntropyLogits, optimizer.Adam().LearningRate(0.05).Done(),
			nil, []metric.Interface{metric.NewSparseCategoricalAccuracy("accuracy", "acc")})
	}
	dir := must.M1(os.MkdirTemp("", "rnn"))
	defer os.RemoveAll(dir)

	store := model.NewStore()
	must.M(store.SetRNGStateFromSeed(1))
	saved := must.M1(checkpoint.Build(store).Dir(dir).Done())
	must.M1(train.NewLoop(newTrainer(store)).RunSteps(data(1, 1000).Infinite(true), 600))
	must.M(saved.Save())

	loaded := model.NewStore()
	must.M1(checkpoint.Load(loaded).Dir(dir).Immediate().Done())
	accuracy := tensors.ToScalar[float32](must.M1(newTrainer(loaded).Eval(data(2, 500)))[1])
	fmt.Println("steps:", optimizer.GetGlobalStep(loaded))
	fmt.Println("remembers the first number:", accuracy > 0.9)
	// Output:
	// steps: 600
	// remembers the first number: true
}

// A label for every time step: whether the numbers before and after it have a
// positive sum, which takes both directions. The padding is masked in the loss.
func ExampleOutputs_All() {
	backend := pureGo()
	tag := func(scope *model.Scope, x, lengths *Node) *Node {
		forward := rnn.NewGRU(scope.In("forward"), x, 8)
		backward := rnn.NewGRU(scope.In("backward"), x, 8)
		outputs := rnn.Bidirectional(forward, backward, x).Lengths(lengths).All() // [batch, time, 16]
		return layers.Dense(scope.In("logits"), outputs, true, 2)                 // [batch, time, 2]
	}
	x, lengths := series(rand.New(rand.NewPCG(1, 0)), 200, 6)
	labels, mask := make([][][]int32, len(x)), make([][]bool, len(x))
	for n, sequence := range x {
		for t := range sequence {
			inside, sum := t < int(lengths[n]), float32(0)
			if inside && t > 0 {
				sum += sequence[t-1][0]
			}
			if t+1 < int(lengths[n]) {
				sum += sequence[t+1][0]
			}
			label := int32(0)
			if sum > 0 {
				label = 1
			}
			labels[n], mask[n] = append(labels[n], []int32{label}), append(mask[n], inside)
		}
	}

	store := model.NewStore()
	must.M(store.SetRNGStateFromSeed(1))
	adam := optimizer.Adam().LearningRate(0.03).Done()
	step := must.M1(model.NewExec(backend, store, func(scope *model.Scope, inputs []*Node) *Node {
		x, lengths, labels, mask := inputs[0], inputs[1], inputs[2], inputs[3]
		logits := tag(scope, x, lengths)
		adam.UpdateGraph(scope, x.Graph(), loss.SparseCategoricalCrossEntropyLogits([]*Node{labels, mask}, []*Node{logits}))
		correct := And(Equal(ArgMax(logits, -1, dtypes.Int32), Squeeze(labels, -1)), mask)
		return Div(ReduceAllSum(ConvertDType(correct, x.DType())), ReduceAllSum(ConvertDType(mask, x.DType())))
	}))
	var accuracy float32
	for range 200 {
		accuracy = tensors.ToScalar[float32](must.M1(step.Call(x, lengths, labels, mask))[0])
	}
	fmt.Println("more than 95% of the time steps are correct:", accuracy > 0.95)
	// Output:
	// more than 95% of the time steps are correct: true
}

// A sequence that arrives one time step at a time: each step returns the state,
// which the next one takes.
func ExampleLSTM_Step() {
	backend, store := pureGo(), model.NewStore()
	const numHidden = 4
	step := must.M1(model.NewExec(backend, store, func(scope *model.Scope, x, h, c *Node) (*Node, *Node) {
		after := rnn.NewLSTM(scope.In("lstm"), x, numHidden, 1).Step(x, rnn.State{H: h, C: c})
		return after.H, after.C
	}))
	sequence := [][]float32{{0.1, 0.2}, {0.3, -0.4}, {-0.5, 0.6}} // [time][input]
	h, c := tensors.FromShape(shapes.Make(dtypes.Float32, 1, numHidden)), tensors.FromShape(shapes.Make(dtypes.Float32, 1, numHidden))
	for _, row := range sequence {
		results := must.M1(step.Call([][]float32{row}, h, c))
		h, c = results[0], results[1]
	}

	atOnce := must.M1(model.CallOnce(backend, store, func(scope *model.Scope, x *Node) *Node {
		return rnn.Unidirectional(rnn.NewLSTM(scope.In("lstm"), x, numHidden, 1), x).Final()
	}, [][][]float32{sequence}))
	fmt.Println("step by step", h.Shape())
	fmt.Println("the same as at once:", slices.Equal(h.Value().([][]float32)[0], atOnce.Value().([][]float32)[0]))
	// Output:
	// step by step (Float32)[1, 4]
	// the same as at once: true
}

// Two layers: the second reads the outputs of the first at every time step,
// with dropout between them while training.
func ExampleBidirectional() {
	x := tensors.FromShape(shapes.Make(dtypes.Float32, 2, 5, 3)) // two sequences of five time steps
	final := must.M1(model.CallOnce(pureGo(), model.NewStore(), func(scope *model.Scope, x *Node) *Node {
		layer := func(name string, x *Node) *rnn.Outputs {
			forward := rnn.NewLSTM(scope.In("%s_forward", name), x, 8, 1)
			return rnn.Bidirectional(forward, rnn.NewLSTM(scope.In("%s_backward", name), x, 8, 1), x)
		}
		first := layers.DropoutStatic(scope, layer("first", x).All(), 0.2)
		return layer("second", first).Final()
	}, x))
	fmt.Println(final.Shape())
	// Output:
	// (Float32)[2, 16]
}

// An encoder passes its final state to a decoder.
func ExampleOutputs_InitialState() {
	question := tensors.FromShape(shapes.Make(dtypes.Float32, 2, 7, 3))
	answer := tensors.FromShape(shapes.Make(dtypes.Float32, 2, 4, 5))
	outputs := must.M1(model.CallOnce(pureGo(), model.NewStore(), func(scope *model.Scope, question, answer *Node) *Node {
		encoder := rnn.NewLSTM(scope.In("encoder"), question, 8, 1)
		decoder := rnn.NewLSTM(scope.In("decoder"), answer, 8, 1)
		states := rnn.Unidirectional(encoder, question).FinalStates()
		return rnn.Unidirectional(decoder, answer).InitialState(states...).All()
	}, question, answer))
	fmt.Println(outputs.Shape())
	// Output:
	// (Float32)[2, 4, 8]
}

// A GRU is a cell like any other. Time steps beyond a sequence's length change
// nothing, and All is zero there.
func ExampleNewGRU() {
	x := [][][]float32{{{1}, {2}, {3}}, {{1}, {99}, {99}}} // two sequences, the second of a single time step
	all := must.M1(model.CallOnce(pureGo(), model.NewStore(), func(scope *model.Scope, x, lengths *Node) *Node {
		return rnn.Unidirectional(rnn.NewGRU(scope.In("gru"), x, 4), x).Lengths(lengths).All()
	}, x, []int32{3, 1}))
	short := all.Value().([][][]float32)[1]
	fmt.Println(all.Shape(), "after its end:", short[1], short[2])
	// Output:
	// (Float32)[2, 3, 4] after its end: [0 0 0 0] [0 0 0 0]
}
