package inline

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

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
