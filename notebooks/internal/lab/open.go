// Package lab opens JupyterLab on a notebook, or runs the notebook without it.
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

// DefaultPort is where JupyterLab listens, or the next free one after it.
const DefaultPort = 8888

// Session is JupyterLab for one person, on this machine only.
type Session struct {
	Notebook  string // the file that is opened; its folder is the one shown
	Port      int    // 0: DefaultPort or one of the next that is free; otherwise this one and no other
	NoBrowser bool
}

// Open runs JupyterLab until ctx ends or it is shut down from its own menu.
func Open(ctx context.Context, s *setup.Setup, session Session) error {
	port, retries := session.Port, "0"
	if port == 0 {
		port, retries = DefaultPort, "50"
		if PortFree(port) != nil {
			s.Console.Say("port %d is in use: JupyterLab takes the next free one; -port names another", port)
		}
	} else if err := PortFree(port); err != nil {
		return err
	}
	notebook, err := filepath.Abs(session.Notebook)
	if err != nil {
		return err
	}
	if _, err := os.Stat(notebook); err != nil {
		return err
	}
	args := []string{"-m", "jupyterlab",
		"--ServerApp.root_dir=" + filepath.Dir(notebook),
		"--LabApp.default_url=/lab/tree/" + url.PathEscape(filepath.Base(notebook)),
		"--ServerApp.ip=localhost",
		"--ServerApp.port=" + strconv.Itoa(port),
		"--ServerApp.port_retries=" + retries,
		"--ServerApp.log_level=WARN", "--LabApp.log_level=WARN",
	}
	if session.NoBrowser {
		args = append(args, "--no-browser")
	}
	if os.Geteuid() == 0 { // as in a container
		args = append(args, "--allow-root")
	}
	cmd := exec.Command(s.Python(), args...)
	cmd.Dir = filepath.Dir(notebook)
	cmd.Env = append(os.Environ(), s.Environ()...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	s.Console.Done("starting JupyterLab on %s; Ctrl-C here ends it", notebook)
	err = runGroup(ctx, cmd, syscall.SIGTERM, 15*time.Second)
	if ctx.Err() != nil {
		s.Console.Done("JupyterLab has ended; what was saved is kept")
		return nil
	}
	var ran *exec.ExitError
	if err != nil && !errors.As(err, &ran) {
		return fmt.Errorf("start JupyterLab: %w", setup.Explain(err))
	}
	if err != nil {
		return fmt.Errorf("JupyterLab ended with an error, shown above: %w; \"go run ./notebooks -doctor\" looks for the cause", err)
	}
	return nil
}

// PortFree reports why JupyterLab can't listen on a port.
func PortFree(port int) error {
	if port < 1 || port > 65535 {
		return fmt.Errorf("port %d does not exist; choose one from 1024 to 65535 with -port", port)
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("port %d is in use; choose another with -port", port)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("port %d is kept for the system; choose one above 1023 with -port", port)
	case err != nil:
		return fmt.Errorf("port %d: %w", port, err)
	}
	return l.Close()
}
