package birnn

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/signal"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"
	"github.com/easy-gomlx/tutorials/birnn/internal/safetensors"

	"github.com/easy-gomlx/tutorials/birnn/backend"
	"github.com/easy-gomlx/tutorials/birnn/internal/longtest"
)

// trainChild is the program that these tests kill: it trains in the directory until it is done or gets an interrupt, and prints each step.
// Its environment sets the number of threads and devices.
func trainChild(t *testing.T, dir string) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	b, err := backend.OpenWith(ctx, backend.Options{CPUDevices: len(os.Getenv("BIRNN_TEST_DEVICES"))})
	if err != nil {
		t.Fatal(err)
	}
	cfg := digitsConfig()
	cfg.DisplayFreq, cfg.Epochs = 1, childEpochs()
	train, validation := smallDigits(400, 1), smallDigits(100, 2)
	m, err := Resume(b, cfg, dir)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("begin", m.Step())
	err = m.Train(ctx, train, validation, func(p Progress) { fmt.Println("step", p.Step) })
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	fmt.Println("end", m.Step(), err)
}

// childEpochs is enough for all rounds: each takes 25 steps at most, and an epoch has ten.
func childEpochs() int { return 4 + trainingRounds()*25/10 }

func trainingRounds() int { return longtest.Rounds(3, 20) }

var (
	oneThread   = []string{"PJRT_NPROC=1", "BIRNN_TEST_DEVICES=1"}
	manyThreads = []string{"BIRNN_TEST_DEVICES=11"}
)

