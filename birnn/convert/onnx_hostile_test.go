package convert

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/convert/internal/onnx"
	"github.com/easy-gomlx/tutorials/birnn/internal/memtest"
)

// chain inserts operations before a node, each on the result of the one before
// it, and the first on the node's input k.
func (m onnxEdits) chain(n int, before string, k int, operation func(in string) onnx.Node) {
	at := slices.IndexFunc(m.Graph.Nodes, func(n onnx.Node) bool { return n.Name == before })
	in := m.Graph.Nodes[at].Inputs[k]
	var nodes []onnx.Node
	for i := range n {
		node := operation(in)
		in = fmt.Sprintf("chain %d before %s", i, before)
		node.Outputs = []string{in}
		nodes = append(nodes, node)
	}
	m.Graph.Nodes[at].Inputs[k] = in
	m.Graph.Nodes = slices.Insert(m.Graph.Nodes, at, nodes...)
}

// expanded makes a constant of any size from one number.
func (m onnxEdits) expanded(before string, k int, dims ...int64) {
	name := fmt.Sprint(before, k)
	m.insert(before, onnx.Node{Op: "Expand", Outputs: []string{name},
		Inputs: []string{m.add(onnx.FloatTensor(name+" one", []float32{1})), m.add(onnx.IntTensor(name+" dims", dims...))}})
	m.node(before).Inputs[k] = name
}

// TestHostileONNX reads small files that claim much or take long to compute.
// Each is an error, without much memory.
func TestHostileONNX(t *testing.T) {
	reshape := func(m onnxEdits, dims ...int64) {
		m.between("Reshape", "logits", 0, m.add(onnx.IntTensor("dims", dims...)))
	}
	size := func(axis int, n int64) func(onnxEdits) {
		return func(m onnxEdits) { m.Graph.Inputs[0].Dims[axis].Size = n }
	}
	for _, tt := range []struct {
		name        string
		edit        func(m onnxEdits)
		where, want string
	}{
		{"an LSTM of 2 GiB", func(m onnxEdits) {
			const h = 1 << 13
			m.expanded("lstm", 1, 2, 4*h, 3)
			m.expanded("lstm", 2, 2, 4*h, h)
			m.expanded("lstm", 3, 2, 8*h)
			m.node("lstm").Attributes = m.node("lstm").Attributes[:1]
		}, "lstm", "the file has"},
		{"2^33 classes", func(m onnxEdits) {
			m.expanded("logits", 1, 8, 1<<33)
			m.node("logits").Inputs = m.node("logits").Inputs[:2]
		}, "probabilities", "the file has"},
		{"2^33 features", func(m onnxEdits) {
			wide := m.add(onnx.IntTensor("wide", 1<<30, 3, 8))
			m.chain(1, "logits", 0, func(in string) onnx.Node { return onnx.Node{Op: "Expand", Inputs: []string{in, wide}} })
			reshape(m, 3, -1)
			m.expanded("logits", 1, 1<<33, 6)
		}, "probabilities", "the file has"},
		{"2^30 sequences", size(0, 1<<30), "lstm", "operations"},
		{"2^62 sequences", size(0, 1<<62), "x", "too large"},
		{"the most sequences that a field can hold", size(0, math.MaxInt64), "x", "too large"},
		{"2^32 time steps", size(1, 1<<32), "lstm", "operations"},
		{"too many time steps", size(1, 1<<20), "probabilities", "Timesteps"},
		{"-1 sequences", size(0, -1), "x", "invalid"},
		{"-1 time steps", size(1, -1), "x", "no fixed size"},
		{"dimensions that overflow", func(m onnxEdits) { reshape(m, 1<<32, 1<<32) }, "inserted", "cannot become"},
		{"negative dimensions", func(m onnxEdits) { reshape(m, -3, -8) }, "inserted", "cannot become"},
		{"dimensions of zero", func(m onnxEdits) { reshape(m, 0, 0, 0) }, "inserted", "cannot become"},
		{"17 dimensions", func(m onnxEdits) { reshape(m, append([]int64{3, 8}, slices.Repeat([]int64{1}, 15)...)...) }, "inserted", "too large"},
		{"doubled 100 times", func(m onnxEdits) {
			m.chain(100, "logits", 0, func(in string) onnx.Node {
				return onnx.Node{Op: "Concat", Inputs: []string{in, in}, Attributes: []onnx.Attribute{intAttribute("axis", 0)}}
			})
		}, "chain", "too large"},
		{"a product of products", func(m onnxEdits) { // 2^1000 of them, unless each is computed once
			m.between("Reshape", "logits", 0, m.add(onnx.IntTensor("dims", 3)))
			m.chain(1000, "inserted", 1, func(in string) onnx.Node { return onnx.Node{Op: "Mul", Inputs: []string{in, in}} })
		}, "inserted", "cannot become"},
		{"many lists", func(m onnxEdits) {
			list := m.add(onnx.IntTensor("list", make([]int64, maxSmall)...))
			m.between("Reshape", "logits", 0, m.add(onnx.IntTensor("dims", 3)))
			m.chain(1000, "inserted", 1, func(in string) onnx.Node { return onnx.Node{Op: "Add", Inputs: []string{in, list}} })
		}, "chain", "too many sizes"},
		{"many moves of a long sequence", func(m onnxEdits) {
			m.Graph.Inputs[0].Dims[1].Size = 1 << 16
			m.chain(10000, "lstm", 0, func(in string) onnx.Node {
				return onnx.Node{Op: "Transpose", Inputs: []string{in}, Attributes: []onnx.Attribute{intsAttribute("perm", 0, 1, 2)}}
			})
		}, "lstm", "operations"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := onnxConfig(3, 5, 4, 6, birnn.FinalStates)
			m := modelOf(cfg, randomWeights(cfg))
			tt.edit(onnxEdits{&m})
			file := m.Encode()
			wantONNXError(t, m, tt.where, tt.want)
			memtest.Check(t, 64<<20+512*len(file), func() { ReadONNX(bytes.NewReader(file)) })
		})
	}
}

