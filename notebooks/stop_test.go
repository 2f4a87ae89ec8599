package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/backend"
	"github.com/easy-gomlx/tutorials/notebooks/internal/lab"
	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
)

// stopTolerance bounds the difference between the weights of a run of 550 steps that was interrupted three times and one that was not:
// XLA's threads do not always add in the same order.
const stopTolerance = 1e-3

// TestStoppedTraining trains the tutorial's network for one epoch, on the real MNIST with a real kernel, and interrupts it: by the stop
// button, by restarting the kernel and by killing it. Each time training resumes and no program is left running; the result is the network
// of an uninterrupted run; and a finished run is not repeated.
func TestStoppedTraining(t *testing.T) {
	if testing.Short() {
		t.Skip("trains in a real Jupyter, which may have to be downloaded")
	}
	s, err := setup.New(setup.NewConsole(os.Stdout))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, tutorial)
	before := strings.Replace(declarations(t, training), "epochs       = 10 ", "epochs       = 1 ", 1)
	notebook(t, file, before, trainingCell(t))
	cmd := exec.Command(s.Jupyter().Python(), filepath.Join("testdata", "stop.py"), file, here)
	cmd.Env = append(append(os.Environ(), s.Environ()...), lab.CheckpointsVariable+"="+dir)
	out, err := cmd.CombinedOutput()
	t.Logf("\n%s", out)
	if err != nil {
		t.Fatal(err)
	}
	wantEvents(t, string(out))

	interrupted, uninterrupted := filepath.Join(dir, "checkpoints"), filepath.Join(dir, "uninterrupted", "checkpoints")
	diff := largestDifference(weightsIn(t, interrupted), weightsIn(t, uninterrupted))
	t.Logf("largest difference of a weight from an uninterrupted run: %.2g", diff)
	if diff > stopTolerance {
		t.Errorf("the weights differ by up to %g", diff)
	}
}

// training is in the training cell, and in no cell before it.
const training = "net.TrainStep("

// trainingCell returns the tutorial's training cell.
func trainingCell(t *testing.T) string {
	t.Helper()
	cells := readTutorial(t).Cells
	k := slices.IndexFunc(cells, func(c cell) bool { return c.Type == "code" && strings.Contains(c.text(), training) })
	if k < 0 {
		t.Fatalf("no cell contains %q", training)
	}
	return cells[k].text()
}

// wantEvents checks the events that the script reports.
func wantEvents(t *testing.T, out string) {
	t.Helper()
	for _, want := range []string{
		`stop button: ([\d.]+) s, Stopped and saved\. Run this cell again to continue\.`,
		`Training: [1-5]\d\d of 550 steps done`,
		`kernel restarted: 1 program, ended after ([\d.]+) s`,
		`Training: [2-5]\d\d of 550 steps done`,
		`kernel killed: 1 program, ended after ([\d.]+) s`,
		`Training: [3-5]\d\d of 550 steps done, Epoch: 1, validation loss: `,
		`finished: Training: 550 of 550 steps done, nothing to train`,
		`elsewhere: Training: 0 of 550 steps done, Epoch: 1, validation loss: `,
	} {
		found := regexp.MustCompile(want).FindStringSubmatchIndex(out)
		if found == nil {
			t.Fatalf("not reported, or not in this order: %s", want)
		}
		if len(found) > 2 {
			if seconds, err := strconv.ParseFloat(out[found[2]:found[3]], 64); err != nil || seconds > 2 {
				t.Errorf("it took more than 2 s: %s", out[found[0]:found[1]])
			}
		}
		out = out[found[1]:]
	}
}

// weightsIn returns the weights of the checkpoint in a directory.
func weightsIn(t *testing.T, dir string) birnn.Weights {
	t.Helper()
	b, err := backend.Open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Finalize()
	m, err := birnn.Load(b, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	w, err := m.Weights()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func largestDifference(a, b birnn.Weights) float64 {
	all := func(w birnn.Weights) []float32 {
		return slices.Concat(w.Forward.Kernel, w.Forward.Bias, w.Backward.Kernel, w.Backward.Bias, w.W, w.B)
	}
	largest, others := 0.0, all(b)
	for k, x := range all(a) {
		largest = max(largest, float64(x-others[k]), float64(others[k]-x))
	}
	return largest
}
