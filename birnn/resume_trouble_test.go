package birnn

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"
	"github.com/easy-gomlx/tutorials/birnn/internal/checkpoint"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// TestDirectoryInUse: only one model trains in a directory, and the error of the others names its process.
func TestDirectoryInUse(t *testing.T) {
	dir := t.TempDir()
	m := mustResume(t, dir, nil)
	trainSteps(t, m, 1, tinyExamples(4))
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	other := newModel(t, backendtest.Go(t), tinyConfig())
	var group sync.WaitGroup
	for what, write := range map[string]func() error{
		"Resume": func() error { _, err := resume(t, dir, nil); return err },
		"Save":   func() error { return other.Save(dir) },
	} {
		group.Go(func() {
			var inUse *InUseError
			if err := write(); !errors.As(err, &inUse) || inUse.Dir != dir || !strings.Contains(err.Error(), "process ") {
				t.Errorf("%s: the error is %v; want an *InUseError that names %s and its holder", what, err, dir)
			}
		})
	}
	group.Wait()
	loaded, err := Load(backendtest.Go(t), dir) // reading needs no lock
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

// TestResumeFailsEarly: a directory that cannot be saved to is an error before anything is trained.
func TestResumeFailsEarly(t *testing.T) {
	blocked := filepath.Join(t.TempDir(), "file")
	writeFile(t, blocked, nil)
	if _, err := resume(t, blocked, nil); err == nil || !strings.Contains(err.Error(), blocked) {
		t.Errorf("a file in the way: the error is %v", err)
	}
	pipe, dir := t.TempDir(), t.TempDir()
	if err := os.Mkdir(filepath.Join(pipe, checkpoint.Name), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := resume(t, pipe, nil); err == nil || !strings.Contains(err.Error(), filepath.Join(pipe, checkpoint.Name)) {
		t.Errorf("a directory in the way: the error is %v", err)
	}
	interrupted(t, dir, 3)
	interrupted(t, dir, 4)
	if err := os.Remove(filepath.Join(dir, checkpoint.Name)); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, checkpoint.Name), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := resume(t, dir, nil); err == nil {
		t.Error("no error for a directory that cannot be written to")
	}
	if _, err := Resume(nil, tinyConfig(), t.TempDir()); err == nil {
		t.Error("no error without a backend")
	}
	if _, err := resume(t, t.TempDir(), func(c *Config) { c.Epochs = 0 }); err == nil || !strings.Contains(err.Error(), "Config.Epochs") {
		t.Errorf("a bad configuration: the error is %v", err)
	}
}

// wantStepOf fails the test unless the directory's checkpoint is the one of that step.
func wantStepOf(t *testing.T, dir string, step int) {
	t.Helper()
	if c, err := readCheckpoint(dir); err != nil || c.Step != step {
		t.Errorf("the directory's checkpoint is %+v, %v; want step %d", c, err, step)
	}
}

// TestSaveAfterSaveElsewhere: after Save the directory holds the model, even if it was saved elsewhere in between, or is new and has taken
// no step.
func TestSaveAfterSaveElsewhere(t *testing.T) {
	dir, backup := t.TempDir(), t.TempDir()
	m := mustResume(t, dir, func(c *Config) { c.Seed = 3 })
	save := func(dir string, want int) {
		t.Helper()
		if err := m.Save(dir); err != nil {
			t.Fatal(err)
		}
		loaded, err := Load(backendtest.Go(t), dir)
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

// TestRecreatedDirectory: if a directory is removed while a model trains there, a run that starts in a new one of that name has it to
// itself.
func TestRecreatedDirectory(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows does not remove the directory of an open file")
	}
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

// TestRelativeDirectory: the working directory may change during training.
func TestRelativeDirectory(t *testing.T) {
	parent := t.TempDir()
	t.Chdir(parent)
	m := mustResume(t, "run", nil)
	t.Chdir(t.TempDir())
	if err := m.Train(t.Context(), tinyExamples(15), Examples{}, nil); err != nil {
		t.Fatal(err)
	}
	wantStepOf(t, filepath.Join(parent, "run"), 9)
	for _, err := range []error{m.Save(""), second(Load(backendtest.Go(t), "")), second(resume(t, "", nil))} {
		if err == nil || !strings.Contains(err.Error(), "name is empty") {
			t.Errorf("no directory: the error is %v", err)
		}
	}
}

func second(_ any, err error) error { return err }

// TestSaveOverACorruptCheckpoint: a checkpoint that was overwritten is saved again.
func TestSaveOverACorruptCheckpoint(t *testing.T) {
	dir := t.TempDir()
	interrupted(t, dir, 4)
	m := mustResume(t, dir, nil)
	writeFile(t, filepath.Join(dir, checkpoint.Name), []byte("junk"))
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	wantStepOf(t, dir, 4)
}

// TestNetworkIsNotTheCheckpoint: a mistake in the network is not the checkpoint's.
func TestNetworkIsNotTheCheckpoint(t *testing.T) {
	dir := t.TempDir()
	interrupted(t, dir, 4)
	wrong := Network{Logits: func(_ *model.Scope, x *Node) *Node { return ReduceAllSum(x) }}
	for _, err := range []error{second(wrong.Load(backendtest.Go(t), dir)), second(wrong.Resume(backendtest.Go(t), tinyConfig(), dir))} {
		var bad *CheckpointError
		if err == nil || errors.As(err, &bad) || !strings.Contains(err.Error(), "Network.Logits") {
			t.Errorf("the error is %v; want one about Network.Logits", err)
		}
	}
}

// TestAccuracyThatIsNotANumber: it is an error, and does not get into a checkpoint, which could not be read.
func TestAccuracyThatIsNotANumber(t *testing.T) {
	network := Network{Accuracy: func(logits, y *Node) *Node {
		zero := ReduceAllSum(Sub(logits, logits))
		return Div(zero, zero)
	}}
	m, e := newModelWith(t, backendtest.Go(t), tinyConfig(), network), tinyExamples(4)
	_, _, trainErr := m.TrainStep(e.X, e.Y)
	_, _, validateErr := m.Validate(e.X, e.Y)
	for method, err := range map[string]error{"TrainStep": trainErr, "Validate": validateErr} {
		if err == nil || !strings.Contains(err.Error(), "Network.Accuracy returned NaN") {
			t.Errorf("%s: the error is %v", method, err)
		}
	}
	saveAndLoad(t, m)
}

// TestStoppedInTheLastValidation: all steps are done, and the model is saved.
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
	if want := "birnn: training stopped after step 9, saved to " + dir + ": context canceled"; err == nil || err.Error() != want {
		t.Errorf("the error is %v, want %s", err, want)
	}
	wantStepOf(t, dir, 9)
}

// TestDivergedNamesTheLastGoodCheckpoint, which is still there.
func TestDivergedNamesTheLastGoodCheckpoint(t *testing.T) {
	dir := t.TempDir()
	good := interrupted(t, dir, 4)
	file := filepath.Join(dir, checkpoint.Name)
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
		!strings.Contains(err.Error(), file+" of step 4") {
		t.Fatalf("the error is %v", err)
	}
	loaded, err := Load(backendtest.Go(t), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer loaded.Close()
	sameWeights(t, mustWeights(t, loaded), good)
}
