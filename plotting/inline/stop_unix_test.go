//go:build unix

package inline

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
)

// stopChild is the program that these tests stop. It prints why its context was canceled, and keeps running for a while.
func stopChild() {
	gonbui.IsNotebook = true
	ctx := Stoppable()
	fmt.Println("running", os.Getpid())
	<-ctx.Done()
	fmt.Println("ended:", context.Cause(ctx))
	if errors.Is(context.Cause(ctx), ErrKernelGone) {
		os.WriteFile(os.Getenv("INLINE_TEST_CHILD"), []byte("saved"), 0o600) // after printing to a closed pipe
		return
	}
	time.Sleep(20 * time.Second)
}

func TestStopButton(t *testing.T) {
	if os.Getenv("INLINE_TEST_CHILD") != "" {
		stopChild()
		return
	}
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestStopButton$")
		cmd.Env = append(os.Environ(), "INLINE_TEST_CHILD=x")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		lines.Scan()
		start := time.Now()
		cmd.Process.Signal(sig)
		lines.Scan()
		if want := "ended: " + ErrStopped.Error(); lines.Text() != want || time.Since(start) > 2*time.Second {
			t.Errorf("%v: it printed %q after %v, want %q immediately", sig, lines.Text(), time.Since(start), want)
		}
		cmd.Process.Signal(os.Interrupt) // a second interrupt
		var exit *exec.ExitError
		if err := cmd.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGINT || time.Since(start) > 5*time.Second {
			t.Errorf("%v: after a second interrupt it ended with %v after %v", sig, err, time.Since(start))
		}
	}
}

// TestKernelGone kills the parent of a program, as a kernel may be killed: the program notices, has
// time to save, and ends.
func TestKernelGone(t *testing.T) {
	saved := t.TempDir() + "/saved"
	parent := exec.Command("sh", "-c", `"$0" -test.run='^TestStopButton$' & wait`, os.Args[0])
	parent.Env = append(os.Environ(), "INLINE_TEST_CHILD="+saved)
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Skip("no shell to be the parent:", err)
	}
	lines := bufio.NewScanner(out)
	lines.Scan()
	var pid int
	if _, err := fmt.Sscanf(lines.Text(), "running %d", &pid); err != nil {
		t.Fatalf("%q: %v", lines.Text(), err)
	}
	parent.Process.Kill()
	out.Close() // nothing reads anymore
	for deadline := time.Now().Add(5 * time.Second); syscall.Kill(pid, 0) == nil && !isZombie(pid); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			syscall.Kill(pid, syscall.SIGKILL)
			t.Fatal("the program is still running 5 s after its parent has exited")
		}
	}
	if content, err := os.ReadFile(saved); string(content) != "saved" {
		t.Errorf("it ended before it had saved: %v", err)
	}
	parent.Wait()
}

// isZombie reports whether a process has ended but its parent has not waited for it.
func isZombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(stat), ") Z ")
}
