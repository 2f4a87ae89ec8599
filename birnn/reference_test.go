package birnn

import (
	"math"
	"math/rand/v2"
	"slices"
)

// The oracle of the layer: the formulas of TensorFlow's BasicLSTMCell one number
// at a time, in float64, without the package's tricks.

// refCell is the cell of one direction, as LSTM has it: kernel is
// [input+hidden, 4*hidden], bias [4*hidden], gates in the order i, j, f, o.
type refCell struct {
	input, hidden int
	kernel, bias  []float64
	forgetBias    float64
}

// step is one call of the cell with the input x, after the states c and h.
func (r refCell) step(x, c, h []float64) (newC, newH []float64) {
	z := func(gate, unit int) float64 {
		column := gate*r.hidden + unit
		sum := r.bias[column]
		for row, v := range slices.Concat(x, h) {
			sum += v * r.kernel[row*4*r.hidden+column]
		}
		return sum
	}
	for u := range r.hidden {
		i, j, f, o := z(0, u), z(1, u), z(2, u), z(3, u)
		newC = append(newC, c[u]*sigmoid(f+r.forgetBias)+sigmoid(i)*math.Tanh(j))
		newH = append(newH, math.Tanh(newC[u])*sigmoid(o))
	}
	return newC, newH
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// states returns the hidden state at each time step of one sequence, in the
// order of the sequence, whichever way it is read.
func (r refCell) states(sequence [][]float64, backwards bool) [][]float64 {
	if backwards {
		sequence = reversed(sequence)
	}
	c, h := make([]float64, r.hidden), make([]float64, r.hidden)
	var states [][]float64
	for _, x := range sequence {
		c, h = r.step(x, c, h)
		states = append(states, h)
	}
	if backwards {
		states = reversed(states)
	}
	return states
}

func reversed(rows [][]float64) [][]float64 {
	rows = slices.Clone(rows)
	slices.Reverse(rows)
	return rows
}

// refLayer is a bidirectional layer and a batch of sequences for it, x
// [batch, time, input].
type refLayer struct {
	batch, time       int
	forward, backward refCell
	x                 []float64
}

// newRefLayer draws weights and sequences at random.
func newRefLayer(batch, time, input, hidden int) refLayer {
	rng := rand.New(rand.NewPCG(uint64(batch*1000+time), uint64(input*1000+hidden)))
	cell := func(forgetBias float64) refCell {
		return refCell{
			input: input, hidden: hidden, forgetBias: forgetBias,
			kernel: randomNumbers(rng, (input+hidden)*4*hidden), bias: randomNumbers(rng, 4*hidden),
		}
	}
	return refLayer{batch: batch, time: time, forward: cell(1), backward: cell(0.5), x: randomNumbers(rng, batch*time*input)}
}

// randomNumbers are evenly spread over -1..1, and float32 holds them exactly.
func randomNumbers(rng *rand.Rand, n int) []float64 {
	numbers := make([]float64, n)
	for k := range numbers {
		numbers[k] = float64(float32(2*rng.Float64() - 1))
	}
	return numbers
}

// read returns what pick selects from the hidden states of both directions,
// each [time][hidden], for one sequence of the batch after the other.
func (l refLayer) read(pick func(fw, bw [][]float64) [][]float64) []float64 {
	var result []float64
	for n := range l.batch {
		width := l.time * l.forward.input
		sequence := slices.Collect(slices.Chunk(l.x[n*width:(n+1)*width], l.forward.input))
		picked := pick(l.forward.states(sequence, false), l.backward.states(sequence, true))
		result = append(result, slices.Concat(picked...)...)
	}
	return result
}

// Selections for read.
func refForward(fw, _ [][]float64) [][]float64  { return fw }
func refBackward(_, bw [][]float64) [][]float64 { return bw }
func refLast(fw, _ [][]float64) [][]float64     { return fw[len(fw)-1:] }
func refFirst(_, bw [][]float64) [][]float64    { return bw[:1] }
func refFinal(fw, bw [][]float64) [][]float64   { return [][]float64{fw[len(fw)-1], bw[0]} }

func refAll(fw, bw [][]float64) [][]float64 {
	var rows [][]float64
	for t := range fw {
		rows = append(rows, fw[t], bw[t])
	}
	return rows
}

func refAt(t int) func(fw, bw [][]float64) [][]float64 {
	return func(fw, bw [][]float64) [][]float64 {
		if t < 0 {
			t += len(fw)
		}
		return [][]float64{fw[t], bw[t]}
	}
}

func toFloat32(numbers []float64) []float32 {
	result := make([]float32, len(numbers))
	for k, v := range numbers {
		result[k] = float32(v)
	}
	return result
}
