package lab

import (
	"context"
	"os/exec"
	"syscall"
	"time"
)

// runGroup runs a program in a process group of its own, so that Ctrl-C reaches
// only this process. When ctx is done, it sends the program a signal, and kills
// the whole group if the program is still running after the grace period.
func runGroup(ctx context.Context, cmd *exec.Cmd, stop syscall.Signal, grace time.Duration) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	_ = cmd.Process.Signal(stop)
	select {
	case err := <-ended:
		return err
	case <-time.After(grace):
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		return <-ended
	}
}
