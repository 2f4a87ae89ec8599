package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// status is what the notebook's toolbar says of the kernel: "idle" or "busy", among others.
const status = `document.querySelector(".jp-Notebook-ExecutionIndicator")?.dataset.status`

// waiting is whether a cell waits or runs.
const waiting = `[...document.querySelectorAll(".jp-Notebook .jp-InputPrompt")].some(p => p.textContent.includes("*"))`

// prompts are the prompts of all cells.
const prompts = `[...document.querySelectorAll(".jp-Notebook .jp-InputPrompt")].map(p => p.textContent).join()`

// Menu chooses a command of the menu bar, such as "Run", "Run All Cells", with the mouse.
func (p *Page) Menu(menu, command string) {
	p.t.Helper()
	p.Click(menu, fmt.Sprintf(`[...document.querySelectorAll("#jp-MainMenu li")].find(e => e.innerText.trim() === %q)`, menu))
	p.Click(command, fmt.Sprintf(`[...document.querySelectorAll(".lm-Menu-item")].find(e => e.querySelector(".lm-Menu-itemLabel").innerText.trim() === %q)`, command))
}

// Press presses a button of the notebook's toolbar, given the name of its command, such as "notebook:interrupt-kernel" for ■.
func (p *Page) Press(command string) {
	p.t.Helper()
	p.Click(command, fmt.Sprintf(`document.querySelector(".jp-NotebookPanel-toolbar [data-command='%s']")`, command))
}

// RunAll runs all cells and waits until they have run. The Go kernel goes on after a cell that fails.
func (p *Page) RunAll(timeout time.Duration) {
	p.t.Helper()
	p.StartAll()
	p.Wait(timeout)
}

// StartAll starts to run all cells.
func (p *Page) StartAll() {
	p.t.Helper()
	p.begin(func() { p.Menu("Run", "Run All Cells") })
}

// RunCell runs one cell, numbered from 0, as Shift-Enter does, and waits until it has run.
func (p *Page) RunCell(k int, timeout time.Duration) {
	p.t.Helper()
	p.StartCell(k)
	p.Wait(timeout)
}

// StartCell starts to run one cell, numbered from 0.
func (p *Page) StartCell(k int) {
	p.t.Helper()
	prompt := fmt.Sprintf(`document.querySelectorAll(".jp-Notebook .jp-Notebook-cell")[%d]?.querySelector(".jp-InputPrompt")`, k)
	p.Click(fmt.Sprintf("cell %d", k), prompt)
	p.begin(func() {
		p.do("press Shift-Enter", chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierShift)))
	})
}

// begin starts cells, and waits until a prompt shows it, so that Wait does not take the time before for their end. It waits at most ten seconds,
// because a cell that has the same number as before may end unseen.
func (p *Page) begin(start func()) {
	p.t.Helper()
	var before, now string
	p.Eval(prompts, &before)
	start()
	for began := time.Now(); time.Since(began) < 10*time.Second; time.Sleep(50 * time.Millisecond) {
		if p.Eval(prompts, &now); now != before {
			return
		}
	}
}

// Wait waits until the cells that were started have run.
func (p *Page) Wait(timeout time.Duration) {
	p.t.Helper()
	start, reported := time.Now(), time.Now()
	for idle := 0; idle < 4; time.Sleep(200 * time.Millisecond) {
		var now, progress string
		p.Eval(waiting+` ? "waiting" : `+status+` ?? ""`, &now)
		p.Eval(`document.querySelector(".jp-Notebook-ExecutionIndicator")?.textContent ?? ""`, &progress)
		if idle++; now != "idle" {
			idle = 0
		}
		if time.Since(reported) > 15*time.Second {
			reported = time.Now()
			p.t.Logf("%s: %v: %s", p.Name, time.Since(start).Round(time.Second), strings.Join(strings.Fields(progress), " "))
		}
		if time.Since(start) > timeout {
			p.fail("the cells have not run within %v", timeout)
		}
	}
}

// Save saves the notebook and waits until its file has changed.
func (p *Page) Save() {
	p.t.Helper()
	file := filepath.Join(p.lab.Dir, p.Name)
	before, err := os.Stat(file)
	if err != nil {
		p.t.Fatal(err)
	}
	p.Menu("File", "Save Notebook")
	for start := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		if after, err := os.Stat(file); err == nil && after.ModTime().After(before.ModTime()) {
			return
		}
		if time.Since(start) > patience {
			p.fail("the notebook was not saved")
		}
	}
}
