package slides

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"github.com/easy-gomlx/tutorials/notebooks/internal/browser"
)

// TestTutorial opens the tutorial's slides from their file, in a browser that reaches no other machine.
func TestTutorial(t *testing.T) {
	t.Parallel()
	file := write(t, filepath.Join("..", "..", "bidirectional_rnn.ipynb"))
	t.Run("file", func(t *testing.T) { checkFile(t, file) })
	tabs := browser.Browser(t)
	open := func(t *testing.T, query string) *browser.Page {
		page := tabs.Open(t, "slides", "file://"+file+query, browser.Window{Width: 1280, Height: 720})
		page.WaitFor("reveal.js", time.Minute, "window.Reveal?.isReady()")
		return page
	}
	t.Run("slides", func(t *testing.T) { checkSlides(t, open(t, "")) })
	t.Run("keys", func(t *testing.T) { checkKeys(t, open(t, "")) })
	t.Run("accessible", func(t *testing.T) { checkAccessible(t, open(t, "")) })
	t.Run("speaker view", func(t *testing.T) { checkSpeakerView(t, open(t, "#/1")) })
	t.Run("print", func(t *testing.T) { checkPrint(t, open(t, "?print-pdf"), written(t, file)) })
}

// checkFile: the page is in English, refers to no other file, and all of it is text, formulas that were set included.
func checkFile(t *testing.T, file string) {
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	page := string(content)
	if !strings.Contains(page, `<html lang="en">`) || !strings.Contains(page, "<title>Bidirectional RNN for Digit Classification: slides</title>") {
		t.Errorf("the page lacks its language or title: %.300s", page)
	}
	body := page[strings.Index(page, "<main"):strings.Index(page, "</main>")]
	if found := regexp.MustCompile(`\$[^$"{]+\$|\\[a-z]+\{|<mi>&<`).FindString(body); found != "" {
		t.Errorf("a formula is not set: %s", found)
	}
	reference := regexp.MustCompile(`(?:\bsrc="|<link [^>]*href="|url\(["']?|@import ["']?)([^"')]+)`)
	head := page[:strings.Index(page, "</main>")]
	for _, match := range reference.FindAllStringSubmatch(head, -1) {
		if !strings.HasPrefix(match[1], "data:") {
			t.Errorf("the page refers to %.100s", match[1])
		}
	}
	for _, match := range regexp.MustCompile(`<a href="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		if !strings.HasPrefix(match[1], "https://") {
			t.Errorf("a link leads to %q, which is not beside the slides", match[1])
		}
	}
}

// measure shows a slide and lists what is wrong with it.
const measure = `(async n => {
	const {h, v} = Reveal.getIndices(Reveal.getSlides()[n])
	Reveal.slide(h, v)
	await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
	const slide = Reveal.getCurrentSlide(), found = []
	const shown = [...slide.querySelectorAll(".slide *")]
	for (const e of shown) {
		const b = e.getBoundingClientRect(), what = e.tagName + " " + e.textContent.slice(0, 40)
		if (b.left < 0 || b.right > 1280 || b.top < 0 || b.bottom > 690) found.push("clipped at " + [b.left, b.top, b.right, b.bottom] + ": " + what)
		if (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== "visible") found.push("scrolls: " + what)
		const text = [...e.childNodes].some(c => c.nodeType === Node.TEXT_NODE && c.data.trim())
		if (text && !e.closest("msub, msup") && parseFloat(getComputedStyle(e).fontSize) < 18) found.push("text smaller than 18 pixels: " + what)
		if (e.tagName === "IMG" && (!e.naturalWidth || e.alt.length < 20 || Math.max(b.width / 1160, b.height / 560) < 0.95)) found.push("no text alternative or not large: " + e.alt)
	}
	if (!slide.querySelector("h1, h2")?.textContent.trim()) found.push("no heading")
	if (shown.length < 2) found.push("nothing on it")
	return found
})`

// checkSlides: a class of 90 minutes has time for them, each one is legible and complete, and nothing comes from elsewhere.
func checkSlides(t *testing.T, page *browser.Page) {
	n := count(page)
	if n < 25 || n > 38 {
		t.Errorf("%d slides, want 25 to 38", n)
	}
	for k := range n {
		var problems []string
		page.Eval(fmt.Sprintf("%s(%d)", measure, k), &problems)
		for _, problem := range problems {
			t.Errorf("slide %d: %s", k+1, problem)
		}
		page.Screenshot(fmt.Sprintf("%02d", k+1))
	}
	for _, address := range page.Elsewhere() {
		t.Errorf("the page has requested %s", address)
	}
	for _, message := range page.Errors() {
		t.Errorf("the browser's console: %s", message)
	}
}

// count returns the number of slides that the page shows.
func count(page *browser.Page) (n int) {
	page.Eval(`document.querySelectorAll("section > .slide").length`, &n)
	return n
}

// written returns the number of slides in the file.
func written(t *testing.T, file string) int {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(content), `<div class="slide `)
}

// checkKeys: the right arrow leads to the last slide, Escape to the overview and back.
func checkKeys(t *testing.T, page *browser.Page) {
	n := count(page)
	for range n - 1 {
		page.Key(kb.ArrowRight)
	}
	var at int
	page.Eval("Reveal.getSlidePastCount()", &at)
	if at != n-1 {
		t.Errorf("the arrow keys lead to slide %d of %d", at+1, n)
	}
	page.Key(kb.Escape)
	page.WaitFor("the overview", time.Minute, "Reveal.isOverview()")
	page.Screenshot("overview")
	page.Key(kb.Escape)
	page.WaitFor("the end of the overview", time.Minute, "!Reveal.isOverview()")
}

// checkAccessible: axe-core finds nothing wrong with the first slide of each kind.
func checkAccessible(t *testing.T, page *browser.Page) {
	var slides []int
	page.Eval(`[".title", ".text", "math[display=block]", ".source", ".printed", ".images"].map(kind =>
		Reveal.getSlides().findIndex(slide => slide.querySelector(".slide" + kind + ", .slide " + kind)))`, &slides)
	for _, k := range slides {
		page.Eval(fmt.Sprintf("%s(%d)", measure, k), new([]string))
		for _, violation := range page.Axe() {
			t.Errorf("slide %d: %s", k+1, violation)
		}
	}
}

// checkSpeakerView: the S key opens the notes in a window of their own, which follows the slides.
func checkSpeakerView(t *testing.T, page *browser.Page) {
	page.Eval(`(() => { const open = window.open; window.open = (...all) => window.speaker = open.apply(window, all) })() ?? 0`, new(int))
	page.Key("s")
	notes := `window.speaker?.document.querySelector(".speaker-controls-notes:not(.hidden) .value")?.textContent`
	page.WaitFor("the notes", time.Minute, notes+`?.includes("Each column is one time step")`)
	page.Key(kb.ArrowRight)
	page.WaitFor("the notes of the next slide", time.Minute, notes+`?.includes("We write the dimensions down once")`)
}

// checkPrint: printing to PDF gives a page for each slide, of its size.
func checkPrint(t *testing.T, page *browser.Page, n int) {
	page.WaitFor("the pages", time.Minute, fmt.Sprintf(`document.querySelectorAll(".pdf-page").length === %d`, n))
	pdf := page.PDF()
	if err := os.WriteFile(filepath.Join(t.ArtifactDir(), "slides.pdf"), pdf, 0o644); err != nil {
		t.Error(err)
	}
	if pages := len(regexp.MustCompile(`/Type\s*/Page\b`).FindAll(pdf, -1)); pages != n {
		t.Errorf("printed %d pages, want one for each of %d slides", pages, n)
	}
	const size = "960 540" // points, which are 1280 by 720 pixels
	for _, box := range regexp.MustCompile(`/MediaBox\s*\[[^\]]*\]`).FindAllString(string(pdf), -1) {
		if !strings.Contains(box, size) {
			t.Errorf("a page has the size %s, want %s", box, size)
		}
	}
}
