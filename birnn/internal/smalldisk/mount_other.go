//go:build !linux

package smalldisk

import (
	"errors"
	"os/exec"
)

var errNotHere = errors.New("this system has no user namespaces")

func isolate(*exec.Cmd) error { return errNotHere }

func mount(string, int) error { return errNotHere }

func protect(string) error { return errNotHere }
