package main

import (
	"math/rand/v2"
	"slices"

	"github.com/easy-gomlx/tutorials/birnn/sequences"
)

// The data set's recordings have one movement each. A stream joins pieces of them.
const (
	streamLength = 300 // time steps, ten a second
	badminton    = 3   // the class to find
)

// recordings are streams, and a label for each of their time steps.
type recordings struct {
	x        []float32 // [n, streamLength, features]
	labels   []float32 // [n, streamLength]: 1 is badminton
	n        int
	features int
}

// compose makes n streams of pieces of the set's recordings. A piece is 2 to 6 seconds long and of a random movement; badminton is rare, one
// piece in eight, and 1 to 2 seconds long.
func compose(s *sequences.Set, n int, seed uint64) *recordings {
	rng := rand.New(rand.NewPCG(seed, 0))
	streams := &recordings{n: n, features: s.Features}
	for range n {
		for length := 0; length < streamLength; {
			class, steps := rng.IntN(badminton), 20+rng.IntN(41)
			if rng.IntN(8) == 0 {
				class, steps = badminton, 10+rng.IntN(11)
			}
			steps = min(steps, streamLength-length)
			streams.x = append(streams.x, piece(s, class, steps, rng)...)
			label := float32(0)
			if class == badminton {
				label = 1
			}
			streams.labels = append(streams.labels, slices.Repeat([]float32{label}, steps)...)
			length += steps
		}
	}
	return streams
}

// piece returns time steps from a random place in a random recording of a class.
func piece(s *sequences.Set, class, steps int, rng *rand.Rand) []float32 {
	for {
		i := rng.IntN(s.Len())
		if int(s.Labels[i]) == class {
			start := rng.IntN(int(s.Lengths[i]) - steps + 1)
			return s.Sequence(i)[start*s.Features : (start+steps)*s.Features]
		}
	}
}

// share returns how much of the time is badminton.
func share(streams *recordings) (share float64) {
	for _, label := range streams.labels {
		share += float64(label) / float64(len(streams.labels))
	}
	return share
}
