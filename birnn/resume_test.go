package birnn

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	. "github.com/gomlx/gomlx/core/graph"

	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"
	"github.com/easy-gomlx/tutorials/birnn/internal/checkpoint"
)

// resume is Resume with the tests' small network: with 15 examples, 9 steps in all.
func resume(t testing.TB, dir string, change func(*Config)) (*Model, error) {
	t.Helper()
	cfg := tinyConfig()
	if change != nil {
		change(&cfg)
	}
	m, err := Resume(backendtest.Go(t), cfg, dir)
	if err == nil {
		t.Cleanup(func() { m.Close() })
	}
	return m, err
}

func mustResume(t testing.TB, dir string, change func(*Config)) *Model {
	t.Helper()
	m, err := resume(t, dir, change)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// interrupted trains in the directory up to a step, and returns the weights.
func interrupted(t testing.TB, dir string, steps int) Weights {
	t.Helper()
	m := mustResume(t, dir, func(c *Config) { c.DisplayFreq = 1 })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := m.Train(ctx, tinyExamples(15), tinyExamples(5), func(p Progress) {
		if p.Step == steps {
			cancel()
		}
	})
	if err == nil && steps < 9 || err != nil && !errors.Is(err, context.Canceled) || m.Step() != steps {
		t.Fatalf("stopping after step %d: %v, step %d", steps, err, m.Step())
	}
	defer m.Close()
	return mustWeights(t, m)
}

// TestResumeContinues: stopped at any step, a run ends with the weights and the history of one that was not stopped.
func TestResumeContinues(t *testing.T) {
	uninterrupted := newModel(t, backendtest.Go(t), tinyConfig())
	if err := uninterrupted.Train(t.Context(), tinyExamples(15), tinyExamples(5), nil); err != nil {
		t.Fatal(err)
	}
	for steps := 1; steps < 9; steps++ {
		dir := t.TempDir()
		interrupted(t, dir, steps)
		m := mustResume(t, dir, nil)
		if m.Step() != steps {
			t.Errorf("stopped after step %d: at step %d", steps, m.Step())
		}
		if err := m.Train(t.Context(), tinyExamples(15), tinyExamples(5), nil); err != nil {
			t.Fatal(err)
		}
		sameWeights(t, mustWeights(t, m), mustWeights(t, uninterrupted))
		if !reflect.DeepEqual(m.History(), uninterrupted.History()) {
			t.Errorf("stopped after step %d: history %+v, without stopping %+v", steps, m.History(), uninterrupted.History())
		}
		loaded, err := Load(backendtest.Go(t), dir)
		if err != nil {
			t.Fatal(err)
		}
		sameWeights(t, mustWeights(t, loaded), mustWeights(t, uninterrupted))
		loaded.Close()
	}
}

// TestResumeFinished: a finished run does not change, unless there are more epochs.
func TestResumeFinished(t *testing.T) {
	dir := t.TempDir()
	first := mustResume(t, dir, nil)
	if err := first.Train(t.Context(), tinyExamples(15), tinyExamples(5), nil); err != nil {
		t.Fatal(err)
	}
	want := mustWeights(t, first)
	first.Close()
	file := filepath.Join(dir, checkpoint.Name)
	saved, previous := readFile(t, file), readFile(t, filepath.Join(dir, checkpoint.PreviousName))
	for _, epochs := range []int{3, 2} {
		m := mustResume(t, dir, func(c *Config) { c.Epochs = epochs })
		if err := m.Train(t.Context(), tinyExamples(15), tinyExamples(5), nil); err != nil {
			t.Fatal(err)
		}
		if m.Step() != 9 {
			t.Errorf("%d epochs: at step %d, want 9", epochs, m.Step())
		}
		sameWeights(t, mustWeights(t, m), want)
		m.Close()
	}
	if string(readFile(t, file)) != string(saved) || string(readFile(t, filepath.Join(dir, checkpoint.PreviousName))) != string(previous) {
		t.Error("a run that took no step changed the directory")
	}

	uninterrupted := newModel(t, backendtest.Go(t), withEpochs(5))
	if err := uninterrupted.Train(t.Context(), tinyExamples(15), tinyExamples(5), nil); err != nil {
		t.Fatal(err)
	}
	m := mustResume(t, dir, func(c *Config) { c.Epochs = 5 })
	if err := m.Train(t.Context(), tinyExamples(15), tinyExamples(5), nil); err != nil {
		t.Fatal(err)
	}
	if m.Step() != 15 {
		t.Errorf("two more epochs end at step %d, want 15", m.Step())
	}
	sameWeights(t, mustWeights(t, m), mustWeights(t, uninterrupted))
}

func withEpochs(n int) Config {
	cfg := tinyConfig()
	cfg.Epochs = n
	return cfg
}

// TestMismatch: in the directory of another run, Resume returns an error that says what is different, and changes nothing.
func TestMismatch(t *testing.T) {
	readout := func(r Readout) Network {
		return Network{Logits: func(scope *model.Scope, x *Node) *Node {
			cfg := tinyConfig()
			cfg.Readout = r
			return logits(scope, x, cfg)
		}}
	}
	adam := func(rate float64) Network { return Network{Optimizer: optimizer.Adam().LearningRate(rate).Done()} }
	for _, tt := range []struct {
		reason         string
		trained, now   Network
		change         func(*Config)
		field, was, is string
	}{
		{"a learning rate", Network{}, Network{}, func(c *Config) { c.LearningRate = 0.5 }, "Config.LearningRate", "0.01", "0.5"},
		{"a seed", Network{}, Network{}, func(c *Config) { c.Seed = 3 }, "Config.Seed", "0", "3"},
		{"a size", Network{}, Network{}, func(c *Config) { c.NumHidden = 3 }, "Config.NumHidden", "2", "3"},
		{"a batch size", Network{}, Network{}, func(c *Config) { c.BatchSize = 5 }, "Config.BatchSize", "4", "5"},
		{"a readout", Network{}, Network{}, func(c *Config) { c.Readout = FinalStates }, "Config.Readout", "LastOutput", "FinalStates"},
		{"a network with the same variables", readout(LastOutput), readout(FinalStates), nil, "network", "", ""},
		{"an optimizer", Network{}, adam(0.01), nil, "network", "", ""},
		{"an optimizer's learning rate", adam(0.01), adam(0.02), nil, "network", "", ""},
		{"nothing", adam(0.01), adam(0.01), func(c *Config) { c.DisplayFreq, c.Epochs = 7, 8 }, "", "", ""},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "with spaces and ü")
			m, err := tt.trained.Resume(backendtest.Go(t), tinyConfig(), dir)
			if err != nil {
				t.Fatal(err)
			}
			trainSteps(t, m, 4, tinyExamples(4))
			if err := m.Save(dir); err != nil {
				t.Fatal(err)
			}
			m.Close()
			before := readFile(t, filepath.Join(dir, checkpoint.Name))

			cfg := tinyConfig()
			if tt.change != nil {
				tt.change(&cfg)
			}
			m, err = tt.now.Resume(backendtest.Go(t), cfg, dir)
			if tt.field == "" {
				if err != nil || m.Step() != 4 {
					t.Fatalf("the same run: %v", err)
				}
				m.Close()
				return
			}
			var mismatch *MismatchError
			if !errors.As(err, &mismatch) || mismatch.Dir != dir || mismatch.Field != tt.field || mismatch.Was == mismatch.Is ||
				tt.was != "" && (mismatch.Was != tt.was || mismatch.Is != tt.is) {
				t.Fatalf("the error is %#v; want a *MismatchError of %s, %s and %s", err, tt.field, tt.was, tt.is)
			}
			wantFiles(t, dir, ".lock", checkpoint.Name)
			if string(readFile(t, filepath.Join(dir, checkpoint.Name))) != string(before) {
				t.Error("the checkpoint was changed")
			}
			if m, err = tt.trained.Resume(backendtest.Go(t), tinyConfig(), dir); err != nil {
				t.Fatalf("the first run: %v", err)
			}
			m.Close()
		})
	}
}

