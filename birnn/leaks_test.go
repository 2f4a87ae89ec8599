//go:build cgo

// go-xla, which counts what is alive, needs cgo.

package birnn

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"
	"github.com/easy-gomlx/tutorials/birnn/internal/checkpoint"

	"github.com/easy-gomlx/tutorials/birnn/internal/leaktest"
	"github.com/easy-gomlx/tutorials/birnn/internal/longtest"
	"github.com/easy-gomlx/tutorials/birnn/mnist"
	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/pjrt"
)

// TestBuffersStayFlat verifies that steps leave no device buffers behind, on one device (a batch of 3) and divided among two (a batch of
// 4).
func TestBuffersStayFlat(t *testing.T) {
	m := newOnDevices(t, backendtest.XLA(t), tinyConfig(), 2)
	for _, n := range []int{3, 4} {
		e := tinyExamples(n)
		run := func(times int) int64 {
			for range times {
				if _, _, err := m.TrainStep(e.X, e.Y); err != nil {
					t.Fatal(err)
				}
				if _, err := m.Predict(e.X); err != nil {
					t.Fatal(err)
				}
			}
			return pjrt.BuffersAlive()
		}
		if before, after := run(5), run(50); after > before {
			t.Errorf("batch of %d: %d buffers are alive after 5 steps, %d after 50 more", n, before, after)
		}
	}
}

// TestNothingLeaks uses models from creation to Close in every way, including those that fail, and verifies that there are as many
// goroutines, files and buffers as before, without the garbage collector's help.
func TestNothingLeaks(t *testing.T) {
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		dir := t.TempDir()
		e := tinyExamples(15)
		round := func() {
			broken := t.TempDir()
			writeFile(t, filepath.Join(broken, checkpoint.Name), []byte("no checkpoint"))
			m, err := Resume(b, tinyConfig(), dir)
			if err != nil {
				t.Fatal(err)
			}
			if err := m.Train(t.Context(), e, tinyExamples(5), nil); err != nil {
				t.Fatal(err)
			}
			predict(t, m, e.X)
			if _, err := Load(b, broken); err == nil {
				t.Error("no error for a broken checkpoint")
			}
			if _, err := Resume(b, tinyConfig(), broken); err == nil {
				t.Error("no error for a broken checkpoint")
			}
			if _, err := (Network{Logits: readersBiRNN(2, 7)}).New(b, tinyConfig()); err == nil {
				t.Error("no error for a network of another size")
			}
			loaded, err := Load(b, dir)
			if err != nil {
				t.Fatal(err)
			}
			loaded.Close()
			m.Close()
		}
		round()
		buffers, programs := pjrt.BuffersAlive(), pjrt.LoadedExecutablesAlive()
		leaktest.Check(t, round)
		// GoMLX leaves one program to the garbage collector: the one that draws the initial weights.
		if b, p := pjrt.BuffersAlive(), pjrt.LoadedExecutablesAlive(); b > buffers || p > programs+1 {
			t.Errorf("%d buffers and %d compiled programs are alive, want %d and %d as before", b, p, buffers, programs)
		}
	})
}

// TestSurvives20000Steps trains the tutorial's network more than three times as long as the tutorial does, and verifies that memory stays
// flat in the second half.
func TestSurvives20000Steps(t *testing.T) {
	longtest.Need(t)
	m := newModel(t, backendtest.XLA(t), DefaultConfig())
	digits := mnist.Synthetic(1000, 1)
	var sizes []string
	half := 0
	for step := 1; step <= 20_000; step++ {
		x, y := digits.Batch(step%10*100, step%10*100+100)
		if _, _, err := m.TrainStep(x, y); err != nil {
			t.Fatal(err)
		}
		if step%2000 == 0 {
			size := residentMB(t)
			sizes = append(sizes, fmt.Sprint(size))
			if step == 10_000 {
				half = size
			}
			if step > 10_000 && size > half+half/20 {
				t.Errorf("%d MB in memory after 10,000 steps, %d after %d", half, size, step)
			}
		}
	}
	t.Logf("memory after each 2,000 steps: %s MB; %d buffers alive", strings.Join(sizes, ", "), pjrt.BuffersAlive())
}

// residentMB is the process's memory in use, in megabytes.
func residentMB(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("this system does not report how much memory a process uses:", err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kB := 0
	if _, err := fmt.Sscan(rest, &kB); err != nil {
		t.Fatal(err)
	}
	return kB / 1024
}
