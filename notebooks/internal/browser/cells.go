package browser

import (
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/chromedp/chromedp"
)

// Cell is a cell of the notebook as the page shows it.
type Cell struct {
	Code    bool
	Source  string   // of a code cell
	Prompt  string   // the text before a code cell: "[3]:", "[*]:" while it waits or runs, "[ ]:"
	Outputs []Output // of a code cell
}

// IsTest reports whether the cell is the test of an exercise.
func (c Cell) IsTest() bool { return strings.HasPrefix(strings.TrimSpace(c.Source), "%test") }

// Output is one output of a cell, as the page shows it.
type Output struct {
	MIME  string // such as "image/png", "application/vnd.jupyter.stdout" or "application/vnd.jupyter.error"
	Text  string // what can be read
	HTML  string
	Image bool    // whether it is an image that has been loaded
	Over  float64 // how far it goes beyond the right edge of the cell, in pixels
}

// NeedsJavaScript reports whether the output shows something only where scripts are run, which GitHub and printed pages do not.
func (o Output) NeedsJavaScript() bool {
	return strings.Contains(o.MIME, "javascript") || strings.Contains(o.MIME, "widget") ||
		slices.ContainsFunc([]string{"<script", "<iframe", "<canvas"}, func(tag string) bool { return strings.Contains(o.HTML, tag) })
}

// Error reports whether the output is that of a cell that failed. The Go kernel reports an error on its standard error and as HTML with links.
func (o Output) Error() bool {
	return o.MIME == "application/vnd.jupyter.error" || strings.Contains(o.HTML, "gonb-err-") ||
		o.MIME == "application/vnd.jupyter.stderr" && !strings.HasPrefix(o.Text, "Cell contents written to") // by %%writefile
}

// cells is the value of all cells. It brings each into view and waits for it, because JupyterLab makes and lays out only what is near.
const cells = `(async () => {
	const frame = () => new Promise(requestAnimationFrame)
	const found = []
	for (const cell of document.querySelectorAll(".jp-Notebook .jp-Notebook-cell")) {
		cell.scrollIntoView({block: "nearest"})
		const content = cell.classList.contains("jp-MarkdownCell") ? ".jp-RenderedMarkdown > *, .jp-mod-rendered .cm-line" : ".cm-line"
		for (let n = 0; n < 600 && !cell.querySelector(content); n++) {
			await frame()
		}
		await frame()
		const outputs = []
		for (const o of cell.querySelectorAll(".jp-OutputArea-output")) {
			const area = o.closest(".jp-OutputArea").getBoundingClientRect(), image = o.querySelector("img")
			await image?.decode().catch(() => {})
			outputs.push({
				mime: o.dataset.mimeType ?? "", text: o.innerText, html: o.innerHTML.replace(/data:[^"]*/g, ""),
				image: (image?.naturalWidth ?? 0) > 0,
				over: (image ?? o).getBoundingClientRect().right - area.right,
			})
		}
		const code = cell.classList.contains("jp-CodeCell")
		found.push({
			code, outputs: code ? outputs : [],
			source: code ? [...cell.querySelectorAll(".jp-InputArea .cm-line")].map(l => l.innerText).join("\n") : "",
			prompt: cell.querySelector(".jp-InputPrompt")?.innerText.trim() ?? "",
		})
	}
	return found
})()`

// Cells returns the cells of the notebook.
func (p *Page) Cells() []Cell {
	p.t.Helper()
	var all []Cell
	p.Eval(cells, &all)
	return all
}

// tall is the height of the window for screenshots of a whole notebook, in pixels.
const tall = 1600

// scroller is the part of the page that shows the cells and can be scrolled.
const scroller = `document.querySelector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer")`

// Screenshots keeps pictures of the whole notebook, from top to bottom, as the artifacts NAME-prefix-01.png,
// NAME-prefix-02.png and so on, where NAME is the file's. It does nothing if artifacts are not kept.
func (p *Page) Screenshots(prefix string) {
	p.t.Helper()
	if kept := flag.Lookup("test.artifacts"); kept == nil || kept.Value.String() != "true" {
		return
	}
	p.Resize(Width, tall)
	defer p.Resize(Width, Height)
	p.Eval(scroller+`.scrollTop = 0`, new(float64))
	for k := 1; ; k++ {
		p.do("settle", chromedp.Sleep(settle))
		if err := p.screenshot(fmt.Sprintf("%s-%02d", prefix, k)); err != nil {
			p.fail("screenshot: %v", err)
		}
		var moved bool
		p.Eval(`(e => { const before = e.scrollTop; e.scrollTop += e.clientHeight - 40; return e.scrollTop > before })(`+scroller+`)`, &moved)
		if !moved {
			return
		}
	}
}

// Screenshot keeps a picture of what the window shows as an artifact, NAME-name.png.
func (p *Page) Screenshot(name string) {
	p.t.Helper()
	if err := p.screenshot(name); err != nil {
		p.fail("screenshot: %v", err)
	}
}

func (p *Page) screenshot(name string) error {
	png, err := run(p, chromedp.CaptureScreenshot())
	if err != nil {
		return err
	}
	file := strings.TrimSuffix(p.Name, path.Ext(p.Name)) + "-" + name + ".png"
	return os.WriteFile(filepath.Join(p.t.ArtifactDir(), file), png, 0o644)
}
