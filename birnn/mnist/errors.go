package mnist

import (
	"errors"
	"fmt"
	"strings"

	"github.com/easy-gomlx/tutorials/birnn/internal/fetch"
)

// FormatError tells that a file is not the IDX file that its name promises: cut off, too long, of another kind or size, or
// no IDX file at all.
type FormatError struct {
	File   string // its path
	Reason string
	Err    error // of reading or unpacking it; may be nil
}

func (e *FormatError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("mnist: %s: %s: %v", e.File, e.Reason, e.Err)
	}
	return fmt.Sprintf("mnist: %s: %s", e.File, e.Reason)
}

func (e *FormatError) Unwrap() error { return e.Err }

// DigestError tells that a file has the form of MNIST's but other content: it is damaged, or of another data set such as
// Fashion-MNIST.
type DigestError struct {
	File      string
	Want, Got string // SHA-256 of the unpacked file, in hexadecimal
}

func (e *DigestError) Error() string {
	return fmt.Sprintf("mnist: %s is not the original MNIST file: its SHA-256 (unpacked) is %s, the original's is %s; "+
		"replace it, or name another folder", e.File, e.Got, e.Want)
}

// MissingError tells which files a folder lacks that was named by the caller or by MNIST_DIR.
type MissingError struct {
	Dir   string
	Files []string // names without .gz
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("mnist: the folder %s lacks %s (with or without .gz); put the files there, "+
		"or name no folder (and unset MNIST_DIR) to have them fetched", e.Dir, strings.Join(e.Files, ", "))
}

// UnavailableError tells that a file is not in the cache and could be had from nowhere.
type UnavailableError struct {
	File    string  // its name
	Dir     string  // the cache, where it can be put by hand
	Reasons []error // one for each place
}

// Error lists the reasons, each on a line of its own.
func (e *UnavailableError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "mnist: could not get %s:\n", e.File)
	for _, reason := range e.Reasons {
		for _, line := range reasonLines(reason) {
			fmt.Fprintf(&b, "  %s\n", line)
		}
	}
	fmt.Fprintf(&b, "check the network, or put the four files of MNIST (.gz or unpacked) into %s, or into a folder that MNIST_DIR names", e.Dir)
	return b.String()
}

// reasonLines gives the lines for one reason: the failures of a download are told one by one.
func reasonLines(reason error) []string {
	var download *fetch.Error
	if !errors.As(reason, &download) {
		return []string{strings.TrimPrefix(reason.Error(), "mnist: ")}
	}
	var lines []string
	for _, f := range download.Failures {
		lines = append(lines, fmt.Sprintf("%s: %v", f.URL, f.Err))
	}
	return lines
}

// Unwrap gives the reasons.
func (e *UnavailableError) Unwrap() []error { return e.Reasons }
