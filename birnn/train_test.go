package birnn

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"
)

func TestTrainReports(t *testing.T) {
	m := newModel(t, backendtest.Go(t), tinyConfig()) // 3 epochs, batches of 4, a report every 2 steps
	validation := tinyExamples(5)
	var reports []string
	err := m.Train(t.Context(), tinyExamples(15), validation, func(p Progress) {
		kind := "batch"
		if p.Validation {
			kind = "validation"
		}
		reports = append(reports, fmt.Sprintf("%s: epoch %d/%d, step %d/%d", kind, p.Epoch, p.Epochs, p.Step, p.Steps))
		if !(p.Loss > 0) || p.Accuracy < 0 || p.Accuracy > 1 {
			t.Errorf("%s: loss %v, accuracy %v", kind, p.Loss, p.Accuracy)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"batch: epoch 1/3, step 2/9", "validation: epoch 1/3, step 3/9",
		"batch: epoch 2/3, step 4/9", "batch: epoch 2/3, step 6/9", "validation: epoch 2/3, step 6/9",
		"batch: epoch 3/3, step 8/9", "validation: epoch 3/3, step 9/9",
	}
	if !slices.Equal(reports, want) {
		t.Errorf("reports:\n%s\nwant:\n%s", strings.Join(reports, "\n"), strings.Join(want, "\n"))
	}
	h := m.History()
	if !slices.Equal(h.Training.Steps, []int{1, 2, 3, 4, 5, 6, 7, 8, 9}) || !slices.Equal(h.Validation.Steps, []int{3, 6, 9}) {
		t.Errorf("the history has training steps %v and validation steps %v", h.Training.Steps, h.Validation.Steps)
	}
	h.Training.Loss[0] = -1
	if m.History().Training.Loss[0] == -1 {
		t.Error("History does not return a copy")
	}
}

// TestTrainContinues: after a cancellation at any step, in the same process or
// from a checkpoint, the weights end up the same as without it.
func TestTrainContinues(t *testing.T) {
	b, cfg, e := backendtest.Go(t), tinyConfig(), tinyExamples(15)
	cfg.DisplayFreq = 1
	uninterrupted := newModel(t, b, cfg)
	if err := uninterrupted.Train(t.Context(), e, Examples{}, nil); err != nil {
		t.Fatal(err)
	}
	for _, stop := range []int{1, 3, 5} {
		m := newModel(t, b, cfg)
		ctx, cancel := context.WithCancel(t.Context())
		err := m.Train(ctx, e, Examples{}, func(p Progress) {
			if p.Step == stop {
				cancel()
			}
		})
		if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), fmt.Sprintf("after step %d:", stop)) || m.Step() != stop {
			t.Fatalf("the error is %v at step %d; want one after step %d that wraps context.Canceled", err, m.Step(), stop)
		}
		for _, m := range []*Model{saveAndLoad(t, m), m} {
			if err := m.Train(t.Context(), e, Examples{}, nil); err != nil {
				t.Fatal(err)
			}
			sameWeights(t, mustWeights(t, m), mustWeights(t, uninterrupted))
			if got, want := m.History(), uninterrupted.History(); !slices.Equal(got.Training.Loss, want.Training.Loss) {
				t.Errorf("stopped after step %d: losses %v, without stopping %v", stop, got.Training.Loss, want.Training.Loss)
			}
		}
	}
}

// saveAndLoad returns the model as another program finds it.
func saveAndLoad(t testing.TB, m *Model) *Model {
	t.Helper()
	dir := t.TempDir()
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	loaded, err := m.network.Load(m.backend, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { loaded.Close() })
	return loaded
}

func TestTrainWithNothingToDo(t *testing.T) {
	m := newModel(t, backendtest.Go(t), tinyConfig())
	if err := m.Train(t.Context(), tinyExamples(3), Examples{}, nil); err == nil || !strings.Contains(err.Error(), "3 examples do not fill a batch of Config.BatchSize 4") {
		t.Errorf("too few examples: the error is %v", err)
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.Train(done, tinyExamples(4), Examples{}, nil); !errors.Is(err, context.Canceled) || m.Step() != 0 {
		t.Errorf("a canceled context: the error is %v after %d steps", err, m.Step())
	}
	for range 2 { // the second time, everything is already done
		if err := m.Train(t.Context(), tinyExamples(4), Examples{}, nil); err != nil || m.Step() != 3 {
			t.Errorf("the error is %v after %d steps, want none after 3", err, m.Step())
		}
	}
	bad := tinyExamples(3)
	bad.Y[0] = 9
	if err := m.Train(t.Context(), tinyExamples(4), bad, nil); err == nil || !strings.Contains(err.Error(), "validation: y[0] is 9") {
		t.Errorf("bad validation examples: the error is %v", err)
	}
}

func TestProgressString(t *testing.T) {
	p := Progress{Epoch: 1, Epochs: 10, Step: 550, Steps: 5500, Loss: 0.2654, Accuracy: 0.92}
	if got, want := p.String(), "epoch 1/10, step 550 of 5500: loss 0.265, accuracy 92.0%"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	p.Validation = true
	if got, want := p.String(), "epoch 1/10, step 550 of 5500: validation loss 0.265, accuracy 92.0%"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
