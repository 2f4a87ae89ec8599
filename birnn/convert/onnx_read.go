package convert

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/convert/internal/onnx"
)

// ReadONNX reads what [WriteONNX] writes, and what torch.onnx.export writes for
// the same network in PyTorch.
//
// The graph maps sequences [batch, Timesteps, NumInput] to scores or
// probabilities [batch, NumClasses]. It may be any float32 graph of standard
// operators that computes them as the network does, however it selects the
// states that the output layer reads: ReadONNX traces how each value is
// computed. For any other graph the error is an [*Error], which names the node
// if there is one to blame.
//
// In the configuration ForgetBias is zero, because it is part of the biases,
// and the training settings are those of [birnn.DefaultConfig].
func ReadONNX(r io.Reader) (birnn.Config, birnn.Weights, error) {
	file, err := readAll(r, "ONNX")
	if err != nil {
		return birnn.Config{}, birnn.Weights{}, err
	}
	m, err := onnx.Decode(file)
	if err != nil {
		return birnn.Config{}, birnn.Weights{}, &Error{Format: "ONNX", Err: err}
	}
	cfg, w, err := readModel(m)
	if err != nil {
		return birnn.Config{}, birnn.Weights{}, err
	}
	return cfg, w, nil
}

// The versions of the standard operators that are understood.
const minOpset, maxOpset = 13, 28

func readModel(m onnx.Model) (cfg birnn.Config, w birnn.Weights, err error) {
	if err := checkModel(m); err != nil {
		return cfg, w, onnxError("", "%w", err)
	}
	name := m.Graph.Outputs[0].Name
	nodes, names := needed(m.Graph.Nodes, name)
	for _, n := range nodes {
		if operatorOf(n) == nil {
			return cfg, w, onnxError(nodeName(n), "this operator cannot be read; %s", whatIsRead)
		}
	}
	g := &graph{values: map[string]*value{"": nil}}
	in, err := g.begin(m.Graph, names)
	if err != nil {
		return cfg, w, err
	}
	for _, n := range nodes {
		if err := g.run(n); err != nil {
			return cfg, w, onnxError(nodeName(n), "%w", err)
		}
	}
	where := fmt.Sprintf("output %q", name)
	out := g.values[name]
	if out == nil {
		return cfg, w, onnxError(where, "nothing in the file computes it")
	}
	if cfg, w, err = g.network(in, out); err != nil {
		return cfg, w, onnxError(where, "%w", err)
	}
	return cfg, w, nil
}

// checkModel returns an error if a file is not one graph of one output of
// operators whose version is understood.
func checkModel(m onnx.Model) error {
	if len(m.Graph.Nodes) == 0 {
		return errors.New("it has no nodes, so it is no model")
	}
	opset := 0
	for _, o := range m.Opsets {
		if isStandard(o.Domain) {
			opset = int(o.Version)
		}
	}
	if opset < minOpset || opset > maxOpset {
		return fmt.Errorf("its opset is %d; versions %d to %d can be read: export with opset_version=17", opset, minOpset, maxOpset)
	}
	if m.Functions > 0 {
		return errors.New("it defines functions of its own, which cannot be read")
	}
	if n := len(m.Graph.Outputs); n != 1 {
		return fmt.Errorf("it has %d outputs; export a model that returns the scores of the classes alone", n)
	}
	return nil
}

func onnxError(where, format string, args ...any) error {
	return &Error{Format: "ONNX", Where: where, Err: fmt.Errorf(format, args...)}
}

// graph is a graph whose values are computed.
type graph struct {
	budget
	batch  int
	held   int // numbers in the file
	values map[string]*value
}

// mayHold returns an error if the file has fewer than n numbers, so that no
// memory is allocated for weights that are not there.
func (g *graph) mayHold(n int) error {
	if n > g.held {
		return fmt.Errorf("it takes %d weights, and the file has %d", n, g.held)
	}
	return nil
}

