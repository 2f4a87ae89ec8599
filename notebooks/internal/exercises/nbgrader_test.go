package exercises

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/pyenv"
	"github.com/easy-gomlx/tutorials/notebooks/internal/lab"
	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
	"github.com/easy-gomlx/tutorials/notebooks/internal/teaching"
)

// TestNbgrader plays a course with nbgrader and the Go kernel: the exercises are generated from the solutions, released, fetched, submitted,
// collected and graded. One submission has all solutions: every cell succeeds, and it gets all points. One has two right answers, a wrong one
// whose check the student has removed, and one that does not compile; its other exercises are as shipped, and their checks fail with messages
// of their own.
func TestNbgrader(t *testing.T) {
	if testing.Short() {
		t.Skip("runs notebooks in a real Jupyter, and installs nbgrader")
	}
	c := newCourse(t)
	c.nbgrader(c.dir, "generate_assignment", "exercises")
	released := filepath.Join(c.dir, "release", "exercises", exercises)
	if got, want := sources(t, released), sources(t, exercises); strings.ReplaceAll(got, c.clone, "${GONB_DIR}/..") != want {
		t.Errorf("what nbgrader generates from %s is not %s:\n%s", solutions, exercises, got)
	}
	c.nbgrader(c.dir, "release_assignment", "exercises")

	_, solved := readExercises(t, solutions)
	c.submit("good", func(exercise int, cell string) string { return solved[exercise].cells[0] })
	c.submit("bad", func(exercise int, cell string) string {
		switch exercise + 1 {
		case 1, 8:
			return solved[exercise].cells[0]
		case 2:
			return strings.Replace(cell, solutionStub, "turned = images", 1)
		case 3:
			return strings.Replace(cell, solutionStub, "unknown", 1)
		}
		return cell
	})
	c.nbgrader(c.dir, "collect", "exercises")
	c.nbgrader(c.dir, "autograde", "exercises")
	c.nbgrader(c.dir, "generate_feedback", "exercises")

	for student, want := range map[string]string{"good": "100", "bad": "15"} {
		if got := c.score(student); got != want+".0" {
			t.Errorf("the submission %s gets %s points, want %s", student, got, want)
		}
	}
	if failed := c.failed("good"); len(failed) > 0 {
		t.Errorf("with all solutions, the cells %d fail", failed)
	}
	if failed := c.failed("bad"); len(failed) < 8 {
		t.Errorf("of the submission bad only the cells %d fail", failed)
	}
	for student, words := range map[string][]string{
		"good": {"100.0 / 100.0", "times as fast"},
		"bad": append(slices.Concat(asShipped[3:7], asShipped[8:]),
			"15.0 / 100.0", "the images as they were", "undefined: unknown", "undefined: forgetGate"),
	} {
		page := c.feedback(student)
		for _, w := range words {
			if !strings.Contains(page, w) {
				t.Errorf("the feedback for the submission %s lacks %q", student, w)
			}
		}
	}
}

// course is a course of nbgrader's, in a directory of its own.
type course struct {
	t          *testing.T
	dir, clone string
	env        pyenv.Env
	environ    []string
}

// newCourse makes a course as a teacher does: with our configuration, and with the solutions as the source of an assignment. Their first cell
// has the path of the clone, because nbgrader copies the notebooks elsewhere.
func newCourse(t *testing.T) *course {
	t.Helper()
	s, err := setup.New(setup.NewConsole(os.Stdout))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	env, err := teaching.Environment()
	if err == nil {
		err = env.Ensure(t.Context(), t.Logf)
	}
	if err != nil {
		t.Fatal(err)
	}
	clone, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	c := &course{t: t, dir: t.TempDir(), clone: clone, env: env}
	c.environ = append(append(os.Environ(), s.Environ()...),
		"PATH="+filepath.Dir(env.Python())+string(filepath.ListSeparator)+os.Getenv("PATH"), // nbgrader starts alembic
		"JUPYTER_PATH="+filepath.Join(s.Jupyter().Dir, "share", "jupyter"),                  // has the Go kernel
		lab.CheckpointsVariable+"="+t.TempDir(),
	)
	exchange := t.TempDir()
	if err := os.Chmod(exchange, 0o777); err != nil {
		t.Fatal(err)
	}
	c.write(filepath.Join(c.dir, "nbgrader_config.py"), c.read("nbgrader_config.py")+fmt.Sprintf(`
c.CourseDirectory.course_id = "rnn"
c.Exchange.root = %q
c.ExchangeCollect.check_owner = False  # all students are the user that runs the test
`, exchange))
	c.write(filepath.Join(c.dir, "source", "exercises", exercises), strings.ReplaceAll(c.read(solutions), "${GONB_DIR}/..", clone))
	return c
}

