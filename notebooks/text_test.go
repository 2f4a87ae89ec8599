package main

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/notebooks/internal/teaching"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the notebooks' text")

// textFile is the file with the text of a notebook, in Jupytext's percent format.
func textFile(notebook string) string {
	return filepath.Join("_text", strings.TrimSuffix(notebook, ".ipynb")+".go")
}

// TestText verifies that the text of each notebook is what jupytext writes, and that jupytext reads the notebook's cells from it.
func TestText(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped with -short: needs jupytext, which may have to be downloaded; TestTextShort compares without it")
	}
	env, err := teaching.Environment()
	if err == nil {
		err = env.Ensure(t.Context(), t.Logf)
	}
	if err != nil {
		t.Fatal(err)
	}
	names := notebooks(t)
	cmd := env.Command(t.Context(), append([]string{filepath.Join("testdata", "text.py")}, names...)...)
	out, err := cmd.Output()
	if exit, ok := err.(*exec.ExitError); ok {
		t.Fatalf("jupytext: %v\n%s", err, exit.Stderr)
	}
	var texts map[string]string
	if err := json.Unmarshal(out, &texts); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if *update {
			if err := os.WriteFile(textFile(name), []byte(texts[name]), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(strings.Split(readText(t, name), "\n"), strings.Split(texts[name], "\n")); diff != "" {
			t.Errorf("%s is not the text of %s; to write it: go test ./notebooks -run Text -update (-file +notebook)\n%s", textFile(name), name, diff)
		}
	}
	files, err := filepath.Glob(filepath.Join("_text", "*"))
	if err != nil || len(files) != len(names) {
		t.Errorf("_text has the files %q (%v), want one for each of %q", files, err, names)
	}
}

// TestTextShort compares each notebook with its text without jupytext: all lines of the cells, apart from blank ones and the signs of a comment.
func TestTextShort(t *testing.T) {
	for _, name := range notebooks(t) {
		text := header.ReplaceAllString(readText(t, name), "")
		text = regexp.MustCompile(`(?m)^// %%( .*)?$`).ReplaceAllString(text, "")
		var cells strings.Builder
		for _, cell := range readNotebook(t, name).Cells {
			cells.WriteString(cell.text() + "\n")
		}
		if diff := cmp.Diff(uncommented(text), uncommented(cells.String())); diff != "" {
			t.Errorf("%s is not the text of %s; to write it: go test ./notebooks -run Text -update (-file +notebook)\n%s", textFile(name), name, diff)
		}
	}
}

// header is what jupytext writes before the first cell.
var header = regexp.MustCompile(`(?s)\A.*?\n// ---\n.*?\n// ---\n`)

// uncommented returns the lines of a text without blank ones and without the signs with which jupytext makes a line a comment.
func uncommented(text string) []string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		for _, sign := range []string{"//gonb:", "// ", "//"} {
			line = strings.TrimPrefix(line, sign)
		}
		lines[i] = strings.TrimSpace(line)
	}
	return slices.DeleteFunc(lines, func(line string) bool { return line == "" })
}

func readText(t *testing.T, notebook string) string {
	t.Helper()
	content, err := os.ReadFile(textFile(notebook))
	if err != nil {
		t.Errorf("%v; to write it: go test ./notebooks -run Text -update", err)
	}
	return string(content)
}
