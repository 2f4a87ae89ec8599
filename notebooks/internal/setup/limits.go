package setup

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/easy-gomlx/tutorials/birnn/pyenv"
)

// limits are the resources that the machine may run out of.
var limits = []struct {
	signs  []string // in errors and in the output of programs, in lower case
	advice string
}{
	{
		[]string{"no space left"},
		"the disk is full (the setup needs about 2 GB); free some space, or set EASY_GOMLX_CACHE to a directory on another disk",
	}, {
		[]string{"disk quota"},
		"your disk quota is exceeded (the setup needs about 2 GB); free some space, or set EASY_GOMLX_CACHE to a directory elsewhere",
	}, {
		[]string{"read-only file system"},
		"the file system is read-only; set EASY_GOMLX_CACHE to a writable directory",
	}, {
		[]string{"resource temporarily unavailable", "can't start new thread", "failed to create new os thread", "pthread_create"},
		"too many processes or threads; end some, or raise the limit (ulimit -u; in a container --pids-limit)",
	},
}

// limitError is an error with advice.
type limitError struct {
	advice string
	err    error
}

func (e *limitError) Error() string { return fmt.Sprintf("%s: %v", e.advice, e.err) }
func (e *limitError) Unwrap() error { return e.err }

// Explain adds advice to an error that is due to a limit of the machine, such as a full disk, and returns other errors unchanged.
func Explain(err error) error {
	var explained *limitError
	if err == nil || errors.As(err, &explained) {
		return err
	}
	text := err.Error()
	var python *pyenv.Error
	if errors.As(err, &python) {
		text += python.Output
	}
	var command *CommandError
	if errors.As(err, &command) {
		text += command.Output
	}
	text = strings.ToLower(text)
	for _, l := range limits {
		if slices.ContainsFunc(l.signs, func(sign string) bool { return strings.Contains(text, sign) }) {
			return &limitError{l.advice, err}
		}
	}
	return err
}
