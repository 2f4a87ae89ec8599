package main

import (
	"math/rand/v2"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"
	"github.com/easy-gomlx/tutorials/birnn/internal/xlacall"
	"github.com/easy-gomlx/tutorials/birnn/sequences"
)

// synthetic returns made-up utterances of 3 to 6 time steps: the speaker is the number of the feature that is large.
func synthetic(n int, seed uint64) *sequences.Set {
	rng := rand.New(rand.NewPCG(seed, 0))
	s := &sequences.Set{Time: 6, Features: 3, Classes: []string{"a", "b", "c"}}
	for i := range n {
		length, label := 3+rng.IntN(4), i%3
		x := make([]float32, 18)
		for k := range 3 * length {
			x[k] = rng.Float32()
			if k%3 == label {
				x[k]++
			}
		}
		s.X, s.Lengths, s.Labels = append(s.X, x...), append(s.Lengths, int32(length)), append(s.Labels, int32(label))
	}
	return s
}

func TestSynthetic(t *testing.T) {
	if got := accuracy(backendtest.Go(t), synthetic(135, 1), synthetic(90, 2), 1, 10); got < 0.95 {
		t.Errorf("accuracy %v on made-up utterances, want at least 0.95", got)
	}
}

// TestSpeakers trains once as the program does; all seeds are in README.md.
func TestSpeakers(t *testing.T) {
	b := backendtest.XLA(t)
	training, test, err := sequences.JapaneseVowels(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if got := accuracy(b, training, test, 1, 60); got < 0.94 {
		t.Errorf("accuracy %v, want at least 0.94", got)
	}
	if count := xlacall.CountOf(b); count.Kept > 0 {
		t.Errorf("%d passes did not run in the LSTM kernels: %v", count.Kept, count.Reason)
	}
}
