package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// notebookFile has the parts of a notebook file that the tests need.
type notebookFile struct {
	Cells []cell `json:"cells"`
}

type cell struct {
	Type    string   `json:"cell_type"`
	Source  []string `json:"source"`
	Count   *int     `json:"execution_count"` // nil if the cell has not run
	Outputs []output `json:"outputs"`
}

type output struct {
	Type     string                    `json:"output_type"`
	Data     map[string]any            `json:"data"`
	Metadata map[string]map[string]any `json:"metadata"`
	Text     []string                  `json:"text"`
	Trace    []string                  `json:"traceback"`
}

func (c cell) text() string { return strings.Join(c.Source, "") }

// order is the order in which to read the notebooks.
var order = []string{
	"bidirectional_rnn.ipynb", "inside_the_lstm.ipynb", "sequences_of_your_own.ipynb", "draw_a_digit.ipynb", "exercises.ipynb", "solutions.ipynb",
}

// notebooks returns the names of the notebooks in the order to read.
func notebooks(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("*.ipynb")
	if err != nil || len(names) == 0 {
		t.Fatalf("no notebooks: %v", err)
	}
	for _, name := range names {
		if !slices.Contains(order, name) {
			t.Errorf("%s has no place in the order to read", name)
		}
	}
	return slices.DeleteFunc(slices.Clone(order), func(name string) bool { return !slices.Contains(names, name) })
}

func readTutorial(t *testing.T) notebookFile { return readNotebook(t, tutorial) }

func readNotebook(t *testing.T, path string) notebookFile {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var nb notebookFile
	if err := json.Unmarshal(content, &nb); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return nb
}

// shown returns the text that a reader of the notebook sees below its code
// cells.
func (nb notebookFile) shown() string {
	var all strings.Builder
	for _, cell := range nb.Cells {
		for _, output := range cell.Outputs {
			page, _ := output.Data["text/html"].([]any)
			fmt.Fprintln(&all, strings.Join(output.Text, "")+fmt.Sprintln(page...)+strings.Join(output.Trace, "\n"))
		}
	}
	hidden := regexp.MustCompile(`(?s)<style>.*?</style>|<div class="gonb-err-context">.*?</div>|<[^>]*>`)
	return hidden.ReplaceAllString(all.String(), "")
}

// section is a heading of the notebook, with the code below it.
type section struct{ heading, code string }

// sections returns the notebook's headings in their order.
func (nb notebookFile) sections() []section {
	heading := regexp.MustCompile(`(?m)^(#+ .*)$`)
	var all []section
	for _, cell := range nb.Cells {
		source := strings.Join(cell.Source, "")
		if cell.Type == "code" {
			if len(all) > 0 {
				all[len(all)-1].code += source + "\n"
			}
			continue
		}
		for _, h := range heading.FindAllString(source, -1) {
			all = append(all, section{heading: h})
		}
	}
	return all
}
