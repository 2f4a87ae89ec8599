package book

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// fold puts the solutions into the exercises, folded, each below the check of its exercise. Both notebooks have the same cells, but for the
// explanations of the solutions.
func fold(exercises, solutions *notebook) error {
	var cells []cell
	var solution, said string // of the exercise, and what its check prints
	k, folded := 0, 0
	for _, solved := range solutions.Cells {
		if isSolution(solved) {
			if solution != "" { // otherwise it is about the notebook
				cells = append(cells, markdown(foldOne(solution, said, solved.text())))
				solution, folded = "", folded+1
			}
			continue
		}
		if k == len(exercises.Cells) || id(exercises.Cells[k]) != id(solved) {
			return fmt.Errorf("the solutions have other cells than the exercises, from cell %d on", k)
		}
		c := exercises.Cells[k]
		k++
		switch {
		case graded(solved, "solution"):
			solution = solved.text()
		case graded(solved, "grade"):
			said = printed(solved)
		default:
			c["outputs"], c["execution_count"] = solved["outputs"], solved["execution_count"]
			if c.isText() {
				delete(c, "outputs")
				delete(c, "execution_count")
			}
		}
		cells = append(cells, c)
	}
	if k < len(exercises.Cells) || folded == 0 {
		return errors.New("the solutions lack cells of the exercises")
	}
	exercises.Cells = cells
	return nil
}

// foldOne returns a solution with its explanation, and what the check says of it.
func foldOne(solution, said, why string) string {
	lines := strings.Split(strings.TrimSpace(solution), "\n")
	lines = slices.DeleteFunc(lines, func(line string) bool {
		return strings.HasSuffix(line, "// BEGIN SOLUTION") || strings.HasSuffix(line, "// END SOLUTION")
	})
	return fmt.Sprintf("<details class=\"solution\"><summary>Solution</summary>\n\n```go\n%s\n```\n\n%s\n\nThe check prints:\n\n```text\n%s\n```\n\n</details>\n",
		strings.Join(lines, "\n"), why, strings.TrimSpace(said))
}

// printed returns what a cell prints.
func printed(c cell) string {
	var all strings.Builder
	for _, output := range c.outputs() {
		all.WriteString(text(output["text"]))
	}
	return all.String()
}

// isSolution reports whether a cell is only in the notebook with the solutions.
func isSolution(c cell) bool {
	metadata, _ := c["metadata"].(map[string]any)
	tags, _ := metadata["tags"].([]any)
	return slices.Contains(tags, any("solution"))
}

// graded returns one of nbgrader's properties of a cell.
func graded(c cell, property string) bool {
	is, _ := nbgrader(c)[property].(bool)
	return is
}

// id returns nbgrader's name of a cell of code, or the text of another one.
func id(c cell) any {
	if c.isText() {
		return c.text()
	}
	return nbgrader(c)["grade_id"]
}

func nbgrader(c cell) map[string]any {
	metadata, _ := c["metadata"].(map[string]any)
	about, _ := metadata["nbgrader"].(map[string]any)
	return about
}
