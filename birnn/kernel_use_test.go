package birnn

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"
	"github.com/gomlx/compute"
)

// TestKernelsWithAnyBatch trains and predicts with batches of several sizes in turn.
func TestKernelsWithAnyBatch(t *testing.T) {
	kernels, plain := backendtest.KernelsAndPlain(t)
	got, want := newModel(t, kernels, digitsConfig()), newModel(t, plain, digitsConfig())
	for _, n := range []int{40, 7, 40} {
		e := smallDigits(n, 1)
		near(t, fmt.Sprint("loss of ", n), trainSteps(t, got, 1, e), trainSteps(t, want, 1, e), 1e-5)
	}
	for _, n := range []int{1, 7, 1000} {
		x := smallDigits(n, 2).X
		near(t, fmt.Sprint("probabilities of ", n), predict(t, got, x), predict(t, want, x), 1e-4)
	}
}

// TestResumeWithKernels stops a training in the middle of an epoch, without kernels and
// with them, and resumes it with them.
func TestResumeWithKernels(t *testing.T) {
	kernels, plain := backendtest.KernelsAndPlain(t)
	cfg, e := digitsConfig(), smallDigits(200, 1)
	cfg.Epochs, cfg.DisplayFreq = 2, 1
	train := func(b compute.Backend, dir string, stop int) *Model {
		m, err := Resume(b, cfg, dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { m.Close() })
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		err = m.Train(ctx, e, e, func(p Progress) {
			if p.Step == stop && stop < 10 { // the last step is not interrupted
				cancel()
			}
		})
		if stopped := errors.Is(err, context.Canceled); !stopped && err != nil || stopped != (stop < 10) || m.Step() != stop {
			t.Fatalf("stopped after step %d, want %d: %v", m.Step(), stop, err)
		}
		return m
	}
	want := mustWeights(t, train(kernels, t.TempDir(), 10))
	for name, first := range map[string]compute.Backend{"with kernels": kernels, "without": plain} {
		t.Run("begun "+name, func(t *testing.T) {
			dir := t.TempDir()
			train(first, dir, 7).Close()
			got := mustWeights(t, train(kernels, dir, 10))
			if first == kernels {
				sameWeights(t, got, want)
			}
			nearWeights(t, "weights", got, want, 1e-3)
		})
	}
}

// TestKernelsFromManyGoroutines trains two models and predicts with another from
// fourteen goroutines, all at the same time; each result is that of a single goroutine.
func TestKernelsFromManyGoroutines(t *testing.T) {
	kernels, _ := backendtest.KernelsAndPlain(t)
	e := smallDigits(40, 1)
	trained, shared := newModel(t, kernels, digitsConfig()), newModel(t, kernels, digitsConfig())
	trainSteps(t, trained, 5, e)
	wantWeights, wantProbabilities := mustWeights(t, trained), predict(t, shared, e.X)
	var group sync.WaitGroup
	for range 2 {
		m := newModel(t, kernels, digitsConfig())
		group.Go(func() {
			for range 5 {
				if _, _, err := m.TrainStep(e.X, e.Y); err != nil {
					t.Error(err)
					return
				}
			}
			w, err := m.Weights()
			if err != nil {
				t.Error(err)
				return
			}
			sameWeights(t, w, wantWeights)
		})
	}
	for range 14 {
		group.Go(func() {
			for range 20 {
				rows, err := shared.Predict(e.X)
				if err != nil {
					t.Error(err)
					return
				}
				near(t, "probabilities", flatten(rows), wantProbabilities, 0)
			}
		})
	}
	group.Wait()
}
