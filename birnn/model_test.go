package birnn

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"

	"github.com/gomlx/compute"
)

// TestLearnsSyntheticDigits trains on digits that the mnist package draws, and
// classifies others; it says nothing about handwriting.
func TestLearnsSyntheticDigits(t *testing.T) {
	train, other := smallDigits(1000, 1), smallDigits(200, 2)
	m := newModel(t, backendtest.Go(t), digitsConfig())
	before, _, err := m.Evaluate(other.X, other.Y)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(before-math.Log(10)) > 0.05 {
		t.Errorf("the loss is %.3f before training, want about ln 10 = %.3f", before, math.Log(10))
	}
	if err := m.Train(t.Context(), train, Examples{}, nil); err != nil {
		t.Fatal(err)
	}
	loss, accuracy, err := m.Evaluate(other.X, other.Y)
	if err != nil {
		t.Fatal(err)
	}
	if loss > 0.5 || accuracy < 0.8 {
		t.Errorf("after training the loss is %.3f and the accuracy %.3f, want at most 0.5 and at least 0.8", loss, accuracy)
	}
}

// TestReadoutFinalStates: the two readouts have the same weights and differ in what they compute.
func TestReadoutFinalStates(t *testing.T) {
	cfg, e := tinyConfig(), tinyExamples(10)
	last := newModel(t, backendtest.Go(t), cfg)
	cfg.Readout = FinalStates
	final := newModel(t, backendtest.Go(t), cfg)
	sameWeights(t, mustWeights(t, final), mustWeights(t, last))
	if slices.Equal(trainSteps(t, final, 3, e), trainSteps(t, last, 3, e)) {
		t.Error("both readouts have the same losses")
	}
}

// TestDevicesShareABatch: several devices train as one does, for batches that divide evenly and for one that cannot.
func TestDevicesShareABatch(t *testing.T) {
	b := backendtest.XLA(t)
	cfg, e := tinyConfig(), tinyExamples(24)
	cfg.LearningRate = 0.001 // Adam makes steps of this size even where the gradient is all rounding
	for devices, readout := range map[int]Readout{2: LastOutput, 3: FinalStates, 4: LastOutput} {
		t.Run(fmt.Sprintf("%d devices, %v", devices, readout), func(t *testing.T) {
			if int(b.NumDevices()) < devices {
				t.Skipf("the backend has %d devices", b.NumDevices())
			}
			cfg := cfg
			cfg.Readout = readout
			one, several := newOnDevices(t, b, cfg, 1), newOnDevices(t, b, cfg, devices)
			near(t, "losses", trainSteps(t, several, 10, e), trainSteps(t, one, 10, e), 1e-5)
			nearWeights(t, "after ten steps", mustWeights(t, several), mustWeights(t, one), 1e-5)

			odd := Examples{e.X[:7*12], e.Y[:7]}
			near(t, "losses of an odd batch", trainSteps(t, several, 2, odd), trainSteps(t, one, 2, odd), 1e-5)
			nearWeights(t, "after an odd batch", mustWeights(t, several), mustWeights(t, one), 1e-5)
			near(t, "probabilities", predict(t, several, e.X), predict(t, one, e.X), 1e-5)
		})
	}
}

// TestEvenShares verifies that as many devices are used as divide the batch.
func TestEvenShares(t *testing.T) {
	for _, c := range []struct{ most, batch, want int }{{1, 7, 1}, {2, 100, 2}, {3, 100, 2}, {4, 100, 4}, {8, 100, 5}, {8, 7, 7}, {4, 3, 3}, {4, 1, 1}} {
		if got := evenShares(c.most, c.batch); got != c.want {
			t.Errorf("%d devices, batches of %d: %d, want %d", c.most, c.batch, got, c.want)
		}
	}
}

// predict returns the probabilities, one row after the other.
func predict(t testing.TB, m *Model, x []float32) []float32 {
	t.Helper()
	rows, err := m.Predict(x)
	if err != nil {
		t.Fatal(err)
	}
	return flatten(rows)
}

// TestEvaluateCountsEverySequenceOnce, whatever their number.
func TestEvaluateCountsEverySequenceOnce(t *testing.T) {
	e := tinyExamples(1001)
	m := newModel(t, backendtest.Go(t), tinyConfig())
	trainSteps(t, m, 5, e)
	losses, accuracies := make([]float64, 1001), make([]float64, 1001)
	for k := range losses {
		var err error
		if losses[k], accuracies[k], err = m.Evaluate(e.X[k*12:(k+1)*12], e.Y[k:k+1]); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range []int{1, 3, 10, 11, 137, 1001} {
		loss, accuracy, err := m.Evaluate(e.X[:n*12], e.Y[:n])
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(loss-mean(losses[:n])) > 1e-6 || math.Abs(accuracy-mean(accuracies[:n])) > 1e-6 {
			t.Errorf("%d sequences: loss %v, accuracy %v; one by one %v and %v", n, loss, accuracy, mean(losses[:n]), mean(accuracies[:n]))
		}
	}
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

func TestPredict(t *testing.T) {
	e := tinyExamples(137)
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		m := newModel(t, b, tinyConfig())
		trainSteps(t, m, 5, e)
		rows, err := m.Predict(e.X)
		if err != nil {
			t.Fatal(err)
		}
		classes, err := m.Classify(e.X)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != 137 || len(classes) != 137 {
			t.Fatalf("%d rows and %d classes for 137 sequences", len(rows), len(classes))
		}
		right := 0
		for k, row := range rows {
			sum := float64(row[0]) + float64(row[1]) + float64(row[2])
			if len(row) != 3 || math.Abs(sum-1) > 1e-6 {
				t.Errorf("row %d is %v: its sum is %v", k, row, sum)
			}
			if row[classes[k]] != slices.Max(row) {
				t.Errorf("sequence %d has class %d, of %v", k, classes[k], row)
			}
			if classes[k] == e.Y[k] {
				right++
			}
		}
		if _, accuracy, err := m.Evaluate(e.X, e.Y); err != nil || math.Abs(accuracy-float64(right)/137) > 1e-6 {
			t.Errorf("Evaluate: accuracy %v, error %v; %d of 137 classes are right", accuracy, err, right)
		}
		for _, size := range []int{1, 36, 100} {
			var chunked []float32
			for part := range slices.Chunk(e.X, size*12) {
				chunked = append(chunked, predict(t, m, part)...)
			}
			near(t, fmt.Sprintf("in pieces of %d", size), chunked, flatten(rows), 1e-6)
		}
	})
}

