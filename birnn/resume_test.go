package birnn

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
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

// TestDirectoryInUse: who trains in a directory has it alone, and others are told who that is.
func TestDirectoryInUse(t *testing.T) {
	dir := t.TempDir()
	m := mustResume(t, dir, nil)
	trainSteps(t, m, 1, tinyExamples(4))
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	other := newModel(t, goBackend(t), tinyConfig())
	var group sync.WaitGroup
	for what, write := range map[string]func() error{
		"Resume": func() error { _, err := resume(t, dir, nil); return err },
		"Save":   func() error { return other.Save(dir) },
	} {
		group.Go(func() {
			var inUse *InUseError
			if err := write(); !errors.As(err, &inUse) || inUse.Dir != dir || !strings.Contains(err.Error(), "process ") {
				t.Errorf("%s: the error is %v; want an *InUseError that names %s and who holds it", what, err, dir)
			}
		})
	}
	group.Wait()
	loaded, err := Load(goBackend(t), dir) // reading is free
	if err != nil {
		t.Fatal(err)
	}
	loaded.Close()
	if err := m.Save(filepath.Join(dir, "elsewhere")); err != nil {
		t.Error(err)
	}
	m.Close()
	if err := other.Save(dir); err != nil {
		t.Errorf("after Close: %v", err)
	}
}

// TestResumeFindsTroubleFirst: what cannot be saved is found before anything is trained.
func TestResumeFindsTroubleFirst(t *testing.T) {
	blocked := filepath.Join(t.TempDir(), "file")
	writeFile(t, blocked, nil)
	if _, err := resume(t, blocked, nil); err == nil || !strings.Contains(err.Error(), blocked) {
		t.Errorf("a file in the way: the error is %v", err)
	}
	pipe, dir := t.TempDir(), t.TempDir()
	if err := os.Mkdir(filepath.Join(pipe, checkpointFile), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := resume(t, pipe, nil); err == nil || !strings.Contains(err.Error(), filepath.Join(pipe, checkpointFile)+" is no regular file") {
		t.Errorf("a directory in the way: the error is %v", err)
	}
	interrupted(t, dir, 3)
	interrupted(t, dir, 4)
	if err := os.Remove(filepath.Join(dir, checkpointFile)); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, checkpointFile), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := resume(t, dir, nil); err == nil {
		t.Error("it goes on from the checkpoint before, where nothing can be saved")
	}
	if _, err := Resume(goBackend(t), tinyConfig(), t.TempDir(), 3); err == nil || !strings.Contains(err.Error(), "3 examples do not fill one batch") {
		t.Errorf("too few examples: the error is %v", err)
	}
	if _, err := Resume(nil, tinyConfig(), t.TempDir(), 15); err == nil {
		t.Error("no error without a backend")
	}
	if _, err := resume(t, t.TempDir(), func(c *Config) { c.Epochs = 0 }); err == nil || !strings.Contains(err.Error(), "Config.Epochs") {
		t.Errorf("a bad configuration: the error is %v", err)
	}
}

// TestAMistakeLosesNothing: a setting is changed by mistake, a few steps are taken, it is changed
// back. The first training goes on, however often that happens.
func TestAMistakeLosesNothing(t *testing.T) {
	dir := t.TempDir()
	before := interrupted(t, dir, 7)
	for range 2 {
		for _, seed := range []int64{5, 6} {
			m := mustResume(t, dir, func(c *Config) { c.Seed = seed })
			trainSteps(t, m, 1, tinyExamples(4))
			if err := m.Save(dir); err != nil {
				t.Fatal(err)
			}
			m.Close()
		}
		m := mustResume(t, dir, nil)
		if want := "going on after step 7 of 9, from " + filepath.Join(dir, formerFile); m.Origin() != want {
			t.Errorf("Origin is %q, want %q", m.Origin(), want)
		}
		sameWeights(t, mustWeights(t, m), before)
		if err := m.Save(dir); err != nil { // it is the directory's checkpoint again
			t.Fatal(err)
		}
		m.Close()
		wantStepOf(t, dir, 7)
	}
	m := mustResume(t, dir, nil)
	if err := m.Train(t.Context(), tinyExamples(15), Examples{}, nil); err != nil {
		t.Fatal(err)
	}
	wantStepOf(t, dir, 9)
}

// wantStepOf fails the test unless the directory's checkpoint is of that step.
func wantStepOf(t *testing.T, dir string, step int) {
	t.Helper()
	if c, err := readCheckpoint(filepath.Join(dir, checkpointFile)); err != nil || c.Step != step {
		t.Errorf("the directory's checkpoint is %+v, %v; want step %d", c, err, step)
	}
}

// TestTheOneBeforeIsOfTheSameTraining: when a training replaces another, nothing stays under the name of the one before.
func TestTheOneBeforeIsOfTheSameTraining(t *testing.T) {
	dir := t.TempDir()
	interrupted(t, dir, 5)
	interrupted(t, dir, 9)
	m := mustResume(t, dir, nil)
	trainSteps(t, m, 1, tinyExamples(4))
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, dir, lockFile, checkpointFile, formerFile)
}