// uninterruptedRun runs the child in a directory of its own until it is done.
func uninterruptedRun(t *testing.T, environment []string) *saved {
	t.Helper()
	dir := t.TempDir()
	cmd, lines := child(t, dir, environment...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return wantCheckpoint(t, dir)
}

func wantCheckpoint(t *testing.T, dir string) *saved {
	t.Helper()
	c, err := readCheckpoint(dir)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// interruptedRun runs the child again and again, and sends it the signal after a random number of steps each time, until it is done. It returns
// the child's last checkpoint.
func interruptedRun(t *testing.T, rng *rand.Rand, sig os.Signal, environment []string) *saved {
	t.Helper()
	dir := t.TempDir()
	var at []string
	resumed := 0
	for round := 0; ; round++ {
		want := "begin 0"
		if c, err := readCheckpoint(dir); err == nil {
			want = fmt.Sprint("begin ", c.Step)
			resumed++
		}
		cmd, lines := child(t, dir, environment...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if begin, _ := wait(lines, "begin "); begin != want {
			t.Fatalf("round %d: %s; want %s", round, begin, want)
		}
		if round == trainingRounds() {
			if _, err := wait(lines, "end"); err != nil {
				t.Error("it did not finish")
			}
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
			if resumed == 0 {
				t.Error("no round had a checkpoint to resume from")
			}
			t.Logf("%v, %d times, at steps %s; it resumed %d times", sig, len(at), strings.Join(at, ", "), resumed)
			return wantCheckpoint(t, dir)
		}
		steps := 1 + rng.IntN(20)
		if round == 0 {
			steps += 12 // the first epoch, of ten, has been saved: there is a checkpoint to resume from
		}
		for range steps {
			lines.Scan()
		}
		step, ok := strings.CutPrefix(lines.Text(), "step ")
		if !ok {
			t.Fatalf("round %d: it printed %q, not a step", round, lines.Text())
		}
		time.Sleep(time.Duration(rng.IntN(3000)) * time.Microsecond)
		start := time.Now()
		cmd.Process.Signal(sig)
		at = append(at, step)
		if sig == os.Interrupt {
			wantStopped(t, dir, lines, start)
		}
		for lines.Scan() {
		}
		cmd.Wait()
	}
}

// wantStopped verifies that an interrupted child stopped within two seconds, with a checkpoint of its last step.
func wantStopped(t *testing.T, dir string, lines interface {
	Scan() bool
	Text() string
}, start time.Time) {
	t.Helper()
	for lines.Scan() {
		var step int
		if n, _ := fmt.Sscanf(lines.Text(), "end %d", &step); n == 1 {
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("it ended %v after the interrupt", took)
			}
			if c := wantCheckpoint(t, dir); c.Step != step {
				t.Errorf("it ended at step %d, and saved step %d", step, c.Step)
			}
			return
		}
	}
	t.Error("it did not print how it ended")
}

// TestSurvivesKilledTraining: with one thread, a run that was killed or interrupted at random moments ends with the weights, the
// optimizer's state and the history of one that was not, to the last bit; and so do two runs with the same seed.
func TestSurvivesKilledTraining(t *testing.T) {
	if dir := os.Getenv(childVariable); dir != "" {
		trainChild(t, dir)
		return
	}
	backendtest.XLA(t)
	seed := rand.Uint64()
	rng := rand.New(rand.NewPCG(seed, 0))
	uninterrupted := uninterruptedRun(t, oneThread)
	if want := 10 * childEpochs(); uninterrupted.Step != want {
		t.Fatalf("training ended at step %d, want %d", uninterrupted.Step, want)
	}
	for what, c := range map[string]*saved{
		"again":       uninterruptedRun(t, oneThread),
		"killed":      interruptedRun(t, rng, os.Kill, oneThread),
		"interrupted": interruptedRun(t, rng, os.Interrupt, oneThread),
	} {
		if diff := largestDifference(t, c, uninterrupted); diff != 0 {
			t.Errorf("%s (seed %d): the weights differ by up to %g", what, seed, diff)
		}
		if !slices.Equal(c.history.Training.Loss, uninterrupted.history.Training.Loss) || !slices.Equal(c.history.Validation.Loss, uninterrupted.history.Validation.Loss) {
			t.Errorf("%s (seed %d): the losses differ", what, seed)
		}
	}
}

// threadsTolerance bounds the difference of weights between runs whose sums XLA's threads add in a different order, after 110 to 540 steps
// with a learning rate of 0.03.
const threadsTolerance = 1e-4

// TestSurvivesKilledTrainingOnThreads: with several threads and two devices, within a tolerance.
func TestSurvivesKilledTrainingOnThreads(t *testing.T) {
	if dir := os.Getenv(childVariable); dir != "" {
		trainChild(t, dir)
		return
	}
	backendtest.XLA(t)
	seed := rand.Uint64()
	uninterrupted := uninterruptedRun(t, manyThreads)
	killed := interruptedRun(t, rand.New(rand.NewPCG(seed, 0)), os.Kill, manyThreads)
	again := uninterruptedRun(t, manyThreads)
	t.Logf("largest difference of a weight: killed %.2g, run again %.2g", largestDifference(t, killed, uninterrupted), largestDifference(t, again, uninterrupted))
	if diff := max(largestDifference(t, killed, uninterrupted), largestDifference(t, again, uninterrupted)); diff > threadsTolerance {
		t.Errorf("seed %d: the weights differ by up to %g", seed, diff)
	}
}

// largestDifference compares all variables of two checkpoints.
func largestDifference(t *testing.T, a, b *saved) float64 {
	t.Helper()
	if len(a.variables) != len(b.variables) || a.Step != b.Step {
		t.Fatalf("%d variables at step %d, and %d at step %d", len(a.variables), a.Step, len(b.variables), b.Step)
	}
	largest := 0.0
	for k, v := range a.variables {
		if v.DType != "F32" { // a counter, or the state of the random numbers
			if !slices.Equal(v.Data, b.variables[k].Data) {
				t.Errorf("%s is different", v.Name)
			}
			continue
		}
		x, errX := safetensors.Values[float32](v)
		y, errY := safetensors.Values[float32](b.variables[k])
		if err := errors.Join(errX, errY); err != nil {
			t.Fatal(err)
		}
		for i := range x {
			largest = max(largest, math.Abs(float64(x[i])-float64(y[i])))
		}
	}
	return largest
}
