package birnn

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// resume is Resume with the tests' small network and 15 examples: 9 steps in all.
func resume(t testing.TB, dir string, change func(*Config)) (*Model, error) {
	t.Helper()
	cfg := tinyConfig()
	if change != nil {
		change(&cfg)
	}
	m, err := Resume(goBackend(t), cfg, dir, 15)
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

// interrupted trains in the directory for a number of steps, and returns what was saved then.
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

// TestResumeGoesOn: stopped at any step, the training ends with the weights and the
// history of one that was not stopped.
func TestResumeGoesOn(t *testing.T) {
	whole := newModel(t, goBackend(t), tinyConfig())
	if err := whole.Train(t.Context(), tinyExamples(15), tinyExamples(5), nil); err != nil {
		t.Fatal(err)
	}
	for steps := 1; steps < 9; steps++ {
		dir := t.TempDir()
		interrupted(t, dir, steps)
		m := mustResume(t, dir, nil)
		if m.Step() != steps || !strings.HasPrefix(m.Origin(), "going on after step ") {
			t.Errorf("stopped after step %d: at step %d, %s", steps, m.Step(), m.Origin())
		}
		if err := m.Train(t.Context(), tinyExamples(15), tinyExamples(5), nil); err != nil {
			t.Fatal(err)
		}
		sameWeights(t, mustWeights(t, m), mustWeights(t, whole))
		if !reflect.DeepEqual(m.History(), whole.History()) {
			t.Errorf("stopped after step %d: history %+v, without stopping %+v", steps, m.History(), whole.History())
		}
		loaded, err := Load(goBackend(t), dir)
		if err != nil {
			t.Fatal(err)
		}
		sameWeights(t, mustWeights(t, loaded), mustWeights(t, whole))
		loaded.Close()
	}
}

// TestResumeOrBeginAnew: what counts as the same training.
func TestResumeOrBeginAnew(t *testing.T) {
	for _, tt := range []struct {
		reason string
		steps  int // that the training in the directory has taken; 0: there is none
		change func(*Config)
		want   string // Origin; DIR stands for the directory, STEPS for the steps
	}{
		{"nothing is there", 0, nil, "new weights, drawn with seed 0"},
		{"in the middle", 5, nil, "going on after step 5 of 9, from DIR/model.safetensors"},
		{"finished", 9, nil, "new weights, drawn with seed 0; the training before it, of STEPS steps, was finished, and is kept as model.former.safetensors"},
		{"finished, but more epochs are wanted", 9, func(c *Config) { c.Epochs = 5 }, "going on after step 9 of 15, from DIR/model.safetensors"},
		{"in the middle, but fewer epochs will do", 5, func(c *Config) { c.Epochs = 1 }, "new weights, drawn with seed 0; the training before it, of STEPS steps, was finished, and is kept as model.former.safetensors"},
		{"reports are no part of it", 5, func(c *Config) { c.DisplayFreq = 7 }, "going on after step 5 of 9, from DIR/model.safetensors"},
		{"another learning rate", 5, func(c *Config) { c.LearningRate = 0.5 }, "new weights, drawn with seed 0; the training before it, of STEPS steps, had Config.LearningRate 0.01, not 0.5, and is kept as model.former.safetensors"},
		{"another seed", 5, func(c *Config) { c.Seed = 3 }, "new weights, drawn with seed 3; the training before it, of STEPS steps, had Config.Seed 0, not 3, and is kept as model.former.safetensors"},
		{"another size", 5, func(c *Config) { c.NumHidden = 3 }, "new weights, drawn with seed 0; the training before it, of STEPS steps, had Config.NumHidden 2, not 3, and is kept as model.former.safetensors"},
		{"another readout", 5, func(c *Config) { c.Readout = FinalStates }, "new weights, drawn with seed 0; the training before it, of STEPS steps, had Config.Readout LastOutput, not FinalStates, and is kept as model.former.safetensors"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "with spaces and ü")
			var saved []byte
			if tt.steps > 0 {
				interrupted(t, dir, tt.steps)
				saved = readFile(t, filepath.Join(dir, checkpointFile))
			}
			m := mustResume(t, dir, tt.change)
			if want := strings.NewReplacer("DIR", dir, "STEPS", fmt.Sprint(tt.steps)).Replace(tt.want); m.Origin() != want {
				t.Errorf("Origin is %q, want %q", m.Origin(), want)
			}
			if strings.HasPrefix(tt.want, "new") && (m.Step() != 0 || len(m.History().Training.Steps) != 0) {
				t.Errorf("a new training is at step %d", m.Step())
			}
			if saved == nil {
				return
			}
			// Stopping before the first step changes nothing.
			done, cancel := context.WithCancel(t.Context())
			cancel()
			if err := m.Train(done, tinyExamples(15), Examples{}, nil); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			if string(readFile(t, filepath.Join(dir, checkpointFile))) != string(saved) {
				t.Error("a training that took no step replaced the checkpoint")
			}
			// What is replaced later is kept, whole, for as long as the new training takes.
			if strings.HasPrefix(tt.want, "new") {
				if err := m.Train(t.Context(), tinyExamples(15), Examples{}, nil); err != nil {
					t.Fatal(err)
				}
				if string(readFile(t, filepath.Join(dir, formerFile))) != string(saved) {
					t.Error("the training before is not kept")
				}
			}
		})
	}
}

