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

// TestReportOfAGraph: the cause stands at the beginning, not behind the names of GoMLX's functions.
func TestReportOfAGraph(t *testing.T) {
	for _, text := range []string{
		`failed during graph construction/compilation: compilation failed for Exec "a.func13": graphFn for "a.func13" panicked: x is flat`,
		`failed during graph construction/compilation: compilation failed for Exec "a.func13": x is flat`,
	} {
		var b strings.Builder
		report(&b, errors.New(text), nil)
		if got, want := b.String(), "✗ building the graph: x is flat\n"; got != want {
			t.Errorf("%s: it reports %q, want %q", text, got, want)
		}
	}
}
