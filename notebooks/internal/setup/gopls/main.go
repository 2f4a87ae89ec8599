// Command gopls runs the real gopls, the next one on PATH, only while names are completed or looked up.
//
// The Go kernel runs a gopls for each open notebook. It loads all packages that the notebook imports, which takes some 800 MB even if it is
// never used, and it survives when the kernel is killed. This program takes its place: it answers the kernel's initialize request itself,
// keeps track of the open files, starts the real gopls at the first request, stops it when there have been none for a while, and exits when
// the kernel closes the connection. With arguments other than the kernel's, it executes the real gopls.
package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// The real gopls stops after this long without a request; GOPLS_IDLE, such as 30s, changes it.
const defaultIdle = time.Minute

// The kernel connects within half a minute, or never.
const connectTimeout = time.Minute

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gopls:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	program, err := next()
	if err != nil {
		return err
	}
	socket := ""
	if len(args) == 2 && args[0] == "-listen" {
		socket, _ = strings.CutPrefix(args[1], "unix;")
	}
	if !filepath.IsAbs(socket) {
		return syscall.Exec(program, append([]string{program}, args...), os.Environ())
	}
	idle := defaultIdle
	if text := os.Getenv("GOPLS_IDLE"); text != "" {
		if idle, err = time.ParseDuration(text); err != nil {
			return fmt.Errorf("GOPLS_IDLE: %w", err)
		}
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		return err
	}
	if err := listener.SetDeadline(time.Now().Add(connectTimeout)); err != nil {
		return err
	}
	kernel, err := listener.Accept()
	listener.Close()
	if err != nil {
		return err
	}
	return serve(kernel, func() *exec.Cmd {
		command := exec.Command(program)
		command.Env = append(os.Environ(), "GOMEMLIMIT=") // a limit meant for cells makes gopls very slow
		return command
	}, idle)
}

// next is the first gopls on PATH that is not this program.
func next() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	own, err := os.Stat(self)
	if err != nil {
		return "", err
	}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		file := filepath.Join(dir, "gopls")
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 && !os.SameFile(info, own) {
			return file, nil
		}
	}
	return "", errors.New("there is no other gopls on PATH")
}
