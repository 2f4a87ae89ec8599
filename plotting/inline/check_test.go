package inline

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// cellProgram is a program as GoNB might generate from two cells: a function
// that returns an error, and a call of it.
const cellProgram = `package main

import (
	"fmt"

	"github.com/easy-gomlx/tutorials/plotting/inline"
	"github.com/pkg/errors"
)

func fails() error { return errors.New("one\ntwo\nthree\nfour\nfive") }

func main() {
	inline.Check(nil)
	inline.Check(fmt.Errorf("wrapped: %w", fails()))
}
`

func TestCheck(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command to run a program with: ", err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "main.go")
	if err := os.WriteFile(file, []byte(cellProgram), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "run", file)
	cmd.Env = append(os.Environ(), "GONB_TMP_DIR=/gonb")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		t.Errorf("the program ended with %v, want exit status 1", err)
	}
	want := "✗ wrapped: one\ntwo\nthree\n…\n  at /gonb/main.go:10\n  at /gonb/main.go:14\n"
	if got := strings.TrimSuffix(string(out), "exit status 1\n"); got != want {
		t.Errorf("it reports\n%s\nwant\n%s", got, want)
	}
}

// panickingTest is a test as GoNB might generate from a cell with %test.
const panickingTest = `package main

import (
	"fmt"
	"testing"

	"github.com/easy-gomlx/tutorials/plotting/inline"
)

func double(x []int) int {
	return 2 * x[len(x)]
}

func TestDouble(t *testing.T) {
	defer func() { inline.Check(fmt.Errorf("double panics: %v", recover())) }()
	double([]int{1})
}
`

// TestCheckAfterPanic: a check that recovers from a panic in the reader's function reports the lines that led to the panic.
func TestCheckAfterPanic(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command to run a program with: ", err)
	}
	file := filepath.Join(t.TempDir(), "main_test.go")
	if err := os.WriteFile(file, []byte(panickingTest), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "test", "-vet=off", file)
	cmd.Env = append(os.Environ(), "GONB_TMP_DIR=/gonb")
	out, _ := cmd.CombinedOutput()
	want := "✗ double panics: runtime error: index out of range [1] with length 1\n  at /gonb/main_test.go:11\n  at /gonb/main_test.go:16\n"
	if got, _, _ := strings.Cut(string(out), "FAIL"); got != want {
		t.Errorf("it reports\n%s\nwant\n%s", got, want)
	}
}
