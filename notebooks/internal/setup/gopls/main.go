// Command gopls stands before the real gopls, which is the next of that name on PATH, and starts it only while somebody completes or looks up a name.
//
// The Go kernel starts gopls with each notebook, for as long as it is open. There gopls reads all that the notebook imports, and holds some 800 MB even
// when nobody asks it anything; when the kernel is killed it stays. This program takes its place: it answers the kernel's greeting itself, remembers the
// open files, and begins the real one when the first question comes, and again after it has ended it for want of questions. It ends with the kernel's
// connection. Called in any other way than by the kernel, it is the real gopls.
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

// Without a question for this long the real gopls ends; GOPLS_IDLE, such as 30s, is another.
const defaultIdle = time.Minute

// The kernel connects within half a minute, or never.
const patience = time.Minute

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
	if err := listener.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	kernel, err := listener.Accept()
	listener.Close()
	if err != nil {
		return err
	}
	return serve(kernel, func() *exec.Cmd {
		command := exec.Command(program)
		command.Env = append(os.Environ(), "GOMEMLIMIT=") // a limit that is right for a cell makes gopls very slow
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
