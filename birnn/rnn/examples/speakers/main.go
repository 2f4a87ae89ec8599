// Speakers learns who of nine men speaks, from utterances of 7 to 29 time steps: a bidirectional LSTM that knows the length of each
// sequence, trained with GoMLX's own data set and loop.
//
//	go run ./birnn/rnn/examples/speakers
//
// README.md shows the results.
package main

import (
	"context"
	"flag"
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
	"github.com/gomlx/gomlx/ml/train/metric"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	"github.com/janpfeifer/must"

	"github.com/easy-gomlx/tutorials/birnn/backend"
	"github.com/easy-gomlx/tutorials/birnn/rnn"
	"github.com/easy-gomlx/tutorials/birnn/sequences"
)

func main() {
	epochs := flag.Int("epochs", 60, "passes over the training set")
	seeds := flag.Int("seeds", 5, "number of networks to train, each with its own seed")
	validate := flag.Bool("validate", false, "keep the test set out: hold back every fifth utterance of the training set instead")
	flag.Parse()
	b := must.M1(backend.Open(context.Background()))
	training, test := must.M2(sequences.JapaneseVowels(context.Background(), ""))
	if *validate {
		test, training = training.Split(5)
	}
	accuracies := make([]float64, *seeds)
	var sum float64
	for i := range accuracies {
		accuracies[i] = accuracy(b, training, test, int64(i+1), *epochs)
		sum += accuracies[i]
		fmt.Printf("seed %d: %.1f%%\n", i+1, 100*accuracies[i])
	}
	fmt.Printf("mean: %.1f%% (%.1f to %.1f%%)\n%s\n", 100*sum/float64(*seeds), 100*slices.Min(accuracies), 100*slices.Max(accuracies), backend.Describe(b))
}

// speaker reads utterances in both directions and returns the logits of the speakers, [batch, classes].
func speaker(scope *model.Scope, x, lengths *Node, classes int) *Node {
	forward := rnn.NewLSTM(scope.In("forward"), x, 100, 1)
	backward := rnn.NewLSTM(scope.In("backward"), x, 100, 1)
	final := rnn.Bidirectional(forward, backward, x).Lengths(lengths).Final() // [batch, 200]
	return layers.Dense(scope.In("logits"), final, true, classes)
}

// accuracy trains on one set and returns the accuracy on the other.
func accuracy(b compute.Backend, training, test *sequences.Set, seed int64, epochs int) float64 {
	store := model.NewStore()
	must.M(store.SetRNGStateFromSeed(seed))
	graph := func(scope *model.Scope, _ any, inputs []*Node) []*Node {
		return []*Node{speaker(scope, inputs[0], inputs[1], len(training.Classes))}
	}
	trainer := train.NewTrainer(b, store, graph, loss.SparseCategoricalCrossEntropyLogits, optimizer.Adam().LearningRate(0.001).Done(),
		nil, []metric.Interface{metric.NewSparseCategoricalAccuracy("accuracy", "acc")})
	batches := inMemory(b, training).Shuffle().WithRand(rand.New(rand.NewSource(seed))).BatchSize(27, false)
	must.M1(train.NewLoop(trainer).RunEpochs(batches, epochs))
	return float64(tensors.ToScalar[float32](must.M1(trainer.Eval(inMemory(b, test).BatchSize(test.Len(), false)))[1]))
}

// inMemory returns a data set with the inputs [n, time, features] and [n], and the labels [n, 1].
func inMemory(b compute.Backend, s *sequences.Set) *dataset.InMemoryDataset {
	x := tensors.FromFlatDataAndDimensions(s.X, s.Len(), s.Time, s.Features)
	labels := tensors.FromFlatDataAndDimensions(s.Labels, s.Len(), 1)
	return must.M1(dataset.InMemoryFromData(b, "utterances", []any{x, s.Lengths}, []any{labels}))
}
