package book

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folder is that of the notebooks.
const folder = "../.."

// source returns a folder like that of the notebooks, whose files a test may change.
func source(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range append([]string{list, teaching, solutions}, chapters...) {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if name == teaching && errors.Is(err, fs.ErrNotExist) {
			content, err = []byte("# For teachers\n\nSee [the list](README.md), [the image](../docker/README.md) and [slides]("+siteURL+"slides/).\n"), nil
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), content, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// replace changes a file.
func replace(t *testing.T, path, old, new string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(content), old) {
		t.Fatalf("%s lacks %q", path, old)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(content), old, new, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestSources: what is wrong with the notebooks is an error that names the file.
func TestSources(t *testing.T) {
	for _, test := range []struct{ why, file, old, new, want string }{
		{"nothing", list, "# ", "# ", ""},
		{"a figure without a text alternative", "draw_a_digit.ipynb", `"alt": "`, `"was": "`, "draw_a_digit.ipynb, cell 12: a figure has no text alternative"},
		{"a corrupt figure", "draw_a_digit.ipynb", `"image/png": "`, `"image/png": "?`, "draw_a_digit.ipynb, cell 12: the figure"},
		{"no JSON", "inside_the_lstm.ipynb", "{", "", "inside_the_lstm.ipynb"},
		{"a notebook that the list lacks", list, "| 4 | [Draw a Digit](draw", "| 4 | [Draw a Digit](paint", "paint_a_digit.ipynb"},
		{"a task that the solutions lack", exercises, "## 5. GRU", "## 5. The GRU", "fold solutions.ipynb into exercises.ipynb: "},
	} {
		dir := source(t)
		replace(t, filepath.Join(dir, test.file), test.old, test.new)
		err := writeSources(dir, t.TempDir())
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: got %v, want %q", test.why, err, test.want)
		}
	}
}

// TestSolutions: in the exercises of the book, each of the ten solutions is folded and comes after its check, and the cells that a reader
// fills in are empty.
func TestSolutions(t *testing.T) {
	nb, err := readChapter(folder, exercises)
	if err != nil {
		t.Fatal(err)
	}
	open, folded, checked := "", 0, false
	for k, c := range nb.Cells {
		text := c.text()
		if strings.Contains(text, "SOLUTION") {
			t.Errorf("cell %d has a mark of nbgrader's: %s", k, text)
		}
		if graded(c, "grade") {
			checked = true
			if len(c.outputs()) > 0 {
				t.Errorf("cell %d, a check, has the output of the solution", k)
			}
		}
		if !strings.HasPrefix(text, `<details class="solution">`) {
			if strings.HasPrefix(text, "## ") {
				checked = false
			}
			open += text
			continue
		}
		folded++
		for _, part := range []string{"```go\n", "**Why.**", "PASS", "</details>"} {
			if !strings.Contains(text, part) {
				t.Errorf("solution %d lacks %q", folded, part)
			}
		}
		if !checked {
			t.Errorf("solution %d comes before its check", folded)
		}
	}
	if folded != 10 || strings.Count(open, "// YOUR CODE HERE") < 10 {
		t.Errorf("%d solutions and %d cells to fill in, want ten", folded, strings.Count(open, "// YOUR CODE HERE"))
	}
}

// TestEnvironment pins every package with a hash.
func TestEnvironment(t *testing.T) {
	for _, requirement := range strings.Split(string(requirements), "\n") {
		name, _, pinned := strings.Cut(requirement, "==")
		if pinned && !strings.Contains(string(requirements), requirement+"\n    --hash=sha256:") {
			t.Errorf("%s has no hash", name)
		}
	}
}

// digests returns the SHA-256 of every file of a directory.
func digests(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, file)
		all[name] = fmt.Sprintf("%x", sha256.Sum256([]byte(read(t, file))))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
