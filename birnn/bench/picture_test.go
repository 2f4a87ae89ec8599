package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func timed(peer, title string, rounds ...float64) result {
	r := result{Peer: peer, Title: title, Peak: int64(20e6 * rounds[0])}
	for _, ms := range rounds {
		r.Steps = append(r.Steps, []float64{ms})
	}
	return r
}

func TestBars(t *testing.T) {
	s := newSummary("train", false)
	work, err := newWork("train", sizes{hidden: 128, batch: 100, timesteps: 28})
	if err != nil {
		t.Fatal(err)
	}
	s.add(work, []result{
		timed("jax", "JAX lax.scan", 36, 35, 40),
		timed(ours, "birnn (this package)", 13.7, 13, 15.2),
		timed("tensorflow", "TensorFlow, the tutorial's static graph", 20.2, 20, 20.5),
		{Peer: "keras", Title: "broken", Fault: "no such library"},
		timed("pytorch", "no spread", 24.8),
	})
	p, err := s.bars()
	if err != nil {
		t.Fatal(err)
	}
	want := "One training step on a batch of 100: 28 time steps of 28, 128 hidden units, LastOutput. Bars: birnn (this package) 13.7 ms; " +
		"TensorFlow, the tutorial's static graph 20.2 ms (birnn 0.68×); no spread 24.8 ms (birnn 0.55×); JAX lax.scan 36.0 ms (birnn 0.38×)."
	if p.alt != want {
		t.Errorf("the text alternative is %q, want %q", p.alt, want)
	}
	if file, err := p.encode(); err != nil || len(file) < 5000 {
		t.Errorf("the picture has %d bytes, %v", len(file), err)
	}
}

func TestLines(t *testing.T) {
	s := newSummary("timesteps", true)
	for k, timesteps := range []int{28, 112, 784} {
		results := []result{
			timed(ours, "birnn (this package)", []float64{15.3, 36.7, 361}[k]),
			timed("tensorflow", "TensorFlow, the tutorial's static graph", []float64{18.6, 71.7, 380}[k]),
			timed("pytorch", "PyTorch nn.LSTM, both directions", []float64{23.1, 133, 1347}[k]),
			timed("jax", "ends early", []float64{31.5, 131, 768}[k]),
		}
		if k == 2 {
			results[3].Fault = "out of memory"
		}
		s.add(work{Timesteps: timesteps}, results)
	}
	p, err := s.lines("Time of a training step", "ms", result.milliseconds)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Time of a training step by number of time steps in ms, both axes logarithmic. ", "birnn (this package): 15.3 at 28, 36.7 at 112, 361 at 784", "ends early: 31.5 at 28, 131 at 112"} {
		if !strings.Contains(p.alt, want) {
			t.Errorf("the text alternative is %q, want it to contain %q", p.alt, want)
		}
	}
	dir := t.TempDir()
	if err := s.draw(filepath.Join(dir, "sweep.png")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sweep.png", "sweep-memory.png"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() < 5000 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
}

func TestNothingToDraw(t *testing.T) {
	for _, sweep := range []bool{false, true} {
		s := newSummary("batch", sweep)
		s.add(work{Batch: 10}, []result{{Peer: ours, Fault: "no such library"}})
		if err := s.draw(filepath.Join(t.TempDir(), "x.png")); err == nil {
			t.Errorf("sweep %v: no error although nothing was measured", sweep)
		}
	}
}
