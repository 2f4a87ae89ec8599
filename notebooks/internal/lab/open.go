// Package lab opens JupyterLab on a notebook or their list, or runs a notebook without it.
package lab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
)

// DefaultPort is the port that JupyterLab listens on, unless it is in use.
const DefaultPort = 8888

// Session is a JupyterLab server for one user, on this machine only.
type Session struct {
	File      string // a notebook, or Markdown, to open; the file browser shows its directory
	Port      int    // 0 means DefaultPort, or the next one that is free
	NoBrowser bool
}

// Open runs JupyterLab until ctx is done or the user shuts it down from its
// menu.
func Open(ctx context.Context, s *setup.Setup, session Session) error {
	port, retries := session.Port, "0"
	if port == 0 {
		port, retries = DefaultPort, "50"
		if PortFree(port) != nil {
			s.Console.Say("port %d is in use; JupyterLab will use the next free one (or choose one with -port)", port)
		}
	} else if err := PortFree(port); err != nil {
		return err
	}
	file, err := filepath.Abs(session.File)
	if err != nil {
		return err
	}
	if _, err := os.Stat(file); err != nil {
		return err
	}
	args := []string{"-m", "jupyterlab",
		"--ServerApp.root_dir=" + filepath.Dir(file),
		"--LabApp.default_url=/lab/tree/" + url.PathEscape(filepath.Base(file)),
		"--ServerApp.ip=localhost",
		"--ServerApp.port=" + strconv.Itoa(port),
		"--ServerApp.port_retries=" + retries,
		"--ServerApp.log_level=WARN", "--LabApp.log_level=WARN",
	}
	if session.NoBrowser {
		args = append(args, "--no-browser")
	}
	if os.Geteuid() == 0 { // usual in a container
		args = append(args, "--allow-root")
	}
	cmd := exec.Command(s.Jupyter().Python(), args...)
	cmd.Dir = filepath.Dir(file)
	cmd.Env = append(os.Environ(), s.Environ()...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	s.Console.Done("starting JupyterLab on %s; press Ctrl-C here to stop it", file)
	err = runGroup(ctx, cmd, syscall.SIGTERM, 15*time.Second)
	if ctx.Err() != nil {
		s.Console.Done("JupyterLab has stopped; saved work is kept")
		return nil
	}
	var ran *exec.ExitError
	if err != nil && !errors.As(err, &ran) {
		return fmt.Errorf("start JupyterLab: %w", setup.Explain(err))
	}
	if err != nil {
		return fmt.Errorf("JupyterLab failed, as shown above: %w; \"%s -doctor\" looks for the cause", err, setup.Command())
	}
	return nil
}

// PortFree returns an error if JupyterLab cannot listen on a port.
func PortFree(port int) error {
	if port < 1 || port > 65535 {
		return fmt.Errorf("port %d does not exist; choose one from 1024 to 65535 with -port", port)
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("port %d is in use; choose another with -port", port)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("port %d is reserved for the system; choose one above 1023 with -port", port)
	case err != nil:
		return fmt.Errorf("port %d: %w", port, err)
	}
	return l.Close()
}
