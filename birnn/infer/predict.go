package infer

import (
	"cmp"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/easy-gomlx/tutorials/birnn/internal/kernel"
)

// maxBlock is the number of sequences that are computed together.
const maxBlock = 25

// scratch is the memory for the states of a block, each [maxBlock, hidden].
type scratch struct{ forward, backward state }

// state is the state of a direction.
type state struct{ h, c []float32 }

func newState(size int) state { return state{make([]float32, size), make([]float32, size)} }

func (n *Network) newScratch() *scratch {
	return &scratch{newState(maxBlock * n.hidden), newState(maxBlock * n.hidden)}
}

// width returns the number of values of a sequence.
func (n *Network) width() int { return n.timesteps * n.input }

// Predict returns the probabilities of the classes, [NumClasses], of one sequence
// x, [Timesteps, NumInput] row-major. They sum to 1. It allocates nothing but
// its result.
func (n *Network) Predict(x []float32) ([]float32, error) {
	if err := n.check("Predict"); err != nil {
		return nil, err
	}
	if len(x) != n.width() {
		return nil, fmt.Errorf("infer: Predict: x has %d values; a sequence has %d, Timesteps %d times NumInput %d", len(x), n.width(), n.timesteps, n.input)
	}
	if err := checkFinite("Predict", x, 0); err != nil {
		return nil, err
	}
	p := make([]float32, n.classes)
	if err := n.predict(p, x, 1); err != nil {
		return nil, err
	}
	return p, nil
}

// PredictBatch returns the probabilities of the classes of each of the sequences
// x, [sequences, Timesteps, NumInput] row-major. It uses as many goroutines as
// [runtime.GOMAXPROCS] allows, and their number does not affect the results. They
// equal those of [Network.Predict] up to rounding.
func (n *Network) PredictBatch(x []float32) ([][]float32, error) {
	if err := n.check("PredictBatch"); err != nil {
		return nil, err
	}
	count := len(x) / n.width()
	if len(x)%n.width() != 0 {
		return nil, fmt.Errorf("infer: PredictBatch: x has %d values, which is not a multiple of %d, Timesteps %d times NumInput %d",
			len(x), n.width(), n.timesteps, n.input)
	}
	all, rows := make([]float32, count*n.classes), make([][]float32, count)
	for k := range rows {
		rows[k] = part(all, k, k+1, n.classes)
	}
	if err := n.predictBlocks(all, x, count); err != nil {
		return nil, err
	}
	return rows, nil
}

// predictBlocks sets p, [count, classes], to the probabilities. It divides the
// sequences into blocks of almost equal size, and the blocks among goroutines.
// The error is that of the first block that has one: blocks start in order, and
// all that have started are completed.
func (n *Network) predictBlocks(p, x []float32, count int) error {
	blocks := (count + maxBlock - 1) / maxBlock
	errs := make([]error, blocks)
	var next atomic.Int64
	var failed atomic.Bool
	work := func() {
		for !failed.Load() {
			k := int(next.Add(1)) - 1
			if k >= blocks {
				return
			}
			start, end := count*k/blocks, count*(k+1)/blocks
			if errs[k] = n.predictBlock(p, x, start, end); errs[k] != nil {
				failed.Store(true)
			}
		}
	}
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), blocks) {
		group.Go(work)
	}
	group.Wait()
	return cmp.Or(errs...)
}

// predictBlock checks sequences start to end, end not included, and sets their
// rows of p to the probabilities.
func (n *Network) predictBlock(p, x []float32, start, end int) error {
	block := part(x, start, end, n.width())
	if err := checkFinite("PredictBatch", block, start*n.width()); err != nil {
		return err
	}
	return n.predict(part(p, start, end, n.classes), block, end-start)
}

// predict sets p, [count, classes], to the probabilities of a block.
func (n *Network) predict(p, x []float32, count int) error {
	s := n.scratch.Get().(*scratch)
	defer n.scratch.Put(s)
	forward, backward := s.forward.first(count*n.hidden), s.backward.first(count*n.hidden)
	r := kernel.Run{Batch: count, Time: n.timesteps, Steps: n.timesteps, X: x, H: forward.h, C: forward.c}
	if err := n.forward.Run(r); err != nil {
		return err
	}
	r.Reversed, r.H, r.C = true, backward.h, backward.c
	if !n.finalStates {
		r.Steps = 1
	}
	if err := n.backward.Run(r); err != nil {
		return err
	}
	for k := range count {
		n.output(part(p, k, k+1, n.classes), part(forward.h, k, k+1, n.hidden), part(backward.h, k, k+1, n.hidden))
	}
	return nil
}

// first returns the part of the state for a smaller block.
func (s state) first(size int) state { return state{s.h[:size], s.c[:size]} }

// part returns rows start to end of a matrix, end not included.
func part(matrix []float32, start, end, columns int) []float32 {
	return matrix[start*columns : end*columns : end*columns]
}

// output sets p to softmax((forward, backward)·w + b), the probabilities of one
// sequence whose directions end with these hidden states.
func (n *Network) output(p, forward, backward []float32) {
	copy(p, n.b)
	addProduct(p, forward, n.w)
	addProduct(p, backward, n.w[len(forward)*len(p):])
	softmax(p)
}

// addProduct adds the product of h and the first rows of the matrix w, of
// len(p) columns, to p. It takes four rows at a time, because p is read and
// written once for all of them.
func addProduct(p, h, w []float32) {
	n := len(p)
	for ; len(h) >= 4; h, w = h[4:], w[4*n:] {
		w0, w1, w2, w3 := w[:n], w[n:][:n], w[2*n:][:n], w[3*n:][:n]
		h0, h1, h2, h3 := h[0], h[1], h[2], h[3]
		for k := range p {
			p[k] += h0*w0[k] + h1*w1[k] + h2*w2[k] + h3*w3[k]
		}
	}
	for ; len(h) > 0; h, w = h[1:], w[n:] {
		for k := range p {
			p[k] += h[0] * w[k]
		}
	}
}

// softmax replaces p by exp(p), divided by its sum. The largest is subtracted
// first, which does not change the result, so that no exponential overflows.
func softmax(p []float32) {
	largest, sum := p[0], float32(0)
	for _, v := range p {
		largest = max(largest, v)
	}
	for k, v := range p {
		p[k] = float32(math.Exp(float64(v - largest)))
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
}
