package convert

import "fmt"

// Error reports that a network cannot be converted, and why.
type Error struct {
	Format string // the file's: "ONNX", "PyTorch" or "Keras"
	Where  string // the part of the file, such as `tensor "lstm.bias_ih_l0"`; empty for the file as a whole
	Err    error  // the reason, and what to do if there is something
}

func (e *Error) Error() string {
	if e.Where == "" {
		return fmt.Sprintf("convert: %s: %v", e.Format, e.Err)
	}
	return fmt.Sprintf("convert: %s: %s: %v", e.Format, e.Where, e.Err)
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }
