package main

import (
	"context"
	"math"
	"slices"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/backend"
	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers/lstm"
	"github.com/gomlx/gomlx/ml/model"
)

// loadGoMLX opens the backend for GoMLX's own layer.
func loadGoMLX() (string, builder, error) {
	b, err := backend.Open(context.Background())
	if err != nil {
		return "", nil, err
	}
	return "GoMLX's lstm layer on " + b.Name(), func(w work, d data) (step, error) { return buildGoMLX(b, w, d) }, nil
}

// buildGoMLX builds the work with GoMLX's own LSTM layer, on one device.
func buildGoMLX(b compute.Backend, w work, d data) (step, error) {
	n := gomlxNetwork{work: w, store: model.NewStore()}
	if err := n.setWeights(d.weights); err != nil {
		return nil, err
	}
	optimizer := birnn.Adam(w.Rate)
	lossOf := func(scope *model.Scope, x, y *Node) *Node {
		loss := birnn.CrossEntropy(n.logits(scope, x), y)
		if w.Kind == train {
			optimizer.UpdateGraph(scope, x.Graph(), loss)
		}
		return loss
	}
	exec, err := model.NewExec(b, n.store, lossOf)
	if err != nil {
		return nil, err
	}
	batch := 0
	one := func() (float64, error) {
		from := batch * w.Batch % w.Examples
		batch++
		width := w.Timesteps * w.Input
		loss, err := exec.Call1(
			tensors.FromFlatDataAndDimensions(d.x[from*width:(from+w.Batch)*width], w.Batch, w.Timesteps, w.Input),
			tensors.FromFlatDataAndDimensions(d.y[from:from+w.Batch], w.Batch))
		if err != nil {
			return 0, err
		}
		defer loss.FinalizeAll()
		return float64(tensors.ToScalar[float32](loss)), nil
	}
	if w.Kind != eval {
		return one, nil
	}
	return func() (float64, error) {
		sum, batches := 0.0, w.Examples/w.Batch
		for range batches {
			loss, err := one()
			if err != nil {
				return math.NaN(), err
			}
			sum += loss
		}
		return sum / float64(batches), nil
	}, nil
}

// gomlxNetwork is the tutorial's network with GoMLX's layer, whose weights are [2, 4, hidden, input] and [2, 4, hidden, hidden], with
// the gates in the order i, o, f, j.
type gomlxNetwork struct {
	work  work
	store *model.Store
}

func (n gomlxNetwork) logits(scope *model.Scope, x *Node) *Node {
	value := func(name string) *Node { return n.store.GetVariable("/" + name).NodeValue(x) }
	// The layer has two biases that add up.
	bias := value("bias")
	layer := lstm.NewWithWeights(x, value("input"), value("recurrent"), Concatenate([]*Node{bias, ZerosLike(bias)}, 1), nil)
	all, final, _ := layer.Done()
	if !n.work.Final { // outputs[-1]
		final = Squeeze(Slice(all, AxisElem(-1)), 0)
	}
	read := Concatenate([]*Node{Squeeze(Slice(final, AxisElem(0)), 0), Squeeze(Slice(final, AxisElem(1)), 0)}, -1)
	return Add(MatMul(read, value("W")), ExpandAxes(value("b"), 0))
}

func (n gomlxNetwork) setWeights(w birnn.Weights) error {
	input, hidden, classes := n.work.Input, n.work.Hidden, n.work.Classes
	var inputs, recurrent, bias []float32
	for _, cell := range []birnn.CellWeights{w.Forward, w.Backward} {
		cell.Bias = slices.Clone(cell.Bias)
		for k := 2 * hidden; k < 3*hidden; k++ {
			cell.Bias[k]++ // the forget bias
		}
		for _, gate := range []int{0, 3, 2, 1} {
			for column := gate * hidden; column < (gate+1)*hidden; column++ {
				for row := range input + hidden {
					v := cell.Kernel[row*4*hidden+column]
					if row < input {
						inputs = append(inputs, v)
					} else {
						recurrent = append(recurrent, v)
					}
				}
				bias = append(bias, cell.Bias[column])
			}
		}
	}
	for _, v := range []struct {
		name       string
		values     []float32
		dimensions []int
	}{
		{"input", inputs, []int{2, 4, hidden, input}},
		{"recurrent", recurrent, []int{2, 4, hidden, hidden}},
		{"bias", bias, []int{2, 4, hidden}},
		{"W", w.W, []int{2 * hidden, classes}},
		{"b", w.B, []int{classes}},
	} {
		if _, err := n.store.CreateVariable("/"+v.name, tensors.FromFlatDataAndDimensions(v.values, v.dimensions...)); err != nil {
			return err
		}
	}
	return nil
}
