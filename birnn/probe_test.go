package birnn

import (
	"math"
	"slices"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"
	"github.com/easy-gomlx/tutorials/birnn/internal/checkpoint"
)

// TestProbe: a checkpoint says which networks are the program's own, and what
// those with the built-in variables compute.
func TestProbe(t *testing.T) {
	cfg := tinyConfig()
	builtIn := newModelWith(t, backendtest.Go(t), cfg, Network{})
	weights, err := builtIn.Weights()
	if err != nil {
		t.Fatal(err)
	}
	for k := range weights.W { // large ones, so that networks differ
		weights.W[k] = float32(k%5) - 2
	}
	if err := builtIn.SetWeights(weights); err != nil {
		t.Fatal(err)
	}
	want := predict(t, builtIn, checkpoint.ProbeSequence(cfg.Timesteps*cfg.NumInput))

	like := readersBiRNN(cfg.NumHidden, cfg.NumClasses)
	for _, tt := range []struct {
		reason     string
		logits     func(scope *model.Scope, x *Node) *Node
		own, probe bool
		equal      bool // the probe is what the built-in network predicts
	}{
		{"built-in", nil, false, false, false},
		{"like the built-in one", like, true, true, true},
		{"with its variables only", func(scope *model.Scope, x *Node) *Node { return like(scope, Neg(x)) }, true, true, false},
		{"with other variables", func(scope *model.Scope, x *Node) *Node {
			return layers.Dense(scope, ReduceMean(x, 1), true, cfg.NumClasses)
		}, true, false, false},
	} {
		m := newModelWith(t, backendtest.Go(t), cfg, Network{Logits: tt.logits})
		if err := m.SetWeights(weights); (err == nil) != (tt.probe || !tt.own) {
			t.Fatalf("%s: SetWeights: %v", tt.reason, err)
		}
		dir := t.TempDir()
		if err := m.Save(dir); err != nil {
			t.Fatal(err)
		}
		c, err := readCheckpoint(dir)
		if err != nil {
			t.Fatal(err)
		}
		if c.Own != tt.own || (c.Probe != nil) != tt.probe {
			t.Errorf("%s: Own is %v, the probe %v", tt.reason, c.Own, c.Probe)
		}
		close := func(a, b float32) bool { return math.Abs(float64(a-b)) < 1e-6 }
		if tt.probe && slices.EqualFunc(c.Probe, want, close) != tt.equal {
			t.Errorf("%s: the probe is %v, the built-in network predicts %v; equal: want %v", tt.reason, c.Probe, want, tt.equal)
		}
	}
}