// TestSaveIsNoEmptyPromise: after Save the directory holds the model, also when it was saved elsewhere in between,
// or is a new one that has taken no step.
func TestSaveIsNoEmptyPromise(t *testing.T) {
	dir, backup := t.TempDir(), t.TempDir()
	interrupted(t, dir, 5)
	m := mustResume(t, dir, func(c *Config) { c.Seed = 3 })
	save := func(dir string, want int) {
		t.Helper()
		if err := m.Save(dir); err != nil {
			t.Fatal(err)
		}
		loaded, err := Load(goBackend(t), dir)
		if err != nil {
			t.Fatal(err)
		}
		defer loaded.Close()
		if loaded.Step() != want || loaded.Config().Seed != 3 {
			t.Errorf("the directory holds step %d of seed %d, want step %d", loaded.Step(), loaded.Config().Seed, want)
		}
	}
	save(dir, 0)
	trainSteps(t, m, 2, tinyExamples(4))
	save(backup, 2)
	save(dir, 2)
	save(dir, 2)
}

// TestDirectoryMadeAnew: who removes a directory while a model trains there, and begins another training in a
// new one of that name, has that alone.
func TestDirectoryMadeAnew(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "checkpoints")
	m := mustResume(t, dir, nil)
	trainSteps(t, m, 2, tinyExamples(4))
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	other := mustResume(t, dir, nil)
	trainSteps(t, other, 3, tinyExamples(4))
	if err := other.Save(dir); err != nil {
		t.Fatal(err)
	}
	var inUse *InUseError
	if err := m.Save(dir); !errors.As(err, &inUse) {
		t.Errorf("the error is %v, want an *InUseError", err)
	}
	wantStepOf(t, dir, 3)
}

// TestAccuracyThatIsNotANumber is told, and does not get into a checkpoint that nobody can read.
func TestAccuracyThatIsNotANumber(t *testing.T) {
	network := Network{Accuracy: func(logits, y *Node) *Node {
		zero := ReduceAllSum(Sub(logits, logits))
		return Div(zero, zero)
	}}
	m, e := newModelWith(t, goBackend(t), tinyConfig(), network), tinyExamples(4)
	_, _, trainErr := m.TrainStep(e.X, e.Y)
	_, _, validateErr := m.Validate(e.X, e.Y)
	for method, err := range map[string]error{"TrainStep": trainErr, "Validate": validateErr} {
		if err == nil || !strings.Contains(err.Error(), "Network.Accuracy gave NaN") {
			t.Errorf("%s: the error is %v", method, err)
		}
	}
	saveAndLoad(t, m)
}

// TestStoppedInTheLastValidation promises nothing: there are no steps to go on with.
func TestStoppedInTheLastValidation(t *testing.T) {
	dir := t.TempDir()
	m := mustResume(t, dir, func(c *Config) { c.DisplayFreq = 1 })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := m.Train(ctx, tinyExamples(15), tinyExamples(5), func(p Progress) {
		if p.Step == 9 {
			cancel()
		}
	})
	if want := "birnn: training stopped after step 9 and is saved in " + dir + ": context canceled"; err == nil || err.Error() != want {
		t.Errorf("the error is %v, want %s", err, want)
	}
	wantStepOf(t, dir, 9)
}

// TestTrainOnOtherExamples: the order of the examples would be another.
func TestTrainOnOtherExamples(t *testing.T) {
	dir := t.TempDir()
	interrupted(t, dir, 4)
	m := mustResume(t, dir, nil)
	if err := m.Train(t.Context(), tinyExamples(12), Examples{}, nil); err == nil || !strings.Contains(err.Error(), "12 examples, but the model is at step 4 of a training on 15") {
		t.Errorf("the error is %v", err)
	}
	if m.Step() != 4 {
		t.Errorf("it took steps: %d", m.Step())
	}
}

// TestDivergedNamesTheLastGoodCheckpoint: and it is still there.
func TestDivergedNamesTheLastGoodCheckpoint(t *testing.T) {
	dir := t.TempDir()
	good := interrupted(t, dir, 4)
	file := filepath.Join(dir, checkpointFile)
	m := mustResume(t, dir, nil)
	w := mustWeights(t, m)
	for k := range w.B {
		w.B[k] = math.MaxFloat32 // the difference of two logits is too large for a float32
	}
	w.B[0] = -math.MaxFloat32
	if err := m.SetWeights(w); err != nil {
		t.Fatal(err)
	}
	err := m.Train(t.Context(), tinyExamples(15), Examples{}, nil)
	var diverged *DivergedError
	if !errors.As(err, &diverged) || diverged.Step != 5 || diverged.Checkpoint != file || diverged.CheckpointStep != 4 ||
		!strings.Contains(err.Error(), "the last good checkpoint is "+file+", of step 4") {
		t.Fatalf("the error is %v", err)
	}
	loaded, err := Load(goBackend(t), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer loaded.Close()
	sameWeights(t, mustWeights(t, loaded), good)
}
