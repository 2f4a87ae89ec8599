package exercises

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/gomlx/compute/gobackend"
)

// pureGo is the backend in pure Go, one operation after the other: in version 0.1.6 of gomlx/compute, large products of matrices that run at the same
// time, as in a network of two layers, can take all workers and then wait for each other.
const pureGo = "go:ops_sequential"

// TestChecks compiles the exercises, and runs the check of each: it passes with the solution, and it fails with a message of its own, in one
// line, with the stub and with each of the wrong answers below. The networks run in pure Go, as they do not need to be fast.
func TestChecks(t *testing.T) {
	before, solved := readExercises(t, solutions)
	_, stubs := readExercises(t, exercises)
	program := []string{programHead, goCode(before...)}
	for k, e := range solved {
		program = append(program, goCode(e.cells...), renamed(t, goCode(stubs[k].cells...), "Stub"))
	}
	for k, answer := range wrongAnswers {
		cells := goCode(solved[answer.exercise-1].cells...)
		program = append(program, renamed(t, solutionRegion.ReplaceAllLiteralString(cells, answer.code), fmt.Sprint("Wrong", k)))
	}
	tests := compileTests(t, strings.Join(program, "\n"))
	home := checkpointForChecks(t)

	run := func(name string) (string, error) {
		cmd := exec.Command(tests, "-test.run=^"+name+"$")
		cmd.Env = append(os.Environ(), "GOMLX_BACKEND="+pureGo, "EASY_GOMLX_CHECKPOINTS="+home)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	for k, e := range solved {
		t.Run(fmt.Sprintf("%d solved", k+1), func(t *testing.T) {
			t.Parallel()
			if out, err := run(e.name); err != nil || !strings.HasSuffix(out, "PASS\n") {
				t.Errorf("%v\n%s", err, out)
			}
		})
		t.Run(fmt.Sprintf("%d as shipped", k+1), func(t *testing.T) {
			t.Parallel()
			mustFail(t, e.name+"Stub", asShipped[k], run)
		})
	}
	for k, answer := range wrongAnswers {
		t.Run(fmt.Sprintf("%d %s", answer.exercise, answer.why), func(t *testing.T) {
			t.Parallel()
			mustFail(t, fmt.Sprint(solved[answer.exercise-1].name, "Wrong", k), answer.want, run)
		})
	}
}

// mustFail runs a check that has to fail with certain words in a line that begins with ✗.
func mustFail(t *testing.T, name, want string, run func(string) (string, error)) {
	t.Helper()
	out, err := run(name)
	first, rest, _ := strings.Cut(out, "\n")
	if err == nil || !strings.HasPrefix(first, "✗ ") || !strings.Contains(first, want) {
		t.Errorf("the check says, with %v, not %q:\n%s", err, want, out)
	}
	if strings.Count(rest, "\n") > 3 || strings.Contains(rest, "goroutine") {
		t.Errorf("the check says more than that:\n%s", out)
	}
	t.Log(first)
}

// TestExercisesAreIndependent: no exercise uses what another one declares, so one that does not compile does not disturb the others.
func TestExercisesAreIndependent(t *testing.T) {
	_, all := readExercises(t, solutions)
	owner := map[string]int{}
	for k, e := range all {
		for _, name := range declared(t, goCode(e.cells...)) {
			owner[name] = k
		}
	}
	for k, e := range all {
		ast.Inspect(parseCells(t, goCode(e.cells...)), func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if other, found := owner[id.Name]; found && other != k {
					t.Errorf("exercise %d uses %s, which exercise %d declares", k+1, id.Name, other+1)
				}
			}
			return true
		})
	}
}

var (
	importBlock    = regexp.MustCompile(`(?s)import \(.*?\n\)\n`)
	command        = regexp.MustCompile(`(?m)^[!%].*\n`)
	solutionRegion = regexp.MustCompile(`(?s)\t// BEGIN SOLUTION.*// END SOLUTION\n`)
)

// goCode returns the Go code of cells, with what a cell runs in a function of its own.
func goCode(cells ...string) string {
	var all strings.Builder
	for _, cell := range cells {
		code, body, runs := strings.Cut(cell+"\n", "%%\n")
		all.WriteString(command.ReplaceAllString(importBlock.ReplaceAllString(code, ""), ""))
		if runs {
			fmt.Fprintf(&all, "func _() {\n%s}\n", body)
		}
	}
	return strings.Replace(all.String(), "func init_check()", "func init()", 1) // as GoNB does
}

func parseCells(t *testing.T, code string) *ast.File {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "", "package main\n"+code, 0)
	if err != nil {
		t.Fatalf("%v in\n%s", err, code)
	}
	return file
}

// declared returns the names of the functions in the code.
func declared(t *testing.T, code string) (names []string) {
	t.Helper()
	for _, d := range parseCells(t, code).Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name != "_" {
			names = append(names, f.Name.Name)
		}
	}
	return names
}

// renamed returns the code with other names of its functions, so that several versions of an exercise fit in one program.
func renamed(t *testing.T, code, suffix string) string {
	t.Helper()
	for _, name := range declared(t, code) {
		code = regexp.MustCompile(`\b`+name+`\b`).ReplaceAllString(code, name+suffix)
	}
	return code
}

// checkpointForChecks returns a directory with a network, not trained, where the notebook has its trained one.
func checkpointForChecks(t *testing.T) string {
	t.Helper()
	home := t.TempDir()
	backend, err := gobackend.New("")
	if err != nil {
		t.Fatal(err)
	}
	net, err := birnn.New(backend, birnn.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer net.Close()
	if err := net.Save(filepath.Join(home, "checkpoints", "exercises")); err != nil {
		t.Fatal(err)
	}
	return home
}

// compileTests compiles a test program as a package of this module, without writing to the module's directory.
func compileTests(t *testing.T, program string) (path string) {
	t.Helper()
	dir := t.TempDir()
	file, list, binary := filepath.Join(dir, "cells_test.go"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "cells.test")
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(here, "generated", "cells_test.go"): file}})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{file: []byte(program), list: overlay} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := slices.Concat([]string{"test", "-c", "-vet=off", "-overlay", list, "-o", binary, "./generated"})
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		t.Fatalf("compile the cells: %v\n%s", err, out)
	}
	return binary
}

// programHead has the imports of the notebook's cells, which goimports adds or removes there.
const programHead = `package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/backend"
	"github.com/easy-gomlx/tutorials/birnn/infer"
	"github.com/easy-gomlx/tutorials/birnn/mnist"
	"github.com/easy-gomlx/tutorials/birnn/rnn"
	"github.com/easy-gomlx/tutorials/plotting"
	"github.com/easy-gomlx/tutorials/plotting/inline"
	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/janpfeifer/must"
)

`
