package birnn_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/janpfeifer/must"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/mnist"
)

// pureGo needs nothing but Go. For speed take what birnn/backend opens.
func pureGo() compute.Backend { return must.M1(gobackend.New("")) }

// Train a small network on drawn digits, which need no download, and read
// digits that it has not seen.
func Example() {
	train, test := mnist.Synthetic(400, 1), mnist.Synthetic(100, 2)
	cfg := birnn.DefaultConfig()
	cfg.NumHidden, cfg.BatchSize, cfg.Epochs, cfg.LearningRate = 8, 20, 2, 0.02

	m := must.M1(birnn.New(pureGo(), cfg))
	defer m.Close()
	before, _, err := m.Evaluate(test.Images, test.Labels)
	if err != nil {
		panic(err)
	}
	examples := birnn.Examples{X: train.Images, Y: train.Labels}
	if err := m.Train(context.Background(), examples, birnn.Examples{}, nil); err != nil {
		panic(err)
	}
	after, _, err := m.Evaluate(test.Images, test.Labels)
	if err != nil {
		panic(err)
	}
	fmt.Println("training steps:", m.Step())
	fmt.Println("loss fell:", after < before)
	fmt.Println("digits read:", len(must.M1(m.Classify(test.Images))))
	// Output:
	// training steps: 40
	// loss fell: true
	// digits read: 100
}

// An LSTM layer in a graph of one's own: two sequences of five time steps, with
// three numbers each.
func ExampleLSTM() {
	backend, store := pureGo(), model.NewStore()
	x := tensors.FromShape(shapes.Make(dtypes.Float32, 2, 5, 3))
	outputs := must.M1(model.CallOnceN(backend, store, func(scope *model.Scope, x *graph.Node) (last, all *graph.Node) {
		layer := birnn.NewLSTM(scope.In("lstm"), x, 4, 1)
		return layer.Last(x), layer.All(x)
	}, x))
	fmt.Println("after the last time step:", outputs[0].Shape())
	fmt.Println("after each time step:", outputs[1].Shape())
	// Output:
	// after the last time step: (Float32)[2, 4]
	// after each time step: (Float32)[2, 5, 4]
}

// A training that is stopped in the middle, as by Ctrl-C, and goes on in another
// program. With real work the context would come from signal.NotifyContext.
func ExampleResume() {
	cfg := birnn.DefaultConfig()
	cfg.NumHidden, cfg.BatchSize, cfg.Epochs, cfg.DisplayFreq = 8, 10, 2, 1
	digits := mnist.Synthetic(40, 1)
	train := birnn.Examples{X: digits.Images, Y: digits.Labels}
	dir := filepath.Join(must.M1(os.MkdirTemp("", "")), "digits")
	defer os.RemoveAll(filepath.Dir(dir))

	for _, stopAt := range []int{3, 6, 100} {
		ctx, stop := context.WithCancel(context.Background())
		m := must.M1(birnn.Resume(pureGo(), cfg, dir, len(train.Y)))
		fmt.Println("step", m.Step())
		err := m.Train(ctx, train, birnn.Examples{}, func(p birnn.Progress) {
			if p.Step == stopAt {
				stop()
			}
		})
		fmt.Println("stopped:", errors.Is(err, context.Canceled), "after step", m.Step())
		must.M(m.Close())
		stop()
	}
	// Output:
	// step 0
	// stopped: true after step 3
	// step 3
	// stopped: true after step 6
	// step 6
	// stopped: false after step 8
}

// Two bidirectional layers on top of each other: the second reads what the
// first has to say about every time step.
func ExampleNewWith() {
	cfg := birnn.DefaultConfig()
	cfg.LearningRate = 0.01
	twoLayers := func(scope *model.Scope, x *graph.Node) *graph.Node {
		first := birnn.Bidirectional(
			birnn.NewLSTM(scope.In("fw1"), x, 8, 1),
			birnn.NewLSTM(scope.In("bw1"), x, 8, 1), x).All()
		second := birnn.Bidirectional(
			birnn.NewLSTM(scope.In("fw2"), first, 8, 1),
			birnn.NewLSTM(scope.In("bw2"), first, 8, 1), first).Final()
		w := scope.VariableWithShape("W", shapes.Make(dtypes.Float32, 16, cfg.NumClasses))
		return graph.MatMul(second, w.NodeValue(x))
	}
	m := must.M1(birnn.NewWith(pureGo(), cfg, birnn.Network{Logits: twoLayers}))
	defer m.Close()

	digits := mnist.Synthetic(20, 1)
	var losses []float64
	for range 10 {
		loss, _, err := m.TrainStep(digits.Images, digits.Labels)
		if err != nil {
			panic(err)
		}
		losses = append(losses, loss)
	}
	fmt.Println("loss fell:", losses[9] < losses[0])
	fmt.Println("probabilities:", len(must.M1(m.Predict(digits.Image(0)))[0]))
	// Output:
	// loss fell: true
	// probabilities: 10
}
