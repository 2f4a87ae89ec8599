package setup

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
)

// limit is something that this machine has too little of.
type limit struct {
	errnos []syscall.Errno
	signs  []string // how programs tell of it, in lower case
	advice string
}

var limits = []limit{
	{
		[]syscall.Errno{syscall.ENOSPC}, []string{"no space left"},
		"the disk is full (a set-up needs about 2 GB); make room, or set EASY_GOMLX_CACHE to a directory on another disk",
	}, {
		[]syscall.Errno{syscall.EDQUOT}, []string{"disk quota"},
		"your disk quota is used up (a set-up needs about 2 GB); make room, or set EASY_GOMLX_CACHE to a directory elsewhere",
	}, {
		[]syscall.Errno{syscall.EROFS}, []string{"read-only file system"},
		"the disk can't be written to; set EASY_GOMLX_CACHE to a directory that can",
	}, {
		[]syscall.Errno{syscall.EAGAIN}, []string{"resource temporarily unavailable", "can't start new thread", "failed to create new os thread", "pthread_create"},
		"no more processes or threads may be started; end some, or raise the limit (ulimit -u; in a container --pids-limit)",
	},
}

// limitError is an error with what to do about it.
type limitError struct {
	advice string
	err    error
}

func (e *limitError) Error() string { return fmt.Sprintf("%s: %v", e.advice, e.err) }
func (e *limitError) Unwrap() error { return e.err }

// Explain adds what to do to an error of this machine, such as a full disk, and returns any other as it is.
func Explain(err error) error {
	var explained *limitError
	if err == nil || errors.As(err, &explained) {
		return err
	}
	text := err.Error()
	var command *CommandError
	if errors.As(err, &command) {
		text += command.Output
	}
	text = strings.ToLower(text)
	for _, l := range limits {
		is := slices.ContainsFunc(l.errnos, func(errno syscall.Errno) bool { return errors.Is(err, errno) })
		if is || slices.ContainsFunc(l.signs, func(sign string) bool { return strings.Contains(text, sign) }) {
			return &limitError{l.advice, err}
		}
	}
	return err
}
