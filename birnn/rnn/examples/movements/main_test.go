package main

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"
	"github.com/easy-gomlx/tutorials/birnn/sequences"
)

// synthetic returns made-up recordings of one feature: the number of the movement, with noise.
func synthetic() *sequences.Set {
	rng := rand.New(rand.NewPCG(1, 0))
	s := &sequences.Set{Time: 80, Features: 1, Classes: []string{"a", "b", "c", "badminton"}}
	for i := range 8 {
		for range s.Time {
			s.X = append(s.X, float32(i%4)+0.2*rng.Float32())
		}
		s.Lengths, s.Labels = append(s.Lengths, int32(s.Time)), append(s.Labels, int32(i%4))
	}
	return s
}

// TestCompose: the labels say where the fourth movement is.
func TestCompose(t *testing.T) {
	streams := compose(synthetic(), 20, 1)
	if len(streams.x) != 20*streamLength || len(streams.labels) != 20*streamLength {
		t.Fatalf("%d numbers and %d labels, want %d", len(streams.x), len(streams.labels), 20*streamLength)
	}
	for i, x := range streams.x {
		if (x >= badminton) != (streams.labels[i] == 1) {
			t.Fatalf("time step %d: movement %v has the label %v", i, x, streams.labels[i])
		}
	}
	if s := share(streams); s < 0.02 || s > 0.1 {
		t.Errorf("badminton in %v of the time steps, want it to be rare", s)
	}
}

func TestScore(t *testing.T) {
	precision, recall, f1 := score([]float32{1, 1, 1, 1, 0, 0}, []float32{1, 0, 0, 0, 1, 0})
	if precision != 0.5 || recall != 0.25 || math.Abs(f1-1./3) > 1e-12 {
		t.Errorf("precision %v, recall %v, F1 %v; want 1/2, 1/4 and 1/3", precision, recall, f1)
	}
	if precision, recall, f1 = score([]float32{0}, []float32{0}); precision != 0 || recall != 0 || f1 != 0 {
		t.Errorf("of nothing: %v, %v, %v; want 0", precision, recall, f1)
	}
}

func TestSynthetic(t *testing.T) {
	streams := compose(synthetic(), 20, 1)
	tagged := map[bool][]float32{}
	for _, both := range []bool{false, true} {
		net := fit(backendtest.Go(t), streams, both, 1, 3, 2)
		if tagged[both] = net.tag(streams); len(tagged[both]) != len(streams.labels) {
			t.Fatalf("%d tags of %d time steps", len(tagged[both]), len(streams.labels))
		}
	}
	file := filepath.Join(t.TempDir(), "figure.png")
	if err := draw(file, streams, tagged, 0); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(file); err != nil || info.Size() < 1000 {
		t.Errorf("the figure: %v, %v", info, err)
	}
}

// TestMovements trains once as the program does; all seeds are in README.md.
func TestMovements(t *testing.T) {
	b := backendtest.XLA(t)
	training, test, err := sequences.BasicMotions(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	streams, testStreams := compose(training, 200, 1), compose(test, 50, 2)
	var f1 [2]float64
	for i, both := range []bool{false, true} {
		_, _, f1[i] = score(testStreams.labels, fit(b, streams, both, 1, 3, trainingEpochs).tag(testStreams))
	}
	if f1[0] < 0.6 || f1[1] < f1[0]+0.03 {
		t.Errorf("F1 %v forwards and %v in both directions; want at least 0.6 and 0.03 more", f1[0], f1[1])
	}
}
