package browser_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/easy-gomlx/tutorials/notebooks/internal/browser"
	"github.com/easy-gomlx/tutorials/notebooks/internal/lab"
)

const (
	list     = "README.md" // what JupyterLab opens first
	tutorial = "bidirectional_rnn.ipynb"
)

// TestMain runs the tests in the directory of the notebooks.
func TestMain(m *testing.M) {
	if err := os.Chdir(filepath.Join("..", "..")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// patience is how long all cells of a notebook may take, with one epoch, on a slow machine.
const patience = 10 * time.Minute

// TestInABrowser does what a reader does: it starts JupyterLab with the launcher and opens the list and every notebook, as it is committed, in
// Chromium. It runs all cells of the tutorial and of the exercises; package lab runs those of the other notebooks, and the solutions are run
// by nbgrader. The screenshots are artifacts: go test -artifacts keeps them.
func TestInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("opens all notebooks in a real JupyterLab and a real Chromium")
	}
	names, err := filepath.Glob("*.ipynb")
	if err != nil || len(names) < 6 {
		t.Fatalf("there are the notebooks %q (%v), want six or more", names, err)
	}
	dir := t.TempDir()
	files := []string{list}
	for _, name := range names {
		files = append(files, filepath.Join(dir, name))
		copyShort(t, name, files[len(files)-1])
	}
	jupyter := browser.Start(t, append(files, filepath.Join("internal", "browser", "testdata", "wrong.ipynb"))...)
	t.Run("problems", func(t *testing.T) { findProblems(t, jupyter.Open(t, "wrong.ipynb", browser.Light)) })
	t.Run("list", func(t *testing.T) { openFromList(t, jupyter.Home(t, browser.Light), len(names)) })
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			if runs, ok := running[name]; ok {
				t.Run("run", func(t *testing.T) {
					page := jupyter.Open(t, name, browser.Light)
					runs(t, page)
					noProblems(t, page)
					page.Screenshots("light")
				})
			}
			t.Run("as committed", func(t *testing.T) {
				content, err := os.ReadFile(name)
				if err == nil {
					err = os.WriteFile(filepath.Join(jupyter.Dir, name), content, 0o644)
				}
				if err != nil {
					t.Fatal(err)
				}
				page := jupyter.Open(t, name, browser.Dark)
				noProblems(t, page)
				page.Screenshots("dark")
			})
		})
	}
}

// openFromList verifies that JupyterLab shows the list of the notebooks at first, and that a click in it opens one.
func openFromList(t *testing.T, page *browser.Page, n int) {
	t.Helper()
	const links = `[...document.querySelectorAll(".jp-MarkdownViewer td a")]`
	page.WaitFor("the list of the notebooks", patience, fmt.Sprintf("%s.length >= %d", links, n))
	page.Screenshot("list")
	page.Click("the first notebook", links+"[0]")
	page.WaitFor("the notebook", patience, `document.querySelector(".jp-Notebook h1")?.checkVisibility()`)
}

// copyShort copies a notebook. If it trains, the copy does so for one epoch.
func copyShort(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err == nil {
		content, _, err = lab.SetEpochs(content, 1)
	}
	if err == nil {
		err = os.WriteFile(to, content, 0o644)
	}
	if err != nil {
		t.Fatalf("%s: %v", from, err)
	}
}

// running says how notebooks are run here.
var running = map[string]func(*testing.T, *browser.Page){tutorial: runTutorial, "exercises.ipynb": runExercises}

// runAll runs all cells, and verifies that each has run.
func runAll(t *testing.T, page *browser.Page) {
	t.Helper()
	page.RunAll(patience)
	for k, cell := range page.Cells() {
		if cell.Code && !regexp.MustCompile(`^\[\d+\]:$`).MatchString(cell.Prompt) {
			t.Errorf("cell %d has not run: %s", k, cell.Prompt)
		}
	}
}

// runTutorial presses ■ while the network is trained, and runs all cells again: training resumes.
func runTutorial(t *testing.T, page *browser.Page) {
	t.Helper()
	page.StartAll()
	page.WaitFor("the training loop", patience, `[...document.querySelectorAll(".jp-OutputArea-output")].some(o => /^iter +0:/m.test(o.textContent))`)
	page.Press("notebook:interrupt-kernel")
	page.Wait(patience)
	if said := training(t, page); !strings.Contains(said, "Stopped and saved. Run this cell again to continue.") {
		t.Errorf("after ■ the training cell shows:\n%s", said)
	}
	page.Eval(`document.evaluate("//pre[contains(., 'Stopped and saved')]", document).iterateNext()?.scrollIntoView({block: "center"})`, new(any))
	page.Screenshot("stopped")
	runAll(t, page)
	said := training(t, page)
	done := regexp.MustCompile(`Training: (\d+) of (\d+) steps done`).FindStringSubmatch(said)
	if done == nil || !strings.Contains(said, "Epoch: 1, validation loss") {
		t.Fatalf("the training cell shows:\n%s", said)
	}
	if n, err := strconv.Atoi(done[1]); err != nil || n == 0 || done[1] == done[2] {
		t.Errorf("training did not resume: %s", done[0])
	}
}

// training returns what the training cell shows.
func training(t *testing.T, page *browser.Page) string {
	t.Helper()
	for _, cell := range page.Cells() {
		if strings.Contains(cell.Source, "inline.Stoppable()") {
			return shown(cell)
		}
	}
	t.Fatal("there is no training cell")
	return ""
}

// shown returns the text of a cell's outputs.
func shown(cell browser.Cell) string {
	var said strings.Builder
	for _, output := range cell.Outputs {
		said.WriteString(output.Text + "\n")
	}
	return said.String()
}

// runExercises runs the cells of a reader who has not solved any exercise: the test of each fails, and says what is wrong.
func runExercises(t *testing.T, page *browser.Page) {
	t.Helper()
	runAll(t, page)
	tests := 0
	for k, cell := range page.Cells() {
		if cell.IsTest() {
			tests++
			if said := shown(cell); !strings.Contains(said, "✗") {
				t.Errorf("cell %d does not say what is wrong:\n%s", k, said)
			}
		}
	}
	if tests < 10 {
		t.Errorf("%d exercises have a test, want at least 10", tests)
	}
}

// noProblems fails the test if the page has problems.
func noProblems(t *testing.T, page *browser.Page) {
	t.Helper()
	for _, problem := range page.Problems() {
		t.Error(problem)
	}
}

// findProblems verifies that the problems of testdata/wrong.ipynb are found.
func findProblems(t *testing.T, page *browser.Page) {
	t.Helper()
	page.RunAll(patience)
	all := page.Problems()
	for _, want := range []string{
		"cell 2: text/html needs JavaScript", "cell 3: text/html is ", "cell 4 has failed: ", "on purpose",
		"console: Failed to load resource", "a link leads nowhere: #nowhere", "a formula has an error: ", "a picture is missing: ",
	} {
		if !slices.ContainsFunc(all, func(problem string) bool { return strings.Contains(problem, want) }) {
			t.Errorf("not found: %s", want)
		}
	}
	t.Log(strings.Join(all, "\n"))
}
