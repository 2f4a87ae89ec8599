// Package longtest helps tests that kill processes and fill disks. It has the flag -long: some rounds of each such test run with
// every go test, hundreds or thousands with
//
//	go test -timeout 0 -v -run Survives ./birnn ./birnn/backend ./birnn/mnist ./birnn/sequences ./birnn/internal/fetch -long
//
// The test of tanh in package kernel tries all numbers with it.
package longtest

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"
)

var long = flag.Bool("long", false, "run the tests that kill processes for minutes, not seconds")

// Rounds returns few, or many with -long.
func Rounds(few, many int) int {
	if *long {
		return many
	}
	return few
}

// Args are the arguments that pass the flag on to a child process of the test.
func Args() []string { return []string{fmt.Sprintf("-long=%t", *long)} }

// Need skips a test that only makes sense with -long.
func Need(t testing.TB) {
	t.Helper()
	if !*long {
		t.Skip("takes minutes: run it with -long")
	}
}

// Child returns a command that runs the current test again in another process, with additions to its environment by which it knows that it
// is the child.
func Child(t *testing.T, environment ...string) *exec.Cmd {
	t.Helper()
	if runtime.GOOS == "js" {
		t.Skip("js has no processes")
	}
	child := exec.Command(os.Args[0], append(Args(), "-test.run=^"+t.Name()+"$")...)
	child.Env = append(os.Environ(), environment...)
	child.Stderr = os.Stderr
	return child
}

// AtOnce runs n children of the test at the same time, and fails the test for each that fails.
func AtOnce(t *testing.T, n int, environment ...string) {
	t.Helper()
	children := make([]*exec.Cmd, n)
	for i := range children {
		children[i] = Child(t, environment...)
		children[i].Stdout = new(bytes.Buffer)
		if err := children[i].Start(); err != nil {
			t.Fatal(err)
		}
	}
	for _, child := range children {
		if err := child.Wait(); err != nil {
			t.Errorf("child process: %v\n%s", err, child.Stdout)
		}
	}
}

// Kill starts a child of the test, which calls [UntilKilled], calls wait once the child's work starts, and then kills the child. It reports
// whether the work had already ended.
func Kill(t *testing.T, wait func(), environment ...string) (ended bool) {
	t.Helper()
	child := Child(t, environment...)
	stdout, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stdout)
	line, err := lines.ReadString('\n')
	if line != "begin\n" {
		t.Errorf("the child process printed %q, %v; want begin", line, err)
	}
	wait()
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(lines)
	child.Wait()
	return len(rest) > 0
}

// UntilKilled does the work in a child that [Kill] started, and does not return.
func UntilKilled(work func()) {
	fmt.Println("begin")
	work()
	fmt.Println("end")
	time.Sleep(time.Minute)
	os.Exit(1)
}
