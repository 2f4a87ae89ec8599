package convert

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/easy-gomlx/tutorials/birnn"
)

// scores is what a row of the output, the scores of a sequence, is computed
// from: the elements features times the product's matrix, plus the bias.
type scores struct {
	product  *product
	bias     []float32
	features []element
}

// network returns the network that computes the output from the input.
func (g *graph) network(in *input, out *value) (cfg birnn.Config, w birnn.Weights, err error) {
	if len(out.dims) != 2 || out.dims[0] != g.batch || out.dims[1] == 0 {
		return cfg, w, fmt.Errorf("it has dimensions %v for a batch of %d; want [batch, classes]", out.dims, g.batch)
	}
	first, err := g.scores(out, 0)
	if err != nil {
		return cfg, w, err
	}
	states, err := first.states(0)
	if err != nil {
		return cfg, w, err
	}
	for b := 1; b < g.batch; b++ {
		s, err := g.scores(out, b)
		if err != nil {
			return cfg, w, err
		}
		other, err := s.states(b)
		if err != nil {
			return cfg, w, err
		}
		if s.product != first.product || !slices.Equal(s.bias, first.bias) || !slices.Equal(other, states) {
			return cfg, w, errors.New("it does not compute the same for each sequence of a batch")
		}
	}
	return g.assemble(in, first, states)
}

// scores follows row b of the output to what it is computed from.
func (g *graph) scores(out *value, b int) (s scores, err error) {
	row, err := g.row(out, b, out.dims[1])
	if err != nil {
		return s, err
	}
	if sm, ok := row[0].origin.(*softmax); ok {
		k, err := whole(row, sm.in.dims[len(sm.in.dims)-1])
		if err != nil {
			return s, err
		}
		if row, err = g.row(sm.in, k, len(row)); err != nil {
			return s, err
		}
	}
	s.bias = make([]float32, len(row))
	if add, ok := row[0].origin.(*sum); ok {
		if s.bias, err = g.bias(row, add); err != nil {
			return s, err
		}
	}
	p, ok := row[0].origin.(*product)
	if !ok {
		return s, fmt.Errorf("it is computed from %v; %s", row[0], whatIsRead)
	}
	k, err := whole(row, p.columns)
	if err != nil {
		return s, err
	}
	s.product = p
	s.features, err = g.row(p.x, k, p.rows)
	return s, err
}

// row returns row k of a value of n columns.
func (g *graph) row(v *value, k, n int) ([]element, error) {
	if err := g.mayHold(n); err != nil {
		return nil, err
	}
	if err := g.spend(n, v.cost); err != nil {
		return nil, err
	}
	row := make([]element, n)
	for i := range row {
		row[i] = v.at(k*n + i)
	}
	return row, nil
}

// whole returns which row of their origin, which has n columns, the elements
// are.
func whole(row []element, n int) (int, error) {
	at := row[0].n / n
	for k, e := range row {
		if len(row) != n || e.origin != row[0].origin || e.n != at*n+k {
			return 0, fmt.Errorf("it is not a whole row of %v", row[0])
		}
	}
	return at, nil
}

// bias returns the constants that are added to the elements in row, which
// become the other summands.
func (g *graph) bias(row []element, add *sum) ([]float32, error) {
	if err := g.spend(2*len(row), max(add.in[0].cost, add.in[1].cost)); err != nil {
		return nil, err
	}
	bias := make([]float32, len(row))
	for k, e := range row {
		if e.origin != add {
			return nil, fmt.Errorf("it is computed from both %v and %v", add, e)
		}
		a, b := add.in[0].at(e.n), add.in[1].at(e.n)
		if a.origin == nil {
			a, b = b, a
		}
		if b.origin != nil || !isFinite(b) {
			return nil, fmt.Errorf("%v adds %v and %v; only a finite constant can be added", add, a, b)
		}
		row[k], bias[k] = a, b.float()
	}
	return bias, nil
}

func isFinite(e element) bool {
	v := float64(e.float())
	return !math.IsNaN(v) && !math.IsInf(v, 0)
}

// hidden is a hidden unit after a step of an LSTM node.
type hidden struct {
	state
	unit int
}

// states returns the hidden units of sequence b that are read.
func (s scores) states(b int) ([]hidden, error) {
	units := make([]hidden, len(s.features))
	for k, e := range s.features {
		l, ok := e.origin.(*lstmNode)
		if !ok {
			return nil, fmt.Errorf("%v reads %v; %s", s.product, e, whatIsRead)
		}
		h, d := l.hidden, len(l.directions)
		if e.n/h%l.batch != b {
			return nil, fmt.Errorf("%v mixes the sequences of a batch", s.product)
		}
		units[k] = hidden{state{l, e.n / (h * l.batch * d), e.n / (h * l.batch) % d}, e.n % h}
	}
	return units, nil
}

// state is the hidden state of an LSTM node after a step, of a direction.
type state struct {
	l               *lstmNode
	step, direction int
}

// reads returns the time steps that the state has read, in order.
func (s state) reads() []int {
	if !s.l.directions[s.direction] {
		return s.l.steps[:s.step+1]
	}
	steps := slices.Clone(s.l.steps[s.step:])
	slices.Reverse(steps)
	return steps
}
