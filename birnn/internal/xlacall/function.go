package xlacall

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// target is the name by which XLA knows the handler of all operations. Only tests change it.
var target = "easy_gomlx_operation"

// maxBuffers is how many operands or results the handler can pass.
const maxBuffers = 32

// function is one that returns its first parameters.
type function struct {
	parameters, types []string // types as StableHLO writes them
	results           []string // types
	tensors           []Tensor // of the parameters
	indentation       string
}

var (
	header    = regexp.MustCompile(`^ *func\.func @\w+\(([^()]*)\) -> (\(([^()]*)\)|[^()]*) \{$`)
	statement = regexp.MustCompile(`^( *)"stablehlo\.return"\(([^()]*)\) : \(([^()]*)\) -> \(\)$`)
	tensor    = regexp.MustCompile(`^tensor<((?:\d+x)*)([a-z]\w*)>$`)
)

func parseFunction(head, body string) (*function, error) {
	h, s := header.FindStringSubmatch(head), statement.FindStringSubmatch(body)
	if h == nil || s == nil {
		return nil, fmt.Errorf("unrecognized function: %.200s", head)
	}
	f := &function{indentation: s[1]}
	for _, parameter := range splitList(h[1]) {
		name, typ, _ := strings.Cut(parameter, ": ")
		t, err := parseTensor(typ)
		if err != nil {
			return nil, err
		}
		f.parameters = append(f.parameters, name)
		f.types = append(f.types, typ)
		f.tensors = append(f.tensors, t)
	}
	results := h[2]
	if h[3] != "" {
		results = h[3]
	}
	f.results = splitList(results)
	m := len(f.results)
	switch {
	case m > len(f.types) || !slices.Equal(f.results, f.types[:m]) || !slices.Equal(splitList(s[2]), f.parameters[:m]) || s[3] != strings.Join(f.results, ", "):
		return nil, errors.New("it does not return its first parameters")
	case len(f.types) > maxBuffers:
		return nil, fmt.Errorf("%d parameters; at most %d are supported", len(f.types), maxBuffers)
	}
	return f, nil
}

func splitList(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ", ")
}

func parseTensor(s string) (Tensor, error) {
	m := tensor.FindStringSubmatch(s)
	if m == nil {
		return Tensor{}, fmt.Errorf("unrecognized type: %.200s", s)
	}
	t := Tensor{DType: m[2], Dims: []int{}}
	for d := range strings.SplitSeq(strings.TrimSuffix(m[1], "x"), "x") {
		if d == "" {
			continue // a scalar
		}
		n, err := strconv.Atoi(d)
		if err != nil {
			return Tensor{}, err
		}
		t.Dims = append(t.Dims, n)
	}
	return t, nil
}

// call returns a body that calls an operation on the operands and returns its
// results, or the parameter for a result that isn't used.
func (f *function) call(op *installed, used []bool) (string, error) {
	m := len(f.results)
	operands := f.tensors[m:]
	options, scratch, err := op.Plan(operands, f.tensors[:m], used)
	if err != nil {
		return "", err
	}
	var mask int64
	types, tensors, returned := []string{}, []Tensor{}, slices.Clone(f.parameters[:m])
	for k := range returned {
		if used[k] {
			returned[k] = fmt.Sprintf("%%operation.results#%d", len(types))
			types, tensors = append(types, f.types[k]), append(tensors, f.tensors[k])
			mask |= 1 << k
		}
	}
	hasScratch := int64(0)
	if scratch > 0 {
		hasScratch = 1
		types, tensors = append(types, fmt.Sprintf("tensor<%dxi8>", scratch)), append(tensors, Tensor{"i8", []int{scratch}})
	}
	options = append([]int64{int64(op.index), int64(m), mask, hasScratch}, options...)
	return fmt.Sprintf(`%s%%operation.results:%d = "stablehlo.custom_call"(%s) { call_target_name = "%s", api_version = 4 : i32, has_side_effect = false, `+
		"backend_config = {options = array<i64: %s>}, operand_layouts = [%s], result_layouts = [%s] } : (%s) -> (%s)\n"+
		`%s"stablehlo.return"(%s) : (%s) -> ()`,
		f.indentation, len(types), strings.Join(f.parameters[m:], ", "), target,
		joinInts(options), layouts(operands), layouts(tensors), strings.Join(f.types[m:], ", "), strings.Join(types, ", "),
		f.indentation, strings.Join(returned, ", "), strings.Join(f.results, ", ")), nil
}

// layouts returns row-major layouts. Without them XLA may choose others, as it
// does on several devices.
func layouts(tensors []Tensor) string {
	all := make([]string, len(tensors))
	for k, t := range tensors {
		order := make([]int, len(t.Dims))
		for d := range order {
			order[d] = len(order) - 1 - d
		}
		all[k] = fmt.Sprintf("dense<[%s]> : tensor<%dxindex>", joinInts(order), len(order))
		if len(order) == 0 {
			all[k] = "dense<> : tensor<0xindex>"
		}
	}
	return strings.Join(all, ", ")
}

func joinInts[T int | int64](values []T) string {
	s := make([]string, len(values))
	for k, v := range values {
		s[k] = strconv.FormatInt(int64(v), 10)
	}
	return strings.Join(s, ", ")
}
