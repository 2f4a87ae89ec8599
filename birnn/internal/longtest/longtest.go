// Package longtest has the flag -long of the tests that try to break things: some
// rounds of each run with every go test, hundreds or thousands with
//
//	go test -timeout 0 -v -run Survives ./birnn ./birnn/backend ./birnn/mnist ./birnn/internal/fetch ./birnn/internal/longtest -long
package longtest

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

var long = flag.Bool("long", false, "run the tests that try to break things for minutes, not seconds")

// Rounds is how many rounds a test makes: few, or many with -long.
func Rounds(few, many int) int {
	if *long {
		return many
	}
	return few
}

// Args are the arguments that give a child of the test the same flag.
func Args() []string { return []string{fmt.Sprintf("-long=%t", *long)} }

// AtOnce runs the present test n times more, in processes of its own at the same time, with additions to the environment that
// tell them what they are. It waits for all of them, and fails the test for each that fails.
func AtOnce(t *testing.T, n int, environment ...string) {
	t.Helper()
	var children []*exec.Cmd
	for range n {
		child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		child.Env = append(os.Environ(), environment...)
		child.Stdout = new(bytes.Buffer)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		children = append(children, child)
	}
	for _, child := range children {
		if err := child.Wait(); err != nil {
			t.Errorf("one of the processes: %v\n%s", err, child.Stdout)
		}
	}
}

// Need skips a test that makes sense only with -long.
func Need(t testing.TB) {
	t.Helper()
	if !*long {
		t.Skip("takes minutes: run it with -long")
	}
}
