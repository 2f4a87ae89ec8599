package birnn

import (
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Weights are the trainable numbers of the built-in network, row-major, with
// I = NumInput, H = NumHidden and K = NumClasses.
type Weights struct {
	Forward, Backward CellWeights
	W, B              []float32 // [2*H, K] and [K]
}

// CellWeights are the weights of one direction's cell: Kernel is [I+H, 4*H], Bias is
// [4*H], with the gates in the order i, j, f, o of TensorFlow's BasicLSTMCell.
type CellWeights struct{ Kernel, Bias []float32 }

// weightField relates a field of Weights to its variable.
type weightField struct {
	name   string // as in Weights
	path   string // in the model's store
	values *[]float32
}

func (w *Weights) fields() []weightField {
	return []weightField{
		{"Forward.Kernel", "/fw/kernel", &w.Forward.Kernel},
		{"Forward.Bias", "/fw/bias", &w.Forward.Bias},
		{"Backward.Kernel", "/bw/kernel", &w.Backward.Kernel},
		{"Backward.Bias", "/bw/bias", &w.Backward.Bias},
		{"W", "/W", &w.W},
		{"B", "/b", &w.B},
	}
}

// Weights returns a copy of the weights. A network of your own has them if it
// uses the names of the built-in variables: fw/kernel, fw/bias, bw/kernel,
// bw/bias, W and b, all float32.
func (m *Model) Weights() (Weights, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return Weights{}, ErrClosed
	}
	return m.weights()
}

func (m *Model) weights() (w Weights, err error) {
	for _, f := range w.fields() {
		v := m.store.GetVariable(f.path)
		if v == nil {
			return Weights{}, fmt.Errorf("birnn: the network has no variable %q for Weights.%s", f.path, f.name)
		}
		values, err := valuesOf(v)
		if err != nil {
			return Weights{}, fmt.Errorf("birnn: %w", err)
		}
		*f.values = values
	}
	return w, nil
}

// valuesOf returns a copy of a variable's values.
func valuesOf(v *model.Variable) ([]float32, error) {
	value, err := v.Value()
	if err != nil {
		return nil, fmt.Errorf("reading variable %q: %w", v.Path(), err)
	}
	values, err := tensors.CopyFlatData[float32](value)
	if err != nil {
		return nil, fmt.Errorf("reading variable %q: %w", v.Path(), err)
	}
	return values, nil
}

// SetWeights replaces the weights with a copy of w. The optimizer's state stays
// as it is. If w is invalid, the error names the field, and the model is
// unchanged.
func (m *Model) SetWeights(w Weights) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	for _, f := range w.fields() {
		v := m.store.GetVariable(f.path)
		if v == nil {
			return fmt.Errorf("birnn: the network has no variable %q for Weights.%s", f.path, f.name)
		}
		if len(*f.values) != v.Shape().Size() {
			return fmt.Errorf("birnn: Weights.%s has %d values; %v takes %d", f.name, len(*f.values), v.Shape().Dimensions, v.Shape().Size())
		}
		if k := indexNotFinite(*f.values); k >= 0 {
			return fmt.Errorf("birnn: Weights.%s[%d] is %v; it must be a finite number", f.name, k, (*f.values)[k])
		}
	}
	for _, f := range w.fields() {
		v := m.store.GetVariable(f.path)
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(*f.values, v.Shape().Dimensions...)); err != nil {
			return fmt.Errorf("birnn: setting variable %q: %w", f.path, err)
		}
	}
	m.diverged, m.homeSaved = nil, false
	return nil
}
