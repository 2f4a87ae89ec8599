// Package pad tests the pad of draw_a_digit.ipynb in a browser.
package pad_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/easy-gomlx/tutorials/notebooks/internal/browser"
	"github.com/easy-gomlx/tutorials/plotting/pad"
)

const (
	padCanvas   = `document.getElementById("pad")`
	padAnswer   = `document.getElementById("answer")`
	padFinished = "The last drawing. Run the cell again to draw more."
)

const (
	notebook = "draw_a_digit.ipynb"
	patience = 5 * time.Minute // for all cells, on a slow machine
)

// TestMain runs the tests in the directory of the notebooks.
func TestMain(m *testing.M) {
	if err := os.Chdir(filepath.Join("..", "..", "..")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// TestDrawing draws digits with the mouse and with a finger while all cells run, and gives the network ten of them to name.
func TestDrawing(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a notebook in a real JupyterLab and a real Chromium")
	}
	page := browser.Start(t, notebook).Open(t, notebook, browser.Light)
	page.StartAll()
	page.WaitFor("the pad", patience, padAnswer)
	drawDigit(page.Stroke, 3)
	waitForAnswer(t, page, 3)
	press(page, "Clear")
	page.WaitFor("an empty pad", patience, padAnswer+`.textContent === ""`)
	for _, key := range []string{kb.Escape, kb.Delete} {
		drawDigit(page.Touch, 2)
		waitForAnswer(t, page, 2)
		page.Key(key)
		page.WaitFor(fmt.Sprintf("an empty pad after key %q", key), patience, padAnswer+`.textContent === ""`)
	}
	drawDigit(page.Stroke, 4)
	waitForAnswer(t, page, 4)
	page.WaitFor("the beliefs", patience, `document.querySelectorAll(".jp-OutputArea:has(.digit-pad) img").length === 1`)
	page.Screenshot("pad")
	press(page, "Clear")
	measure(t, page)
	press(page, "Done")
	page.WaitFor("the digits that are asked for", patience, `/^Draw a 0/.test(document.querySelector(".digit-pad")?.textContent)`)
	for digit := range 10 {
		page.WaitFor(fmt.Sprintf("the question for %d", digit), patience, fmt.Sprintf(`/Draw a %d/.test(document.querySelector(".digit-pad")?.textContent)`, digit))
		drawDigit(page.Stroke, digit)
		press(page, "Next")
	}
	page.Wait(patience)
	said := said(page, "")
	for _, want := range []string{padFinished, "10 of 10 digits are in own_digits.png", "10 of 10 right", "95% interval 69.2% to 100.0%"} {
		if !strings.Contains(said, want) {
			t.Errorf("the notebook does not show %q", want)
		}
	}
	for _, problem := range page.Problems() {
		t.Error(problem)
	}
	page.Screenshots("light")
}

// TestPadEnds stops the pad with ■, restarts the kernel while it is shown, runs it again, and opens the notebook that was saved meanwhile.
func TestPadEnds(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a notebook in a real JupyterLab and a real Chromium")
	}
	jupyter := browser.Start(t, notebook)
	page := jupyter.Open(t, notebook, browser.Dark)
	startPad(page)
	drawDigit(page.Stroke, 5)
	waitForAnswer(t, page, 5)
	page.Screenshot("dark")
	page.Resize(800, browser.Height)
	page.Eval(padAnswer+`.scrollIntoView({block: "start"})`, new(any))
	page.Screenshot("dark-800")
	page.Resize(browser.Width, browser.Height)

	saved := saveWithPad(t, page, filepath.Join(jupyter.Dir, notebook))
	page.Press("notebook:interrupt-kernel")
	page.Wait(patience)
	if text := said(page, "Explain: beliefs"); !strings.Contains(text, padFinished) || strings.Contains(text, "exit status") {
		t.Errorf("after ■ the pad's cell shows:\n%s", text)
	}

	showPad(page)
	page.Menu("Kernel", "Restart Kernel…")
	page.Click("Restart", `document.querySelector(".jp-Dialog button.jp-mod-accept")`)
	page.WaitFor("the pad's picture", patience, `!`+padCanvas+` && [...document.querySelectorAll("img")].some(i => /^A drawing/.test(i.alt))`)

	startPad(page)
	drawDigit(page.Stroke, 8)
	waitForAnswer(t, page, 8)
	press(page, "Done")
	page.Wait(patience)
	page.StartCell(padKeep)
	page.WaitFor("the digits that are asked for", patience, `/^Draw a 0/.test(document.querySelector(".digit-pad")?.textContent)`)
	press(page, "Next")
	page.WaitFor("a warning", patience, `/The pad is empty/.test(document.querySelector(".digit-pad").textContent)`)
	page.Screenshot("ask")
	press(page, "Done")
	page.Wait(patience)

	if err := os.WriteFile(filepath.Join(jupyter.Dir, "saved.ipynb"), saved, 0o600); err != nil {
		t.Fatal(err)
	}
	opened := jupyter.Open(t, "saved.ipynb", browser.Light)
	opened.WaitFor("the picture", patience, `[...document.querySelectorAll("img")].some(i => /^A drawing/.test(i.alt))`)
	var controls int
	opened.Eval(`document.querySelectorAll(".jp-OutputArea button, .jp-OutputArea canvas").length`, &controls)
	if controls > 0 {
		t.Errorf("without its program the pad shows %d controls", controls)
	}
	opened.Screenshot("saved")
}

