package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"github.com/easy-gomlx/tutorials/notebooks/internal/browser"
	"github.com/easy-gomlx/tutorials/plotting/pad"
)

func init() { running["draw_a_digit.ipynb"] = runDrawing }

const (
	padCanvas   = `document.getElementById("pad")`
	padAnswer   = `document.getElementById("answer")`
	padFinished = "The last drawing. Run the cell again to draw more."
)

// runDrawing draws digits with the mouse and with a finger while all cells run, and gives the network ten of them to name.
func runDrawing(t *testing.T, page *browser.Page) {
	t.Helper()
	page.StartAll()
	page.WaitFor("the pad", patience, padAnswer)
	for _, digit := range []int{0, 1, 3, 7} {
		drawDigit(page.Stroke, digit)
		slowest := waitForAnswer(t, page, digit)
		t.Logf("the answer to a %d came %.0f ms after the stroke", digit, slowest)
		press(page, "Clear")
		page.WaitFor("an empty pad", time.Minute, padAnswer+`.textContent === ""`)
	}
	for _, key := range []string{kb.Escape, kb.Delete} {
		drawDigit(page.Touch, 2)
		waitForAnswer(t, page, 2)
		page.Key(key)
		page.WaitFor(fmt.Sprintf("an empty pad after key %q", key), time.Minute, padAnswer+`.textContent === ""`)
	}
	drawDigit(page.Stroke, 4)
	waitForAnswer(t, page, 4)
	page.WaitFor("the beliefs", time.Minute, `[...document.querySelectorAll(".jp-OutputArea-output img")].some(i => /a digit, predicted 4/.test(i.alt))`)
	page.Screenshot("pad")
	press(page, "Done")
	page.WaitFor("the digits that are asked for", patience, `/^Draw a 0/.test(document.querySelector(".digit-pad")?.textContent)`)
	for digit := range 10 {
		page.WaitFor(fmt.Sprintf("the question for %d", digit), time.Minute, fmt.Sprintf(`/Draw a %d/.test(document.querySelector(".digit-pad")?.textContent)`, digit))
		drawDigit(page.Stroke, digit)
		press(page, "Next")
	}
	page.Wait(patience)
	var said string
	page.Eval(`document.querySelector(".jp-Notebook").innerText`, &said)
	for _, want := range []string{padFinished, "10 of 10 digits are in own_digits.png", "10 of 10 right", "95% interval 69.2% to 100.0%"} {
		if !strings.Contains(said, want) {
			t.Errorf("the notebook does not show %q", want)
		}
	}
}

// TestPadEnds stops the pad with ■, restarts the kernel while it is shown, runs it again, and opens the notebook that was saved meanwhile.
func TestPadEnds(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a notebook in a real JupyterLab and a real Chromium")
	}
	const name = "draw_a_digit.ipynb"
	jupyter := browser.Start(t, name)
	page := jupyter.Open(t, name, browser.Dark)
	page.StartAll()
	page.WaitFor("the pad", patience, padAnswer)
	drawDigit(page.Stroke, 5)
	waitForAnswer(t, page, 5)
	page.Screenshot("dark")
	page.Resize(800, browser.Height)
	page.Eval(padAnswer+`.scrollIntoView({block: "start"})`, new(any))
	page.Screenshot("dark-800")
	page.Resize(browser.Width, browser.Height)

	saved := saveWithPad(t, page, filepath.Join(jupyter.Dir, name))
	page.Press("notebook:interrupt-kernel")
	page.Wait(patience)
	if text := padOutput(page); !strings.Contains(text, padFinished) || strings.Contains(text, "exit status") {
		t.Errorf("after ■ the pad's cell shows:\n%s", text)
	}

	page.StartAll()
	page.WaitFor("the pad", patience, padAnswer)
	page.Menu("Kernel", "Restart Kernel…")
	page.Click("Restart", `document.querySelector(".jp-Dialog button.jp-mod-accept")`)
	page.WaitFor("the pad's picture", time.Minute, `!`+padCanvas+` && [...document.querySelectorAll("img")].some(i => /^A drawing/.test(i.alt))`)

	page.StartAll()
	page.WaitFor("the pad", patience, padAnswer)
	drawDigit(page.Stroke, 8)
	waitForAnswer(t, page, 8)
	press(page, "Done")
	page.WaitFor("the digits that are asked for", patience, `/^Draw a 0/.test(document.querySelector(".digit-pad")?.textContent)`)
	press(page, "Next")
	page.WaitFor("a warning", time.Minute, `/The pad is empty/.test(document.querySelector(".digit-pad").textContent)`)
	page.Screenshot("ask")
	press(page, "Done")
	page.Wait(patience)

	if err := os.WriteFile(filepath.Join(jupyter.Dir, "saved.ipynb"), saved, 0o600); err != nil {
		t.Fatal(err)
	}
	opened := jupyter.Open(t, "saved.ipynb", browser.Light)
	opened.WaitFor("the picture", time.Minute, `[...document.querySelectorAll("img")].some(i => /^A drawing/.test(i.alt))`)
	var controls int
	opened.Eval(`document.querySelectorAll(".jp-OutputArea button, .jp-OutputArea canvas").length`, &controls)
	if controls > 0 {
		t.Errorf("without its program the pad shows %d controls", controls)
	}
	opened.Screenshot("saved")
}

// saveWithPad saves the notebook while it shows the pad, and returns what was saved.
func saveWithPad(t *testing.T, page *browser.Page, file string) []byte {
	t.Helper()
	page.Menu("File", "Save Notebook")
	for start := time.Now(); time.Since(start) < time.Minute; time.Sleep(100 * time.Millisecond) {
		if saved, err := os.ReadFile(file); err == nil && json.Valid(saved) && bytes.Contains(saved, []byte("digit-pad-")) {
			return saved
		}
	}
	t.Fatal("the notebook was not saved")
	return nil
}

// padOutput returns the text of the first cell with a pad.
func padOutput(page *browser.Page) string {
	for _, cell := range page.Cells() {
		if strings.Contains(cell.Source, "pad.Pad{Recognize") {
			var text strings.Builder
			for _, output := range cell.Outputs {
				text.WriteString(output.Text + "\n")
			}
			return text.String()
		}
	}
	return ""
}

// drawDigit draws the strokes of a digit on the pad.
func drawDigit(draw func(what, element string, points ...browser.Point), digit int) {
	for _, stroke := range pad.Strokes(digit) {
		points := make([]browser.Point, len(stroke))
		for k, p := range stroke {
			points[k] = browser.Point(p)
		}
		draw("the pad", padCanvas, points...)
	}
}

// waitForAnswer waits until the pad names the digit with certainty, and returns for how many milliseconds.
func waitForAnswer(t *testing.T, page *browser.Page, digit int) (took float64) {
	t.Helper()
	page.Eval(fmt.Sprintf(`(async () => {
		const start = performance.now()
		while (%s?.textContent !== "%d" && performance.now() < start + 20000) await new Promise(requestAnimationFrame)
		return performance.now() - start
	})()`, padAnswer, digit), &took)
	if took > 19000 {
		var text string
		page.Eval(padAnswer+`?.textContent ?? "nothing"`, &text)
		t.Errorf("the pad shows %q for a %d", text, digit)
	}
	return took
}

// press presses a button of the pad.
func press(page *browser.Page, name string) {
	page.Click(name, fmt.Sprintf(`[...document.querySelectorAll(".digit-pad button")].find(b => b.textContent === %q)`, name))
}