// nbgrader runs a command of nbgrader in a directory.
func (c *course) nbgrader(dir string, args ...string) {
	c.t.Helper()
	cmd := c.env.Command(c.t.Context(), append([]string{"-m", "nbgrader"}, args...)...)
	cmd.Dir, cmd.Env = dir, append(c.environ, "PYTHONNOUSERSITE=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		c.t.Fatalf("nbgrader %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// submit fetches the exercises as a student, writes answers instead of the stubs, removes the check of exercise 2, and submits the notebook.
func (c *course) submit(student string, answer func(exercise int, cell string) string) {
	c.t.Helper()
	dir := c.t.TempDir()
	config := c.read(filepath.Join(c.dir, "nbgrader_config.py"))
	c.write(filepath.Join(dir, "nbgrader_config.py"), config)
	c.nbgrader(dir, "fetch_assignment", "exercises", "--course", "rnn")
	path := filepath.Join(dir, "exercises", exercises)
	var nb map[string]any
	if err := json.Unmarshal([]byte(c.read(path)), &nb); err != nil {
		c.t.Fatal(err)
	}
	exercise := 0
	for _, each := range nb["cells"].([]any) {
		cell := each.(map[string]any)
		switch source := text(cell["source"]); {
		case cell["cell_type"] != "code":
		case strings.Contains(source, solutionStub):
			cell["source"] = answer(exercise, source)
			exercise++
		case strings.Contains(source, "TestColumns"):
			cell["source"] = "%test\nfunc TestColumns(t *testing.T) {}"
		}
	}
	if exercise != 10 {
		c.t.Errorf("the released notebook has %d exercises, want 10", exercise)
	}
	content, err := json.Marshal(nb)
	if err != nil {
		c.t.Fatal(err)
	}
	c.write(path, string(content))
	c.nbgrader(dir, "submit", "exercises", "--course", "rnn", "--student", student)
}

// feedback returns the page that nbgrader generates for a student.
func (c *course) feedback(student string) string {
	c.t.Helper()
	return c.read(filepath.Join(c.dir, "feedback", student, "exercises", strings.TrimSuffix(exercises, ".ipynb")+".html"))
}

// failed returns the numbers of the cells in a graded submission that failed.
func (c *course) failed(student string) (cells []int) {
	c.t.Helper()
	for k, cell := range readCells(c.t, filepath.Join(c.dir, "autograded", student, "exercises", exercises)) {
		for _, output := range cell.Outputs {
			if output.Type == "error" && !slices.Contains(cells, k) {
				cells = append(cells, k)
			}
		}
	}
	return cells
}

// score returns the points of a submission, as the page says it.
func (c *course) score(student string) string {
	c.t.Helper()
	found := regexp.MustCompile(`Score: ([\d.]+) /`).FindStringSubmatch(c.feedback(student))
	if found == nil {
		return "no"
	}
	return found[1]
}

func (c *course) read(path string) string {
	c.t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(content)
}

func (c *course) write(path, content string) {
	c.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		c.t.Fatal(err)
	}
}

// text returns the source of a cell: a string, or a list of lines.
func text(source any) string {
	if s, ok := source.(string); ok {
		return s
	}
	var b strings.Builder
	for _, line := range source.([]any) {
		b.WriteString(line.(string))
	}
	return b.String()
}

// sources returns the cells of a notebook, without outputs and metadata.
func sources(t *testing.T, path string) string {
	t.Helper()
	var all strings.Builder
	for _, cell := range readCells(t, path) {
		fmt.Fprintf(&all, "--- %s\n%s\n", cell.Type, strings.Join(cell.Source, ""))
	}
	return all.String()
}
