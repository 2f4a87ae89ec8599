package main

import (
	"fmt"
	"math/rand"
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
	numHidden      = 32 // of a direction
	trainingEpochs = 10
	batchSize      = 20
	learningRate   = 0.003
)

// network is a trained network.
type network struct {
	backend compute.Backend
	store   *model.Store
	both    bool
}

// logits tells badminton from the rest at each time step of x, [batch, time, features]: [batch, time, 1]. Read forwards only, the network
// has twice the hidden units, so that both see as many outputs.
func (n *network) logits(scope *model.Scope, x *Node) *Node {
	if !n.both {
		return layers.Dense(scope.In("tag"), rnn.Unidirectional(rnn.NewLSTM(scope.In("forward"), x, 2*numHidden, 1), x).All(), true, 1)
	}
	forward, backward := rnn.NewLSTM(scope.In("forward"), x, numHidden, 1), rnn.NewLSTM(scope.In("backward"), x, numHidden, 1)
	return layers.Dense(scope.In("tag"), rnn.Bidirectional(forward, backward, x).All(), true, 1)
}

// fit trains on streams. weight is what a time step of badminton counts for in the loss, where any other counts 1.
func fit(b compute.Backend, streams *recordings, both bool, seed int64, weight float64, epochs int) *network {
	n := &network{backend: b, store: model.NewStore(), both: both}
	must.M(n.store.SetRNGStateFromSeed(seed))
	graph := func(scope *model.Scope, _ any, inputs []*Node) []*Node { return []*Node{n.logits(scope, inputs[0])} }
	trainer := train.NewTrainer(b, n.store, graph, loss.BinaryCrossentropyLogits,
		optimizer.Adam().LearningRate(learningRate).Done(), nil, nil)
	weights := make([]float32, len(streams.labels))
	for i, label := range streams.labels {
		weights[i] = 1 + (float32(weight)-1)*label
	}
	labels := []any{ // the loss takes weights as a second label
		streams.perStep(streams.labels), streams.perStep(weights),
	}
	data := must.M1(dataset.InMemoryFromData(b, "streams", []any{streams.inputs()}, labels))
	data.Shuffle().WithRand(rand.New(rand.NewSource(seed))).BatchSize(batchSize, true)
	must.M1(train.NewLoop(trainer).RunEpochs(data, epochs))
	return n
}

func (r *recordings) inputs() *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(r.x, r.n, streamLength, r.features)
}

// perStep is a number for each time step as a tensor, [n, streamLength, 1].
func (r *recordings) perStep(values []float32) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(values, r.n, streamLength, 1)
}

// tag returns the label of each time step, [n, streamLength]: 1 where badminton is more probable than not.
func (n *network) tag(streams *recordings) (labels []float32) {
	result := must.M1(model.CallOnce(n.backend, n.store, n.logits, streams.inputs()))
	for _, logit := range tensors.MustCopyFlatData[float32](result) {
		if logit > 0 {
			labels = append(labels, 1)
		} else {
			labels = append(labels, 0)
		}
	}
	return labels
}

// spread describes shares by their mean and range, in percent.
func spread(values []float64) string {
	var sum float64
	for _, value := range values {
		sum += value
	}
	return fmt.Sprintf("%.1f%% (%.1f to %.1f)", 100*sum/float64(len(values)), 100*slices.Min(values), 100*slices.Max(values))
}
