package birnn

import (
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/backend"
	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"
	"github.com/easy-gomlx/tutorials/birnn/internal/longtest"
	"github.com/easy-gomlx/tutorials/birnn/mnist"
)

// TestKernelsOnAnyNumberOfThreads: the weights, the optimizer's state and the losses
// after five steps are the same to the last bit, whatever the number of XLA's threads
// and of cores.
func TestKernelsOnAnyNumberOfThreads(t *testing.T) {
	if dir := os.Getenv(childVariable); dir != "" {
		fiveSteps(t, dir)
		return
	}
	backendtest.KernelsAndPlain(t)
	taskset, err := exec.LookPath("taskset")
	if err != nil {
		t.Skip("needs taskset, of util-linux: ", err)
	}
	run := func(threads string, oneCore bool) *saved {
		dir := t.TempDir()
		cmd := longtest.Child(t, childVariable+"="+dir, "PJRT_NPROC="+threads)
		if oneCore {
			cmd.Path, cmd.Args = taskset, append([]string{taskset, "1"}, cmd.Args...)
		}
		if output, err := cmd.Output(); err != nil {
			t.Fatalf("%v\n%s", err, output)
		}
		return wantCheckpoint(t, dir)
	}
	want := run("1", false)
	for _, other := range []struct {
		threads string
		oneCore bool
	}{{"2", false}, {"4", false}, {"4", true}} {
		got := run(other.threads, other.oneCore)
		if diff := largestDifference(t, got, want); diff != 0 {
			t.Errorf("%+v: the variables differ by up to %g from those of one thread", other, diff)
		}
		if g, w := got.history.Validation.Loss, want.history.Validation.Loss; !slices.Equal(g, w) || len(g) != 1 {
			t.Errorf("%+v: validation losses %v, of one thread %v", other, g, w)
		}
	}
}

// fiveSteps trains the tutorial's network in the directory, on one device, because
// XLA has a thread for each.
func fiveSteps(t *testing.T, dir string) {
	b, err := backend.OpenWith(t.Context(), backend.Options{CPUDevices: 1})
	if err != nil {
		t.Fatal(err)
	}
	cfg := DefaultConfig()
	cfg.Epochs = 1
	m, err := Resume(b, cfg, dir)
	if err != nil {
		t.Fatal(err)
	}
	digits := mnist.Synthetic(750, 1)
	split := 500 * 784
	train, validation := Examples{digits.Images[:split], digits.Labels[:500]}, Examples{digits.Images[split:], digits.Labels[500:]}
	if err := m.Train(t.Context(), train, validation, nil); err != nil {
		t.Fatal(err)
	}
}
