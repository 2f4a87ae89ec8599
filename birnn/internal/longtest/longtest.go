// Package longtest has the flag -long of the tests that try to break things: some
// rounds of each run with every go test, hundreds or thousands with
//
//	go test -timeout 0 -v -run Survives ./birnn ./birnn/backend ./birnn/mnist ./birnn/internal/fetch ./birnn/internal/longtest -long
package longtest

import (
	"flag"
	"fmt"
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

// Need skips a test that makes sense only with -long.
func Need(t testing.TB) {
	t.Helper()
	if !*long {
		t.Skip("takes minutes: run it with -long")
	}
}