// TestReadONNXManyNodes: a graph may have ten thousands of nodes.
func TestReadONNXManyNodes(t *testing.T) {
	cfg := onnxConfig(3, 5, 4, 6, birnn.FinalStates)
	w := randomWeights(cfg)
	m := modelOf(cfg, w)
	onnxEdits{&m}.chain(10000, "logits", 0, func(in string) onnx.Node { return onnx.Node{Op: "Identity", Inputs: []string{in}} })
	onnxEdits{&m}.chain(10000, "probabilities", 0, func(in string) onnx.Node {
		return onnx.Node{Op: "Transpose", Inputs: []string{in}, Attributes: []onnx.Attribute{intsAttribute("perm", 0, 1)}}
	})
	wantONNX(t, m, cfg, w)
}

// FuzzReadONNX: whatever is read is an error about the file, or a network that
// is the same after it is written and read again.
func FuzzReadONNX(f *testing.F) {
	for _, readout := range readouts {
		cfg := onnxConfig(2, 2, 1, 2, readout)
		w := randomWeights(cfg)
		edits := []func(onnxEdits){func(onnxEdits) {}, onnxFinalForms["an initial state of zeros"], onnxFinalForms["reversed input"]}
		for _, edit := range edits[:1+2*int(readout)] {
			m := modelOf(cfg, w)
			m.Metadata = nil
			edit(onnxEdits{&m})
			f.Add(m.Encode())
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		cfg, w, err := ReadONNX(bytes.NewReader(file))
		var bad *Error
		if errors.As(err, &bad) {
			return
		}
		if err != nil {
			t.Fatalf("the error is %v, want an *Error", err)
		}
		var again bytes.Buffer
		if err := WriteONNX(&again, cfg, w); err != nil {
			t.Fatal(err)
		}
		gotCfg, got, err := ReadONNX(&again)
		if err != nil || gotCfg != cfg || !reflect.DeepEqual(got, w) {
			t.Fatalf("written and read again, the network is %+v, want %+v: %v", gotCfg, cfg, err)
		}
	})
}
