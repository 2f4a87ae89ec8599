package infer

import "github.com/easy-gomlx/tutorials/birnn/internal/kernel"

// layer has the shape of kernel.Layer, which will take its place.
type layer struct {
	i             kernel.Implementation
	input, hidden int
	kernel, bias  []float32
}

type run struct {
	Batch, Time int
	Steps       int
	Reversed    bool
	X           []float32
	H0, C0      []float32
	H, C        []float32
}

func newLayer(i kernel.Implementation, input, hidden int, kernel, bias []float32) (*layer, error) {
	return &layer{i, input, hidden, kernel, bias}, nil
}

func (l *layer) Run(r run) error {
	for k := range r.Batch {
		x := r.X[k*r.Time*l.input : (k+1)*r.Time*l.input]
		if r.Reversed {
			x = x[(r.Time-r.Steps)*l.input:]
		}
		h, c := make([]float32, l.hidden), make([]float32, l.hidden)
		f := kernel.Forward{Sizes: kernel.Sizes{Batch: 1, Time: r.Steps, Input: l.input, Hidden: l.hidden}, Reversed: r.Reversed,
			X: x[:r.Steps*l.input], Kernel: l.kernel, Bias: l.bias, HLast: h, CLast: c}
		if r.H0 != nil {
			f.H0, f.C0 = r.H0[k*l.hidden:(k+1)*l.hidden], r.C0[k*l.hidden:(k+1)*l.hidden]
		}
		if err := l.i.Forward(&f); err != nil {
			return err
		}
		copy(r.H[k*l.hidden:], h)
		copy(r.C[k*l.hidden:], c)
	}
	return nil
}