// The cells of the notebook that the pad needs, the cell with the pad, and that for ten digits.
var padNeeds = []int{2, 4, 6, 8, 10}

const padShow, padKeep = 12, 30

// startPad runs the cells up to the pad in a new kernel.
func startPad(page *browser.Page) {
	for _, k := range padNeeds {
		page.RunCell(k, patience)
	}
	showPad(page)
}

// showPad runs the pad's cell.
func showPad(page *browser.Page) {
	page.StartCell(padShow)
	page.WaitFor("the pad", patience, padAnswer)
}

// saveWithPad saves the notebook while it shows the pad, and returns what was saved.
func saveWithPad(t *testing.T, page *browser.Page, file string) []byte {
	t.Helper()
	page.Menu("File", "Save Notebook")
	for start := time.Now(); time.Since(start) < patience; time.Sleep(100 * time.Millisecond) {
		if saved, err := os.ReadFile(file); err == nil && json.Valid(saved) && bytes.Contains(saved, []byte("digit-pad-")) {
			return saved
		}
	}
	t.Fatal("the notebook was not saved")
	return nil
}

// said returns the text of the outputs of all cells whose source contains a text.
func said(page *browser.Page, source string) string {
	var text strings.Builder
	for _, cell := range page.Cells() {
		if strings.Contains(cell.Source, source) {
			for _, output := range cell.Outputs {
				text.WriteString(output.Text + "\n")
			}
		}
	}
	return text.String()
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

// waitForAnswer waits until the pad names the digit.
func waitForAnswer(t *testing.T, page *browser.Page, digit int) {
	t.Helper()
	var took float64
	page.Eval(fmt.Sprintf(`(async () => {
		const start = performance.now()
		while (%s?.textContent !== "%d" && performance.now() < start + 60000) await new Promise(requestAnimationFrame)
		return performance.now() - start
	})()`, padAnswer, digit), &took)
	if took > 59000 {
		var text string
		page.Eval(padAnswer+`?.textContent ?? "nothing"`, &text)
		t.Errorf("the pad shows %q for a %d", text, digit)
	}
}

// measure reports how long it takes from a short stroke to its answer.
func measure(t *testing.T, page *browser.Page) {
	t.Helper()
	var times []float64
	page.Eval(`(async () => {
		const pad = `+padCanvas+`, answer = `+padAnswer+`, times = []
		const box = pad.getBoundingClientRect()
		const event = (type, dy) => pad.dispatchEvent(new PointerEvent(type, {pointerId: 1, button: 0, clientX: box.x + 140, clientY: box.y + dy}))
		const frame = () => new Promise(requestAnimationFrame)
		for (let k = 0; k < 5; k++) {
			await new Promise(done => setTimeout(done, 1200)) // the belief's figure has been drawn
			const start = performance.now()
			event("pointerdown", 100); event("pointermove", 180); event("pointerup", 180)
			while (answer.textContent === "" && performance.now() < start + 5000) await frame()
			times.push(performance.now() - start)
			document.querySelector(".digit-pad-buttons button").click()
		}
		return times
	})()`, &times)
	slices.Sort(times)
	t.Logf("from a stroke to its answer: %.0f ms, at most %.0f ms", times[len(times)/2], times[len(times)-1])
	if times[len(times)/2] > 500 {
		t.Errorf("the answers take %.0f ms", times)
	}
}

// press presses a button of the pad.
func press(page *browser.Page, name string) {
	page.Click(name, fmt.Sprintf(`[...document.querySelectorAll(".digit-pad button")].find(b => b.textContent === %q)`, name))
}
