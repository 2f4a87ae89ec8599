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

// stopTolerance bounds the difference of weights between a training of 550 steps that was
// stopped three times and one that was not: XLA's threads add in another order now and then.
const stopTolerance = 1e-3

// TestStoppedTraining trains the tutorial for one epoch, on the real MNIST with a real kernel, and
// stops it: by the stop button, by a restart of the kernel, and by killing that. It goes on each time,
// leaves no program behind, and ends with the network that it gives undisturbed.
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
	content, err := os.ReadFile(tutorial)
	if err != nil {
		t.Fatal(err)
	}
	short := strings.Replace(string(content), "epochs       = 10 ", "epochs       = 1 ", 1)
	notebook, checkpoints := filepath.Join(dir, tutorial), filepath.Join(dir, "checkpoints")
	if err := os.WriteFile(notebook, []byte(short), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(s.Python(), filepath.Join("testdata", "stop.py"), notebook, here)
	cmd.Env = append(append(os.Environ(), s.Environ()...), lab.CheckpointsVariable+"="+checkpoints)
	out, err := cmd.CombinedOutput()
	t.Logf("\n%s", out)
	if err != nil {
		t.Fatal(err)
	}
	wantStory(t, string(out))

	stopped, whole := filepath.Join(checkpoints, "model.former.safetensors"), filepath.Join(checkpoints, "model.safetensors")
	diff := largestDifference(weightsIn(t, stopped), weightsIn(t, whole))
	t.Logf("largest difference of a weight from a training that was not stopped: %.2g", diff)
	if diff > stopTolerance {
		t.Errorf("the weights differ by up to %g", diff)
	}
}

// wantStory checks what happened, as the script tells it.
func wantStory(t *testing.T, out string) {
	t.Helper()
	for _, want := range []string{
		`stop button: ([\d.]+) s, Stopped and saved\. Run this cell again to go on\.`,
		`Training: going on after step [1-5]\d\d of 550, from `,
		`kernel restarted: 1 program, ended after ([\d.]+) s`,
		`Training: going on after step [3-5]\d\d of 550, from `,
		`kernel killed: 1 program, ended after ([\d.]+) s`,
		`Training: going on after step [3-5]\d\d of 550, from `,
		`Epoch: 1, validation loss: `,
		`Training: new weights, drawn with seed 1; the training before it, of 550 steps, was finished`,
		`Epoch: 1, validation loss: `,
	} {
		found := regexp.MustCompile(want).FindStringSubmatchIndex(out)
		if found == nil {
			t.Fatalf("it did not happen, or not in this order: %s", want)
		}
		if len(found) > 2 {
			if seconds, err := strconv.ParseFloat(out[found[2]:found[3]], 64); err != nil || seconds > 2 {
				t.Errorf("it took more than 2 s: %s", out[found[0]:found[1]])
			}
		}
		out = out[found[1]:]
	}
}

// weightsIn returns the weights of a checkpoint file.
func weightsIn(t *testing.T, file string) birnn.Weights {
	t.Helper()
	dir := t.TempDir()
	content, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "model.safetensors"), content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
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