// begin defines the graph's input, and its constants that are needed.
func (g *graph) begin(file onnx.Graph, needed map[string]bool) (*input, error) {
	for _, t := range file.Initializers {
		g.held += len(t.Raw) / 4
	}
	for _, n := range file.Nodes {
		for _, a := range n.Attributes {
			g.held += len(a.Tensor.Raw) / 4
		}
	}
	g.left = maxCost + 8*g.held
	for _, t := range file.Initializers {
		if !needed[t.Name] {
			continue
		}
		where := fmt.Sprintf("initializer %q", t.Name)
		v, err := g.constant(t)
		if err != nil {
			return nil, onnxError(where, "%w", err)
		}
		if err := g.define(t.Name, v); err != nil {
			return nil, onnxError(where, "%w", err)
		}
	}
	// A constant may be listed as an input too.
	inputs := slices.DeleteFunc(slices.Clone(file.Inputs), func(v onnx.Value) bool { return !needed[v.Name] || g.values[v.Name] != nil })
	if len(inputs) != 1 {
		return nil, onnxError("", "its output is computed from %d inputs; want one, the sequences", len(inputs))
	}
	in, v, err := g.input(inputs[0])
	if err == nil {
		err = g.define(inputs[0].Name, v)
	}
	if err != nil {
		return nil, onnxError(fmt.Sprintf("input %q", inputs[0].Name), "%w", err)
	}
	return in, nil
}

// anyBatch is the batch for which a graph that takes any is read.
const anyBatch = 3

// input returns the graph's input, sequences whose batch comes first.
func (g *graph) input(in onnx.Value) (*input, *value, error) {
	if in.Type != onnx.Float32 {
		return nil, nil, fmt.Errorf("it is %v; want float32", in.Type)
	}
	if len(in.Dims) < 2 {
		return nil, nil, fmt.Errorf("it has %d dimensions; want [batch, time steps, inputs]", len(in.Dims))
	}
	dims := []int{anyBatch}
	if in.Dims[0].Size != 0 {
		dims[0] = int(in.Dims[0].Size)
	}
	for axis, d := range in.Dims[1:] {
		if d.Size <= 0 {
			return nil, nil, fmt.Errorf("its dimension %d has no fixed size, and a network reads sequences of one length: "+
				"export with a dynamic batch alone, such as dynamic_axes={%q: {0: \"batch\"}}", axis+1, in.Name)
		}
		dims = append(dims, int(d.Size))
	}
	g.batch = dims[0]
	origin := &input{in.Name, sizeOf(dims[1:])}
	v, err := g.value(true, dims, 0, func(k int) element { return element{origin, k} })
	return origin, v, err
}

func (g *graph) define(name string, v *value) error {
	if g.values[name] != nil {
		return fmt.Errorf("the name %q is used twice", name)
	}
	g.values[name] = v
	return nil
}

// needed returns the nodes and the names of the values that a value is
// computed from. A node that comes before one of those that it reads, as in a
// cycle, lacks that input.
func needed(nodes []onnx.Node, value string) (list []onnx.Node, names map[string]bool) {
	names = map[string]bool{value: true}
	for _, n := range slices.Backward(nodes) {
		if slices.ContainsFunc(n.Outputs, func(name string) bool { return names[name] }) {
			list = append(list, n)
			for _, name := range n.Inputs {
				names[name] = name != ""
			}
		}
	}
	slices.Reverse(list)
	return list, names
}

// operatorOf returns a node's operator, or nil if it is not understood.
func operatorOf(n onnx.Node) operator {
	for _, operators := range []map[string]operator{movers, shapers, layers} {
		if compute := operators[n.Op]; compute != nil && isStandard(n.Domain) {
			return compute
		}
	}
	return nil
}

// isStandard returns whether a domain is that of the standard operators.
func isStandard(domain string) bool { return domain == "" || domain == "ai.onnx" }

// run computes the outputs of a node whose operator is understood.
func (g *graph) run(n onnx.Node) error {
	c := &call{graph: g, node: n, used: map[string]bool{}}
	for _, name := range n.Inputs {
		v, ok := g.values[name]
		if !ok {
			return fmt.Errorf("its input %q is computed by no node before it", name)
		}
		c.in = append(c.in, v)
	}
	out, err := operatorOf(n)(c)
	if c.err != nil {
		err = c.err
	}
	if err != nil {
		return err
	}
	if name, found := c.unusedAttribute(); found {
		return fmt.Errorf("its attribute %s cannot be read", name)
	}
	for k, name := range n.Outputs {
		if name == "" {
			continue
		}
		if k >= len(out) {
			return fmt.Errorf("it has %d outputs, want %d", len(n.Outputs), len(out))
		}
		if err := g.define(name, out[k]); err != nil {
			return err
		}
	}
	return nil
}
