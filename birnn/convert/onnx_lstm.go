package convert

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// onnxGates is the order of the gates in the weights of ONNX's LSTM.
const onnxGates = "iofj"

// input is the origin of the elements of the network's input: sequences of n
// numbers each.
type input struct {
	name string
	n    int
}

func (in *input) String() string { return fmt.Sprintf("the input %q", in.name) }

// lstmNode is an LSTM node, the origin of the elements of its output Y:
// [steps, directions, batch, hidden].
type lstmNode struct {
	node                      string
	steps                     []int // which time step of the network's input each of the node's is
	inputs, hidden, batch     int
	directions                []bool // of each, whether it is reversed
	kernel, recurrent, biases *value // biases may be nil
}

func (l *lstmNode) String() string { return "the hidden states of " + l.node }

// cellState is the origin of the elements of an LSTM's cell state.
type cellState struct{ l *lstmNode }

func (s *cellState) String() string { return "the cell state of " + s.l.node }

func lstmOp(c *call) ([]*value, error) {
	l, err := newLSTM(c)
	if err != nil {
		return nil, err
	}
	if err := c.mayHold(l.kernel.size() + l.recurrent.size()); err != nil {
		return nil, err
	}
	if err := c.zeroState(l); err != nil {
		return nil, err
	}
	if err := c.readSteps(l); err != nil {
		return nil, err
	}
	d, b, h := len(l.directions), l.batch, l.hidden
	y, err := c.value(true, []int{len(l.steps), d, b, h}, 0, func(k int) element { return element{l, k} })
	if err != nil {
		return nil, err
	}
	// The hidden state in the end is the part of Y that was computed last.
	last, err := c.value(true, []int{d, b, h}, 0, func(k int) element {
		if !l.directions[k/(b*h)] {
			k += (len(l.steps) - 1) * d * b * h
		}
		return element{l, k}
	})
	if err != nil {
		return nil, err
	}
	cell, err := c.value(true, last.dims, 0, func(k int) element { return element{&cellState{l}, k} })
	return []*value{y, last, cell}, err
}

// newLSTM returns what an LSTM node computes, if that is what [birnn.Config]
// can say.
func newLSTM(c *call) (*lstmNode, error) {
	x, w, r := c.input(0), c.input(1), c.input(2)
	l := &lstmNode{node: c.String(), batch: c.batch, kernel: w, recurrent: r}
	switch d := c.text("direction", "forward"); d {
	case "forward":
		l.directions = []bool{false}
	case "reverse":
		l.directions = []bool{true}
	case "bidirectional":
		l.directions = []bool{false, true}
	default:
		c.fail("its direction is %q", d)
	}
	d := len(l.directions)
	want := strings.Repeat("sigmoid tanh tanh ", d)
	if got := c.texts("activations"); got != nil && strings.ToLower(strings.Join(got, " "))+" " != want {
		c.fail("its activations are %q; only Sigmoid, Tanh, Tanh can be read", got)
	}
	c.must("input_forget", 0)
	c.must("layout", 0)
	if c.has(4) {
		c.fail("it reads sequence lengths; only sequences of one length can be read")
	}
	if c.has(7) {
		c.fail("it has peephole weights, which the network does not have")
	}
	if len(x.dims) != 3 || len(w.dims) != 3 || len(r.dims) != 3 || x.size() == 0 || r.size() == 0 {
		c.fail("its inputs have dimensions %v, %v and %v; want three each, none of them zero", x.dims, w.dims, r.dims)
		return nil, c.err
	}
	l.inputs, l.hidden = x.dims[2], r.dims[2]
	c.must("hidden_size", l.hidden)
	if x.dims[1] != c.batch {
		c.fail("its input has dimensions %v, with a batch of %d: want [time steps, batch, inputs]; in PyTorch, use batch_first=True", x.dims, c.batch)
	}
	if !slices.Equal(w.dims, []int{d, 4 * l.hidden, l.inputs}) || !slices.Equal(r.dims, []int{d, 4 * l.hidden, l.hidden}) {
		c.fail("its weights have dimensions %v and %v", w.dims, r.dims)
	}
	if c.has(3) {
		if l.biases = c.in[3]; !slices.Equal(l.biases.dims, []int{d, 8 * l.hidden}) {
			c.fail("its biases have dimensions %v", l.biases.dims)
		}
	}
	return l, c.err
}

// zeroState checks that the node starts from zeros.
func (c *call) zeroState(l *lstmNode) error {
	for k := 5; k <= 6; k++ {
		if !c.has(k) {
			continue
		}
		v := c.in[k]
		if !slices.Equal(v.dims, []int{len(l.directions), l.batch, l.hidden}) {
			return fmt.Errorf("its initial state has dimensions %v", v.dims)
		}
		if err := c.spend(v.size(), v.cost); err != nil {
			return err
		}
		for i := range v.size() {
			if e := v.at(i); e.origin != nil || e.float() != 0 {
				return errors.New("its initial state is not zero; that of the network is")
			}
		}
	}
	return nil
}

// readSteps notes which time step of the network's input each of the node's
// is, and checks that nothing else is read.
func (c *call) readSteps(l *lstmNode) error {
	x := c.in[0]
	if err := c.spend(x.size(), x.cost); err != nil {
		return err
	}
	if err := c.keep(x.dims[0]); err != nil {
		return err
	}
	for k := range x.size() {
		step, b, i := k/(l.batch*l.inputs), k/l.inputs%l.batch, k%l.inputs
		e := x.at(k)
		in, ok := e.origin.(*input)
		switch {
		case !ok:
			return fmt.Errorf("it reads %v; only networks of one LSTM layer, which reads the input, can be read", e)
		case in.n%l.inputs != 0:
			return fmt.Errorf("it reads %d numbers at each time step, of sequences of %d numbers", l.inputs, in.n)
		}
		if b == 0 && i == 0 {
			l.steps = append(l.steps, e.n/l.inputs)
		}
		if e.n != b*in.n+l.steps[step]*l.inputs+i {
			return errors.New("its input is not the network's, [batch, time steps, inputs], one time step after the other; " +
				"in PyTorch, use batch_first=True")
		}
	}
	return nil
}
