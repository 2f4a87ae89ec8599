package main

import (
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/dataset"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	"github.com/janpfeifer/must"

	"github.com/easy-gomlx/tutorials/birnn/rnn"
)

const (
	numHidden     = 32
	trainingSteps = 200
	learningRate  = 0.01
)

// network is a trained network. It works with changes of the logarithm from one month to the next, so that neither the level nor the size
// of the swings grows, scaled by the mean and the standard deviation of those that it was trained on.
type network struct {
	backend   compute.Backend
	store     *model.Store
	mean, dev float64
}

// fit trains on a history: from all changes up to a month, predict the next one.
func fit(b compute.Backend, history []float64, seed int64, steps int) *network {
	n := &network{backend: b, store: model.NewStore()}
	must.M(n.store.SetRNGStateFromSeed(seed))
	changes := logChanges(history)
	n.mean = sum(changes) / float64(len(changes))
	for _, c := range changes {
		n.dev += (c - n.mean) * (c - n.mean) / float64(len(changes))
	}
	n.dev = math.Sqrt(n.dev)

	x, y := n.inputs(history), [][]float32{}
	for _, row := range x[1:] {
		y = append(y, row[:1]) // the change that follows
	}
	graph := func(scope *model.Scope, _ any, inputs []*Node) []*Node {
		return []*Node{predict(scope, read(scope, inputs[0]).All())}
	}
	trainer := train.NewTrainer(b, n.store, graph, loss.MeanSquaredError, optimizer.Adam().LearningRate(learningRate).Done(), nil, nil)
	data := must.M1(dataset.InMemoryFromData(b, "passengers", []any{[][][]float32{x[:len(x)-1]}}, []any{[][][]float32{y}}))
	must.M1(train.NewLoop(trainer).RunSteps(data.BatchSize(1, false).Infinite(true), steps))
	return n
}

// read is the LSTM over the inputs x, [batch, time, 3].
func read(scope *model.Scope, x *Node) *rnn.Outputs {
	return rnn.Unidirectional(cell(scope, x), x)
}

func cell(scope *model.Scope, x *Node) *rnn.LSTM {
	return rnn.NewLSTM(scope.At("lstm"), x, numHidden, 1)
}

// predict turns outputs of the LSTM, [..., numHidden], into scaled changes, [..., 1].
func predict(scope *model.Scope, h *Node) *Node { return layers.Dense(scope.At("change"), h, true, 1) }

// ahead reads x, [1, time, 3], and then its own predictions. months is the calendar of the months after them, [1, n, 2]; it returns the n
// changes, [1, n].
func ahead(scope *model.Scope, x, months *Node) *Node {
	state := read(scope, x).FinalStates()[0]
	var changes []*Node
	for k := range months.Shape().Dim(1) {
		change := predict(scope, state.H) // [1, 1]
		changes = append(changes, change)
		month := Squeeze(Slice(months, AxisRange(), AxisElem(k)), 1) // [1, 2]
		state = cell(scope, x).Step(Concatenate([]*Node{change, month}, -1), state)
	}
	return Concatenate(changes, -1)
}

// nextYear forecasts the twelve months that follow a history.
func (n *network) nextYear(history []float64) (forecast []float64) {
	var months [][]float32
	for k := range year {
		months = append(months, calendar(len(history)+k+1))
	}
	result := must.M1(model.CallOnce(n.backend, n.store, ahead, [][][]float32{n.inputs(history)}, [][][]float32{months}))
	value := history[len(history)-1]
	for _, change := range tensors.MustCopyFlatData[float32](result) {
		value *= math.Exp(float64(change)*n.dev + n.mean)
		forecast = append(forecast, value)
	}
	return forecast
}

// inputs returns for each month but the first its scaled change, and the calendar of the month to predict from it, [time][3].
func (n *network) inputs(history []float64) (x [][]float32) {
	for i, change := range logChanges(history) {
		x = append(x, append([]float32{float32((change - n.mean) / n.dev)}, calendar(i+2)...))
	}
	return x
}

// calendar places a month on a circle, so that December is beside January. Month 0 is a January.
func calendar(month int) []float32 {
	sin, cos := math.Sincos(2 * math.Pi * float64(month) / year)
	return []float32{float32(sin), float32(cos)}
}

func logChanges(values []float64) (changes []float64) {
	for i, value := range values[1:] {
		changes = append(changes, math.Log(value/values[i]))
	}
	return changes
}

// spread describes numbers by their mean and range.
func spread(values []float64) string {
	return fmt.Sprintf("%.1f (%.1f to %.1f)", sum(values)/float64(len(values)), slices.Min(values), slices.Max(values))
}
