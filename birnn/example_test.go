package birnn_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/janpfeifer/must"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/mnist"
	"github.com/easy-gomlx/tutorials/birnn/rnn"
)

// pureGo needs nothing but Go. For speed use package backend.
func pureGo() compute.Backend { return must.M1(gobackend.New("")) }

// Train a small network on synthetic digits, which need no download, and
// classify digits that it has not seen.
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
	fmt.Println("digits classified:", len(must.M1(m.Classify(test.Images))))
	// Output:
	// training steps: 40
	// loss fell: true
	// digits classified: 100
}

// Training is stopped twice, as by Ctrl-C, and resumed each time, as in another
// program. A real program would get its context from signal.NotifyContext.
func ExampleResume() {
	cfg := birnn.DefaultConfig()
	cfg.NumHidden, cfg.BatchSize, cfg.Epochs, cfg.DisplayFreq = 8, 10, 2, 1
	digits := mnist.Synthetic(40, 1)
	train := birnn.Examples{X: digits.Images, Y: digits.Labels}
	dir := filepath.Join(must.M1(os.MkdirTemp("", "")), "digits")
	defer os.RemoveAll(filepath.Dir(dir))

	for _, stopAt := range []int{3, 6, 100} {
		ctx, stop := context.WithCancel(context.Background())
		m := must.M1(birnn.Resume(pureGo(), cfg, dir))
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

// Two bidirectional layers, with dropout between them: the second reads the
// outputs of the first at every time step.
func ExampleNetwork() {
	cfg := birnn.DefaultConfig()
	cfg.LearningRate = 0.01
	twoLayers := func(scope *model.Scope, x *graph.Node) *graph.Node {
		first := rnn.Bidirectional(
			rnn.NewLSTM(scope.In("fw1"), x, 8, 1),
			rnn.NewLSTM(scope.In("bw1"), x, 8, 1), x).All()
		first = layers.DropoutStatic(scope, first, 0.2)
		second := rnn.Bidirectional(
			rnn.NewLSTM(scope.In("fw2"), first, 8, 1),
			rnn.NewLSTM(scope.In("bw2"), first, 8, 1), first).Final()
		w := scope.VariableWithShape("W", shapes.Make(dtypes.Float32, 16, cfg.NumClasses))
		return graph.MatMul(second, w.NodeValue(x))
	}
	m := must.M1(birnn.Network{Logits: twoLayers}.New(pureGo(), cfg))
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

// The weights leave as plain slices, and arrive in another model.
func ExampleModel_SetWeights() {
	cfg := birnn.DefaultConfig()
	cfg.NumHidden = 8
	trained := must.M1(birnn.New(pureGo(), cfg))
	defer trained.Close()
	cfg.Seed = 7
	other := must.M1(birnn.New(pureGo(), cfg))
	defer other.Close()

	w := must.M1(trained.Weights())
	fmt.Println("forward kernel:", len(w.Forward.Kernel), "=", cfg.NumInput+cfg.NumHidden, "*", 4*cfg.NumHidden)
	must.M(other.SetWeights(w))

	digit := mnist.Synthetic(1, 1).Images
	fmt.Println("same probabilities:", slices.Equal(must.M1(trained.Predict(digit))[0], must.M1(other.Predict(digit))[0]))

	w.B = w.B[:3]
	fmt.Println(other.SetWeights(w))
	// Output:
	// forward kernel: 1152 = 36 * 32
	// same probabilities: true
	// birnn: Weights.B has 3 values; [10] takes 10
}

// A directory that holds another training run is never overwritten.
func ExampleMismatchError() {
	dir := must.M1(os.MkdirTemp("", ""))
	defer os.RemoveAll(dir)
	cfg := birnn.DefaultConfig()
	cfg.NumHidden = 8
	m := must.M1(birnn.New(pureGo(), cfg))
	must.M(m.Save(dir))
	must.M(m.Close())

	cfg.NumHidden = 16
	_, err := birnn.Resume(pureGo(), cfg, dir)
	if mismatch, ok := errors.AsType[*birnn.MismatchError](err); ok {
		fmt.Println(mismatch.Field, "was", mismatch.Was, "and is now", mismatch.Is)
	}
	// Output: Config.NumHidden was 8 and is now 16
}

// Load tells a directory without a network from one that is corrupt.
func ExampleCheckpointError() {
	dir := must.M1(os.MkdirTemp("", ""))
	defer os.RemoveAll(dir)

	_, err := birnn.Load(pureGo(), dir)
	fmt.Println("nothing there:", errors.Is(err, fs.ErrNotExist))

	must.M(os.WriteFile(filepath.Join(dir, "model.safetensors"), []byte("not a network"), 0o644))
	_, err = birnn.Load(pureGo(), dir)
	if bad, ok := errors.AsType[*birnn.CheckpointError](err); ok {
		fmt.Println("corrupt:", filepath.Base(bad.File))
	}
	// Output:
	// nothing there: true
	// corrupt: model.safetensors
}
