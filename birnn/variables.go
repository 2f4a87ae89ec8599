package birnn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/easy-gomlx/tutorials/birnn/internal/safetensors"
)

// dtypeNames are the types of variables, as a checkpoint names them.
var dtypeNames = map[dtypes.DType]string{
	dtypes.Bool:  "BOOL",
	dtypes.Uint8: "U8", dtypes.Uint16: "U16", dtypes.Uint32: "U32", dtypes.Uint64: "U64",
	dtypes.Int8: "I8", dtypes.Int16: "I16", dtypes.Int32: "I32", dtypes.Int64: "I64",
	dtypes.Float16: "F16", dtypes.BFloat16: "BF16", dtypes.Float32: "F32", dtypes.Float64: "F64",
	dtypes.Complex64: "C64",
}

// variableArrays returns the values of all variables: the network's, the
// optimizer's and the state of the random numbers.
func (m *Model) variableArrays() (arrays []safetensors.Array, err error) {
	for v := range m.store.IterVariables() {
		value, err := v.Value()
		if err != nil {
			return nil, fmt.Errorf("reading variable %q: %w", v.Path(), err)
		}
		a := safetensors.Array{Name: arrayName(v), DType: dtypeNames[v.DType()], Shape: v.Shape().Dimensions}
		if err := value.ConstBytes(func(data []byte) { a.Data = slices.Clone(data) }); err != nil {
			return nil, fmt.Errorf("reading variable %q: %w", v.Path(), err)
		}
		if err := checkWeights(v, a); err != nil {
			return nil, err
		}
		arrays = append(arrays, a)
	}
	return arrays, nil
}

func arrayName(v *model.Variable) string { return strings.TrimPrefix(v.Path(), "/") }

// checkWeights returns an error if a trainable variable is not finite.
func checkWeights(v *model.Variable, a safetensors.Array) (err error) {
	switch {
	case !v.Trainable:
	case a.DType == "F32":
		_, err = safetensors.Values[float32](a)
	case a.DType == "F64":
		_, err = safetensors.Values[float64](a)
	}
	return err
}

// restore sets the model to what was saved. The error is a [*CheckpointError].
func (m *Model) restore(c *saved) error {
	if err := m.setVariables(c.variables); err != nil {
		return &CheckpointError{File: c.file, Err: err}
	}
	m.step, m.history, m.examples = c.Step, c.history, c.Examples
	m.lastSaved = savedAs{c.file, c.Step}
	return nil
}

// setVariables sets all variables, after checking that they are those of the
// network.
func (m *Model) setVariables(arrays []safetensors.Array) error {
	left := make(map[string]safetensors.Array, len(arrays))
	for _, a := range arrays {
		left[a.Name] = a
	}
	for v := range m.store.IterVariables() {
		a, ok := left[arrayName(v)]
		if !ok {
			return fmt.Errorf("the network has a variable %q, the checkpoint has none: another network was trained", arrayName(v))
		}
		if a.DType != dtypeNames[v.DType()] || !slices.Equal(a.Shape, v.Shape().Dimensions) {
			return fmt.Errorf("variable %q is %s%v in the network and %s%v in the checkpoint: another network was trained",
				a.Name, dtypeNames[v.DType()], v.Shape().Dimensions, a.DType, a.Shape)
		}
		if err := checkWeights(v, a); err != nil {
			return err
		}
		delete(left, a.Name)
	}
	for name := range left {
		return fmt.Errorf("the checkpoint has a variable %q, the network has none: another network was trained", name)
	}
	for _, a := range arrays {
		v := m.store.GetVariable("/" + a.Name)
		value := tensors.FromShape(shapes.Make(v.DType(), a.Shape...))
		if err := value.MutableBytes(func(data []byte) { copy(data, a.Data) }); err != nil {
			return fmt.Errorf("setting variable %q: %w", a.Name, err)
		}
		if err := v.SetValue(value); err != nil {
			return fmt.Errorf("setting variable %q: %w", a.Name, err)
		}
	}
	return nil
}