func TestResumeWithAnotherNetwork(t *testing.T) {
	dir := t.TempDir()
	lastOutput, final := readersBiRNN(2, 3), func(scope *model.Scope, x *Node) *Node {
		cfg := tinyConfig()
		cfg.Readout = FinalStates
		return logits(scope, x, cfg)
	}
	begin := func(network Network) *Model {
		m, err := ResumeWith(goBackend(t), tinyConfig(), network, dir, 15)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	m := begin(Network{Logits: lastOutput})
	trainSteps(t, m, 4, tinyExamples(4))
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	m.Close()
	// The variables are the same: only the graph tells them apart.
	m = begin(Network{Logits: final})
	if m.Step() != 0 || !strings.Contains(m.Origin(), "had another graph: the network") {
		t.Errorf("with another readout: step %d, %s", m.Step(), m.Origin())
	}
	m.Close()
	m = begin(Network{Logits: lastOutput})
	if m.Step() != 4 {
		t.Errorf("with the same network: step %d, %s", m.Step(), m.Origin())
	}
	m.Close()
}

// TestResumeFromADamagedCheckpoint takes the one before it, and loses nothing.
func TestResumeFromADamagedCheckpoint(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, checkpointFile)
	interrupted(t, dir, 3)
	before := interrupted(t, dir, 4)
	interrupted(t, dir, 5)
	bad := readFile(t, file)
	bad[len(bad)-1] ^= 1
	writeFile(t, file, bad)

	m := mustResume(t, dir, nil)
	want := "going on after step 4 of 9, from " + filepath.Join(dir, previousFile) + " (birnn: the checkpoint " + file + " cannot be used: "
	if m.Step() != 4 || !strings.HasPrefix(m.Origin(), want) {
		t.Errorf("at step %d, %s; want %s…", m.Step(), m.Origin(), want)
	}
	sameWeights(t, mustWeights(t, m), before)
	trainSteps(t, m, 1, tinyExamples(4))
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	if string(readFile(t, filepath.Join(dir, unreadableFile))) != string(bad) {
		t.Error("the damaged file was not kept")
	}
	m.Close()

	writeFile(t, file, bad)
	writeFile(t, filepath.Join(dir, previousFile), bad)
	_, err := resume(t, dir, nil)
	wantCheckpointError(t, err, file, "to begin anew, delete it")
	if string(readFile(t, file)) != string(bad) {
		t.Error("a damaged file was touched")
	}
	if lock, err := lockDir(dir, ""); err != nil {
		t.Errorf("the directory is still in use: %v", err)
	} else {
		lock.release()
	}
}
