package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestOutputs verifies that the notebooks have the outputs of a full run, and that a reader can read them everywhere.
func TestOutputs(t *testing.T) {
	for _, name := range notebooks(t) {
		t.Run(name, func(t *testing.T) {
			nb := readNotebook(t, name)
			if name == "exercises.ipynb" { // the reader's to run
				for k, cell := range nb.Cells {
					if cell.Count != nil || len(cell.Outputs) > 0 {
						t.Errorf("cell %d has run", k)
					}
				}
				return
			}
			scripts := 0
			for k, cell := range nb.Cells {
				if cell.Type != "code" {
					continue
				}
				if cell.Count == nil && strings.Contains("\n"+cell.text(), "\n%") { // the others only declare something
					t.Errorf("cell %d has not run", k)
				}
				for _, output := range cell.Outputs {
					checkOutput(t, k, output)
					if output.needsScript() {
						scripts++
					}
				}
				checkFigure(t, nb, k)
				if n, most := cell.printed(), 60; n > most && !strings.Contains(cell.text(), "Training epoch") { // which is the original's
					t.Errorf("cell %d prints %d lines, want at most %d", k, n, most)
				}
			}
			if pads := strings.Count(name, "draw"); scripts > pads {
				t.Errorf("%d outputs need JavaScript, want %d", scripts, pads)
			}
		})
	}
}

// checkOutput: no error, and a text alternative for a figure.
func checkOutput(t *testing.T, k int, o output) {
	if o.Type == "error" || strings.Contains(strings.Join(o.Text, ""), "exit status") {
		t.Errorf("cell %d ended in an error", k)
	}
	if alt, _ := o.Metadata["image/png"]["alt"].(string); o.Data["image/png"] != nil && len(alt) < 20 {
		t.Errorf("cell %d: a figure has the text alternative %q", k, alt)
	}
}

// checkFigure: text below a figure says what to look for.
func checkFigure(t *testing.T, nb notebookFile, k int) {
	if !slices.ContainsFunc(nb.Cells[k].Outputs, func(o output) bool { return o.Data["image/png"] != nil }) {
		return
	}
	if k+1 == len(nb.Cells) || !strings.HasPrefix(nb.Cells[k+1].text(), "**What to look for.**") {
		t.Errorf("the text below the figure of cell %d does not begin with **What to look for.**", k)
	}
}

// needsScript reports whether the output does not show without JavaScript.
func (o output) needsScript() bool {
	page := fmt.Sprint(o.Data["text/html"])
	return o.Data["application/javascript"] != nil || strings.Contains(page, "<script") || strings.Contains(page, " onclick=")
}

// printed returns the number of lines that a cell prints.
func (c cell) printed() (lines int) {
	for _, output := range c.Outputs {
		lines += strings.Count(strings.Join(output.Text, ""), "\n")
	}
	return lines
}

// TestEpochs verifies that the number of epochs is in one place, where -epochs finds it.
func TestEpochs(t *testing.T) {
	constant := regexp.MustCompile(`(?m)^\s*(?:const\s+)?epochs\s*=\s*\d+`)
	trains := regexp.MustCompile(`\.(Train|TrainStep)\(`)
	for _, name := range notebooks(t) {
		code := ""
		for _, s := range readNotebook(t, name).sections() {
			code += s.code
		}
		n := len(constant.FindAllString(code, -1))
		if n > 1 || n == 0 && trains.MatchString(code) {
			t.Errorf("%s has %d lines like \"epochs = 10\", want one if it trains", name, n)
		}
	}
}

// TestTutorialFigures verifies that the tutorial has the figures of a full run.
func TestTutorialFigures(t *testing.T) {
	figures := 0
	for _, cell := range readTutorial(t).Cells {
		for _, output := range cell.Outputs {
			if output.Data["image/png"] != nil {
				figures++
			}
		}
	}
	if figures < 8 {
		t.Errorf("the notebook has %d figures, want at least 8", figures)
	}
}
