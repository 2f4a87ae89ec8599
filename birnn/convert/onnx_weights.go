package convert

import (
	"fmt"
	"slices"

	"github.com/easy-gomlx/tutorials/birnn"
)

// assemble returns the network that reads the given hidden units.
func (g *graph) assemble(in *input, s scores, units []hidden) (cfg birnn.Config, w birnn.Weights, err error) {
	var states []state
	for _, u := range units {
		if !slices.Contains(states, u.state) && len(states) < 3 {
			states = append(states, u.state)
		}
	}
	if len(states) != 2 {
		return cfg, w, fmt.Errorf("%v reads %d states of LSTM nodes; want two, one of each direction", s.product, len(states))
	}
	l := states[0].l
	forward, backward, readout, err := roles(states, in.n/l.inputs)
	if err != nil {
		return cfg, w, fmt.Errorf("%v %w", s.product, err)
	}
	if other := states[1].l; other.hidden != l.hidden || other.inputs != l.inputs {
		return cfg, w, fmt.Errorf("%v and %v have different sizes", l.node, other.node)
	}
	if cfg, err = newConfig(l.inputs, in.n/l.inputs, l.hidden, s.product.columns, readout); err != nil {
		return cfg, w, err
	}
	if w.Forward, err = g.cell(forward); err != nil {
		return cfg, w, err
	}
	if w.Backward, err = g.cell(backward); err != nil {
		return cfg, w, err
	}
	w.B = s.bias
	if w.W, err = g.output(s.product, units, []state{forward, backward}); err != nil {
		return cfg, w, err
	}
	return cfg, w, check(cfg, w) // the sum of two biases may overflow
}

// roles returns which of two states is that of the forward and which that of
// the backward cell. If there is only one time step, the first is the forward
// cell's, and both readouts are the same.
func roles(states []state, timesteps int) (forward, backward state, readout birnn.Readout, err error) {
	last := timesteps - 1
	for _, s := range states {
		switch steps := s.reads(); {
		case forward.l == nil && isRange(steps, 0, last):
			forward = s
		case backward.l == nil && isRange(steps, last, last):
			backward, readout = s, birnn.LastOutput
		case backward.l == nil && isRange(steps, last, 0):
			backward, readout = s, birnn.FinalStates
		default:
			return forward, backward, 0, fmt.Errorf("reads %v after time steps %d to %d (%d steps); want a state after steps 0 to %d, "+
				"and one after step %d or after steps %[5]d to 0", s.l, steps[0], steps[len(steps)-1], len(steps), last, last)
		}
	}
	return forward, backward, readout, nil
}

// isRange returns whether the steps are from, from+1 (or from-1) and so on to to.
func isRange(steps []int, from, to int) bool {
	step := 1
	if to < from {
		step = -1
	}
	for k, s := range steps {
		if s != from+k*step {
			return false
		}
	}
	return len(steps) == (to-from)*step+1
}

// cell returns the weights of a state's direction.
func (g *graph) cell(s state) (c birnn.CellWeights, err error) {
	l, gates := s.l, 4*s.l.hidden
	for _, part := range []struct {
		v *value
		n int // columns
	}{{l.kernel, l.inputs}, {l.recurrent, l.hidden}} {
		rows, err := g.floats(l.node, part.v, s.direction*gates*part.n, gates*part.n)
		if err != nil {
			return c, err
		}
		c.Kernel = append(c.Kernel, regate(transpose(rows, part.n), l.hidden, onnxGates, ourGates)...)
	}
	both := make([]float32, 2*gates)
	if l.biases != nil {
		if both, err = g.floats(l.node, l.biases, s.direction*2*gates, 2*gates); err != nil {
			return c, err
		}
	}
	for k := range gates {
		both[k] += both[gates+k]
	}
	c.Bias = regate(both[:gates], l.hidden, onnxGates, ourGates)
	return c, nil
}

// output returns the matrix of the output layer, with its rows in the order
// of the states.
func (g *graph) output(p *product, units []hidden, states []state) ([]float32, error) {
	if err := g.mayHold(p.rows * p.columns); err != nil {
		return nil, err
	}
	matrix, err := g.floats(p.node, p.w, 0, p.rows*p.columns)
	if err != nil {
		return nil, err
	}
	rows := map[hidden]int{}
	for row, u := range units {
		rows[u] = row
	}
	var out []float32
	for _, s := range states {
		for unit := range s.l.hidden {
			row, ok := rows[hidden{s, unit}]
			if !ok || len(units) != 2*s.l.hidden {
				return nil, fmt.Errorf("%v reads %d hidden units; want each of %d of both directions once", p, len(units), s.l.hidden)
			}
			out = append(out, matrix[row*p.columns:][:p.columns]...)
		}
	}
	return out, nil
}

// floats returns n elements of a value, which must be finite constants.
func (g *graph) floats(node string, v *value, from, n int) ([]float32, error) {
	if err := g.spend(n, v.cost); err != nil {
		return nil, err
	}
	out := make([]float32, n)
	for k := range out {
		e := v.at(from + k)
		if e.origin != nil || !v.float {
			return nil, fmt.Errorf("a weight of %s is not a float32 constant, but computed from %v", node, e)
		}
		if !isFinite(e) {
			return nil, fmt.Errorf("a weight of %s is %v; it must be a finite number", node, e.float())
		}
		out[k] = e.float()
	}
	return out, nil
}
