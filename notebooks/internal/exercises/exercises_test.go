package exercises

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	solutions = "solutions.ipynb"
	exercises = "exercises.ipynb"

	// solutionTag marks the cells of the solutions that the exercises lack. The stub takes the place of each solution region. Both are also in
	// nbgrader_config.py.
	solutionTag  = "solution"
	solutionStub = "// YOUR CODE HERE"
)

// TestExercisesAreGenerated: solutions.ipynb is the only source; with -update it makes the exercises.
func TestExercisesAreGenerated(t *testing.T) {
	source, err := os.ReadFile(solutions)
	if err != nil {
		t.Fatal(err)
	}
	want, err := withoutSolutions(source)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(exercises, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(exercises); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what %s makes of it (%v); run go test ./notebooks/internal/exercises -run Generated -update", exercises, solutions, err)
	}
}

// withoutSolutions returns the exercises: the notebook without outputs, without the cells that explain the solutions, and with the stub
// instead of each solution.
func withoutSolutions(notebook []byte) ([]byte, error) {
	var nb map[string]any
	decoder := json.NewDecoder(bytes.NewReader(notebook))
	decoder.UseNumber()
	if err := decoder.Decode(&nb); err != nil {
		return nil, err
	}
	var cells []any
	for _, c := range nb["cells"].([]any) {
		cell := c.(map[string]any)
		if tags, _ := cell["metadata"].(map[string]any)["tags"].([]any); slices.Contains(tags, any(solutionTag)) {
			continue
		}
		if cell["cell_type"] == "code" {
			cell["outputs"], cell["execution_count"] = []any{}, nil
			source, err := clearSolution(cell["source"].([]any))
			if err != nil {
				return nil, err
			}
			cell["source"] = source
		}
		cells = append(cells, cell)
	}
	nb["cells"] = cells
	var out bytes.Buffer
	encoder := json.NewEncoder(&out) // sorts the keys, as Jupyter does
	encoder.SetIndent("", " ")
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(nb)
	return out.Bytes(), err
}

// clearSolution replaces the solution in the lines of a cell.
func clearSolution(lines []any) (cleared []any, err error) {
	inside := false
	for _, l := range lines {
		line := l.(string)
		switch trimmed := strings.TrimSpace(line); {
		case trimmed == "// BEGIN SOLUTION" && !inside:
			inside = true
			cleared = append(cleared, strings.Replace(line, trimmed, solutionStub, 1))
		case trimmed == "// END SOLUTION" && inside:
			inside = false
		case strings.Contains(line, "BEGIN SOLUTION"), strings.Contains(line, "END SOLUTION"):
			return nil, fmt.Errorf("unpaired %q", trimmed)
		case !inside:
			cleared = append(cleared, line)
		}
	}
	if inside {
		return nil, errors.New("a solution does not end")
	}
	return cleared, nil
}

// exercise is the part of a notebook below one of its numbered headings.
type exercise struct {
	name  string // of its test: TestParameters
	cells []string
}

var testName = regexp.MustCompile(`(?m)^%test -test\.run=\^(Test\w+)\$\n`)

// readExercises returns the code of a notebook: what comes before the exercises, and theirs.
func readExercises(t *testing.T, path string) (before []string, all []exercise) {
	t.Helper()
	for _, s := range readCells(t, path) {
		source := strings.Join(s.Source, "")
		if s.Type == "markdown" {
			if regexp.MustCompile(`(?m)^## \d+\. `).MatchString(source) {
				all = append(all, exercise{})
			}
			continue
		}
		if len(all) == 0 {
			before = append(before, source)
			continue
		}
		e := &all[len(all)-1]
		e.cells = append(e.cells, source)
		if found := testName.FindStringSubmatch(source); found != nil {
			e.name = found[1]
		}
	}
	if len(all) != 10 {
		t.Fatalf("%s has %d exercises, want 10", path, len(all))
	}
	return before, all
}
