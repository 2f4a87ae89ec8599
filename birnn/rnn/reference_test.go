package rnn

import (
	"math"
	"math/rand/v2"
	"slices"
)

// The oracle for the layers: the equations one number at a time, in float64,
// one sequence after the other, without the package's tricks.

// refCell is a cell with its weights as LSTM and GRU have them.
type refCell struct {
	gru           bool
	input, hidden int
	kernel, bias  []float64
	forgetBias    float64
}

func (r refCell) columns() int { return len(r.bias) / 4 * r.gates() }

func (r refCell) gates() int {
	if r.gru {
		return 3
	}
	return 4
}

// refState is the state of a cell; a GRU leaves c alone.
type refState struct{ h, c []float64 }

// sum is the weighted sum of the values for one unit of a gate; the values
// belong to the kernel's rows from the given one on.
func (r refCell) sum(values []float64, firstRow, gate, unit int) (sum float64) {
	for k, v := range values {
		sum += v * r.kernel[(firstRow+k)*r.columns()+gate*r.hidden+unit]
	}
	return sum
}

// step is one time step from the input x and the state s.
func (r refCell) step(x []float64, s refState) refState {
	next := refState{h: make([]float64, r.hidden), c: make([]float64, r.hidden)}
	for u := range r.hidden {
		fromInput := func(gate int) float64 { return r.sum(x, 0, gate, u) + r.bias[gate*r.hidden+u] }
		fromHidden := func(gate int) float64 { return r.sum(s.h, r.input, gate, u) }
		if r.gru {
			reset := sigmoid(fromInput(0) + fromHidden(0))
			update := sigmoid(fromInput(1) + fromHidden(1))
			n := math.Tanh(fromInput(2) + reset*(fromHidden(2)+r.bias[3*r.hidden+u]))
			next.h[u] = (1-update)*n + update*s.h[u]
			continue
		}
		i, j := sigmoid(fromInput(0)+fromHidden(0)), math.Tanh(fromInput(1)+fromHidden(1))
		f, o := sigmoid(fromInput(2)+fromHidden(2)+r.forgetBias), sigmoid(fromInput(3)+fromHidden(3))
		next.c[u] = s.c[u]*f + i*j
		next.h[u] = math.Tanh(next.c[u]) * o
	}
	return next
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// refDirection is a direction of a layer; the initial states are [batch, hidden].
type refDirection struct {
	cell      refCell
	backwards bool
	h0, c0    []float64
}

// read returns the hidden state at each time step of sequence n, in the order of
// the sequence, and the state at the end.
func (d refDirection) read(n int, sequence [][]float64) (hidden [][]float64, final refState) {
	size := d.cell.hidden
	final = refState{h: d.h0[n*size : (n+1)*size], c: d.c0[n*size : (n+1)*size]}
	if d.backwards {
		sequence = reversed(sequence)
	}
	for _, x := range sequence {
		final = d.cell.step(x, final)
		hidden = append(hidden, final.h)
	}
	if d.backwards {
		hidden = reversed(hidden)
	}
	return hidden, final
}

func reversed(rows [][]float64) [][]float64 {
	rows = slices.Clone(rows)
	slices.Reverse(rows)
	return rows
}

// refLayer is a layer and a batch of sequences, x [batch, time, input].
type refLayer struct {
	batch, time int
	lengths     []int32 // nil: all have the full length
	directions  []refDirection
	x           []float64
}

// layerSize says which layer to draw.
type layerSize struct{ batch, time, input, hidden int }

// newRefLayer draws weights, initial states and sequences at random.
func newRefLayer(gru bool, s layerSize, directions int) *refLayer {
	rng := rand.New(rand.NewPCG(uint64(s.batch*1000+s.time), uint64(s.input*1000+s.hidden)))
	l := &refLayer{batch: s.batch, time: s.time, x: randomNumbers(rng, s.batch*s.time*s.input)}
	for k := range directions {
		c := refCell{gru: gru, input: s.input, hidden: s.hidden, bias: randomNumbers(rng, 4*s.hidden), forgetBias: 1 - float64(k)/2}
		c.kernel = randomNumbers(rng, (s.input+s.hidden)*c.columns())
		l.directions = append(l.directions, refDirection{
			cell: c, backwards: k == 1,
			h0: make([]float64, s.batch*s.hidden), c0: make([]float64, s.batch*s.hidden),
		})
	}
	return l
}

// randomNumbers are uniform in -1..1, and float32 holds them exactly.
func randomNumbers(rng *rand.Rand, n int) []float64 {
	numbers := make([]float64, n)
	for k := range numbers {
		numbers[k] = float64(float32(2*rng.Float64() - 1))
	}
	return numbers
}

// sequence returns sequence n without its padding.
func (l *refLayer) sequence(n int) [][]float64 {
	input := l.directions[0].cell.input
	rows := slices.Collect(slices.Chunk(l.x[n*l.time*input:(n+1)*l.time*input], input))
	if l.lengths == nil {
		return rows
	}
	return rows[:l.lengths[n]]
}

// The results, as Outputs returns them.

func (l *refLayer) at(t int) (result []float64) {
	for n := range l.batch {
		for _, d := range l.directions {
			hidden, _ := d.read(n, l.sequence(n))
			place := t
			if t < 0 {
				place += len(hidden)
			}
			if place < 0 || place >= len(hidden) {
				result = append(result, make([]float64, d.cell.hidden)...)
			} else {
				result = append(result, hidden[place]...)
			}
		}
	}
	return result
}

func (l *refLayer) all() []float64 {
	var steps [][]float64
	for t := range l.time {
		steps = append(steps, l.at(t)) // [time, batch, outputs]
	}
	width := len(steps[0]) / l.batch
	var result []float64
	for n := range l.batch {
		for t := range l.time {
			result = append(result, steps[t][n*width:(n+1)*width]...)
		}
	}
	return result
}

func (l *refLayer) final() (result []float64) {
	for n := range l.batch {
		for _, d := range l.directions {
			_, final := d.read(n, l.sequence(n))
			result = append(result, final.h...)
		}
	}
	return result
}

// finalStates returns H and, of an LSTM, C of each direction, [batch, hidden] each.
func (l *refLayer) finalStates() (result []float64) {
	for _, d := range l.directions {
		var h, c []float64
		for n := range l.batch {
			_, final := d.read(n, l.sequence(n))
			h, c = append(h, final.h...), append(c, final.c...)
		}
		result = append(result, h...)
		if !d.cell.gru {
			result = append(result, c...)
		}
	}
	return result
}
