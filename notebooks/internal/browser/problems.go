package browser

import (
	"fmt"
	"slices"
	"strings"
)

// Problems returns what is wrong with a notebook as the page shows it: a cell has failed that is not the test of an exercise, a figure or a
// formula does not appear or is too wide, a link leads nowhere, the output of another notebook than the pad's needs JavaScript, or the browser
// reports an error.
func (p *Page) Problems() []string {
	var all []string
	found := func(format string, args ...any) {
		if problem := fmt.Sprintf(format, args...); !slices.Contains(all, problem) {
			all = append(all, problem)
		}
	}
	for _, width := range []int64{900, Width} {
		p.Resize(width, Height)
		for k, cell := range p.Cells() {
			for _, output := range cell.Outputs {
				switch {
				case output.Error() && !cell.IsTest():
					found("cell %d has failed: %s", k, output.Text)
				case strings.HasPrefix(output.MIME, "image/") && !output.Image:
					found("cell %d: a figure does not appear", k)
				case output.Over > 1:
					found("cell %d: %s is %.0f pixels wider than the cell in a window of %d", k, output.MIME, output.Over, width)
				case output.NeedsJavaScript() && p.Name != "draw_a_digit.ipynb":
					found("cell %d: %s needs JavaScript", k, output.MIME)
				}
			}
		}
	}
	var text []string
	p.Eval(brokenText, &text)
	all = append(all, text...)
	for _, message := range p.Errors() {
		found("the browser's console: %s", message)
	}
	return all
}

// brokenText is a list of what the text of a notebook does not show: formulas with an error, missing pictures, links to missing headings.
const brokenText = `[...document.querySelectorAll(".jp-Notebook .jp-RenderedMarkdown")].flatMap(text => [
	...[...text.querySelectorAll("[data-mml-node='merror'], mjx-merror")].map(e => "a formula has an error: " + e.textContent),
	...(/\$\$|\\(frac|sigma|odot|partial)/.test(text.innerText) ? ["a formula is not set: " + text.innerText] : []),
	...[...text.querySelectorAll("img")].filter(e => !e.naturalWidth).map(e => "a picture is missing: " + e.src.slice(0, 80)),
	...[...text.querySelectorAll("a[href^='#']")].map(e => decodeURIComponent(e.getAttribute("href").slice(1)))
		.filter(id => !document.getElementById(id) && !document.querySelector("[data-jupyter-id=" + CSS.escape(id) + "]"))
		.map(id => "a link leads nowhere: #" + id),
])`