func TestChunksCoverEverythingOnce(t *testing.T) {
	long := tinyConfig()
	long.Timesteps, long.NumHidden = 784, 1024
	huge := tinyConfig()
	huge.Timesteps, huge.NumHidden = 1<<20, 1024
	for _, cfg := range []Config{tinyConfig(), long, huge} {
		m := &Model{cfg: cfg}
		for _, n := range []int{0, 1, 9, 10, 99, 999, 1000, 12345} {
			next, sizes := 0, map[int]bool{}
			for start, size := range m.chunks(n) {
				if start != next {
					t.Fatalf("%d sequences: a chunk starts at %d, the previous one ends at %d", n, start, next)
				}
				next += size
				sizes[size] = true
			}
			if next != n || len(sizes) > 4 {
				t.Errorf("%d sequences: the chunks end at %d and have %d sizes", n, next, len(sizes))
			}
		}
	}
}

// TestPredictFromManyGoroutines verifies that the results are those of a single goroutine.
func TestPredictFromManyGoroutines(t *testing.T) {
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		e := tinyExamples(33)
		m := newModel(t, b, tinyConfig())
		want := predict(t, m, e.X)
		tolerance := 0.0
		if b != backendtest.Go(t) {
			tolerance = 1e-6 // XLA sometimes adds in another order
		}
		var group sync.WaitGroup
		for range 16 {
			group.Go(func() {
				for range 5 {
					rows, err := m.Predict(e.X)
					if err != nil {
						t.Error(err)
						return
					}
					near(t, "probabilities", flatten(rows), want, tolerance)
				}
			})
		}
		group.Wait()
	})
}

func TestConcurrentUse(t *testing.T) {
	e := tinyExamples(33)
	m := newModel(t, backendtest.Go(t), tinyConfig())
	var group sync.WaitGroup
	// Predictions during training belong to one step or another.
	dir := t.TempDir()
	for _, use := range []func() error{
		func() error { _, _, err := m.TrainStep(e.X, e.Y); return err },
		func() error { _, err := m.Predict(e.X); return err },
		func() error { _, _, err := m.Validate(e.X, e.Y); return err },
		func() error { _, err := m.Weights(); return err },
		func() error { return m.Save(dir) },
		func() error { m.History(); m.Step(); return nil },
	} {
		group.Go(func() {
			for range 5 {
				if err := use(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if m.Step() != 5 {
		t.Errorf("it took %d steps, want 5", m.Step())
	}
}

// TestTrainTakesTurns: the second of two calls finds the training done.
func TestTrainTakesTurns(t *testing.T) {
	m := newModel(t, backendtest.Go(t), tinyConfig())
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			if err := m.Train(t.Context(), tinyExamples(15), Examples{}, nil); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if m.Step() != 9 {
		t.Errorf("it took %d steps, want 9", m.Step())
	}
}

func TestWeightsRoundTrip(t *testing.T) {
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		cfg := tinyConfig()
		m := newModel(t, b, cfg)
		cfg.Seed = 7
		want := mustWeights(t, newModel(t, b, cfg))
		if err := m.SetWeights(want); err != nil {
			t.Fatal(err)
		}
		got := mustWeights(t, m)
		sameWeights(t, got, want)

		// Weights and SetWeights copy.
		got.W[0], want.W[1] = 100, 100
		again := mustWeights(t, m)
		if again.W[0] == 100 || again.W[1] == 100 {
			t.Error("the model shares its weights with the caller")
		}
		trainSteps(t, m, 1, tinyExamples(4))
	})
}

func TestClosedModel(t *testing.T) {
	e := tinyExamples(3)
	m := newModel(t, backendtest.Go(t), tinyConfig())
	w := mustWeights(t, m)
	for range 2 {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
	third := func(_, _ float64, err error) error { return err }
	for name, err := range map[string]error{
		"TrainStep": third(m.TrainStep(e.X, e.Y)), "Evaluate": third(m.Evaluate(e.X, e.Y)), "Validate": third(m.Validate(e.X, e.Y)),
		"Predict": second(m.Predict(e.X)), "Classify": second(m.Classify(e.X)), "Weights": second(m.Weights()),
		"SetWeights": m.SetWeights(w), "Save": m.Save(t.TempDir()), "Train": m.Train(t.Context(), tinyExamples(4), Examples{}, nil),
		"Variables": second(m.Variables()), "NumParameters": second(m.NumParameters()),
	} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s: the error is %v, want ErrClosed", name, err)
		}
	}
}

// TestModelDoesNotChangeArguments: tensors on the CPU may share memory with slices.
func TestModelDoesNotChangeArguments(t *testing.T) {
	e := tinyExamples(4)
	x, y := slices.Clone(e.X), slices.Clone(e.Y)
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		m := newModel(t, b, tinyConfig())
		trainSteps(t, m, 2, e)
		predict(t, m, e.X)
		if !slices.Equal(e.X, x) || !slices.Equal(e.Y, y) {
			t.Error("training changed the examples")
		}
	})
}
