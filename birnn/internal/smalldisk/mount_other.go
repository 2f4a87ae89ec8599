//go:build !linux

package smalldisk

import (
	"errors"
	"os/exec"
)

var errNotLinux = errors.New("it takes user namespaces, which only Linux has")

func isolate(*exec.Cmd) error { return errNotLinux }

func mount(string, int) error { return errNotLinux }

func protect(string) error { return errNotLinux }