// TestMismatchOfExamples: a different number of examples has a different order.
func TestMismatchOfExamples(t *testing.T) {
	dir := t.TempDir()
	interrupted(t, dir, 4)
	m := mustResume(t, dir, nil)
	err := m.Train(t.Context(), tinyExamples(12), Examples{}, nil)
	var mismatch *MismatchError
	if !errors.As(err, &mismatch) || *mismatch != (MismatchError{dir, "examples", "15", "12"}) {
		t.Errorf("the error is %v", err)
	}
	if m.Step() != 4 {
		t.Errorf("it took steps: %d", m.Step())
	}
}

// TestResumeFromACorruptCheckpoint: the error says that the previous one is intact,
// and nothing changes.
func TestResumeFromACorruptCheckpoint(t *testing.T) {
	dir := t.TempDir()
	file, previous := filepath.Join(dir, checkpoint.Name), filepath.Join(dir, checkpoint.PreviousName)
	before := interrupted(t, dir, 4)
	interrupted(t, dir, 5)
	bad := readFile(t, file)
	bad[len(bad)-1] ^= 1
	writeFile(t, file, bad)

	_, err := resume(t, dir, nil)
	wantCheckpointError(t, err, file, "rename "+previous+" to "+checkpoint.Name)
	if string(readFile(t, file)) != string(bad) {
		t.Error("the corrupt file was changed")
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	_, err = resume(t, dir, nil) // a new run would replace the previous checkpoint
	wantCheckpointError(t, err, file, "rename "+previous+" to "+checkpoint.Name)
	if err := os.Rename(previous, file); err != nil {
		t.Fatal(err)
	}
	m := mustResume(t, dir, nil) // which also shows that the directory is not locked
	if m.Step() != 4 {
		t.Errorf("at step %d, want 4", m.Step())
	}
	sameWeights(t, mustWeights(t, m), before)
}
