package mnist

import (
	"fmt"
	"strings"
)

// CorruptError reports that a file is not the original MNIST file: it is truncated, corrupt, or from another data set such as
// Fashion-MNIST.
type CorruptError struct {
	File string // its path
	Err  error  // what is wrong with its content
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("mnist: %s is not the original MNIST file: %v", e.File, e.Err)
}

func (e *CorruptError) Unwrap() error { return e.Err }

// MissingError reports the files that are missing in a directory given by the caller or by MNIST_DIR.
type MissingError struct {
	Dir   string
	Files []string // names without .gz
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("mnist: %s lacks %s (with or without .gz); put the files there, or name no directory (and unset MNIST_DIR) "+
		"to have them fetched", e.Dir, strings.Join(e.Files, ", "))
}

// UnavailableError reports that a file is not in the cache and no source provided it.
type UnavailableError struct {
	File    string  // its name
	Dir     string  // the cache, where it can be put by hand
	Reasons []error // one for each source
}

// Error lists the reasons, one per line.
func (e *UnavailableError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "mnist: no source provided %s:\n", e.File)
	for _, reason := range e.Reasons {
		fmt.Fprintf(&b, "  %s\n", strings.TrimPrefix(reason.Error(), "mnist: "))
	}
	fmt.Fprintf(&b, "check the network, or put the four files of MNIST (with or without .gz) into %s, or into a directory that MNIST_DIR names", e.Dir)
	return b.String()
}

// Unwrap returns the reasons.
func (e *UnavailableError) Unwrap() []error { return e.Reasons }
