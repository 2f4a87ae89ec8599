package slides

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"github.com/easy-gomlx/tutorials/notebooks/internal/browser"
	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
)

var update = flag.Bool("update", false, "write testdata/rules.html")

// prepared returns the setup with JupyterLab's environment.
func prepared(t *testing.T) *setup.Setup {
	t.Helper()
	if testing.Short() {
		t.Skip("skipped with -short: needs JupyterLab's environment, which may have to be downloaded")
	}
	s, err := setup.New(setup.NewConsole(os.Stderr))
	if err == nil {
		err = s.Jupyter().Ensure(t.Context(), t.Logf)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// write writes the slides of a notebook and returns their file.
func write(t *testing.T, notebook string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "slides")
	if err := Write(t.Context(), prepared(t), notebook, dir); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Errorf("%s has %v (%v), want only index.html", dir, files, err)
	}
	return filepath.Join(dir, "index.html")
}

// TestRules verifies what is on a slide, what is in its notes and what is left out, with a notebook that has a case of each.
func TestRules(t *testing.T) {
	content, err := os.ReadFile(write(t, filepath.Join("testdata", "rules.ipynb")))
	if err != nil {
		t.Fatal(err)
	}
	_, got, _ := strings.Cut(string(content), "<main class=\"reveal\">\n")
	got, _, _ = strings.Cut(got, "</main>")
	golden := filepath.Join("testdata", "rules.html")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("the slides differ from %s, which -update writes (-want +got):\n%s", golden, diff)
	}
}

// TestErrors: an error is one line that names the notebook and says what is wrong with it, and there are no slides.
func TestErrors(t *testing.T) {
	s := prepared(t)
	for name, test := range map[string]struct{ content, want string }{
		"no notebook":    {"{", "does not appear to be JSON"},
		"no title":       {`{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}`, "first-level heading"},
		"does not exist": {"", "No such file"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			notebook := filepath.Join(dir, "class.ipynb")
			if test.content != "" {
				if err := os.WriteFile(notebook, []byte(test.content), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			err := Write(t.Context(), s, notebook, filepath.Join(dir, "slides"))
			if err == nil || !strings.Contains(err.Error(), notebook) || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want a line with %q", err, test.want)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "slides", "*")); len(left) > 0 {
				t.Errorf("there are %q", left)
			}
		})
	}
}

// open opens the slides from their file, in a window of the size of a slide.
func open(t *testing.T, file, query string) *browser.Page {
	t.Helper()
	page := browser.OpenURL(t, "file://"+file+query)
	page.Resize(1280, 720)
	page.WaitFor("reveal.js", time.Minute, "window.Reveal?.isReady()")
	return page
}

func TestTutorial(t *testing.T) {
	file := write(t, filepath.Join("..", "..", "bidirectional_rnn.ipynb"))
	t.Run("file", func(t *testing.T) { checkFile(t, file) })
	t.Run("slides", func(t *testing.T) { checkSlides(t, file) })
	t.Run("speaker view", func(t *testing.T) { checkSpeakerView(t, file) })
	t.Run("print", func(t *testing.T) { checkPrint(t, file) })
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
	Reveal.slide(n)
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

// checkSlides: a class of 90 minutes has time for them, and each one is legible, complete and reached with the arrow key.
func checkSlides(t *testing.T, file string) {
	page := open(t, file, "")
	var n int
	page.Eval("Reveal.getTotalSlides()", &n)
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
	page.Eval("Reveal.slide(0) ?? 0", new(int))
	for range n - 1 {
		page.Key(kb.ArrowRight)
	}
	var at, loaded int
	page.Eval("Reveal.getIndices().h", &at)
	if at != n-1 {
		t.Errorf("the arrow keys lead to slide %d of %d", at+1, n)
	}
	page.Key(kb.Escape)
	page.WaitFor("the overview", time.Minute, "Reveal.isOverview()")
	page.Key(kb.Escape)
	page.Eval(`performance.getEntriesByType("resource").filter(e => !e.name.startsWith("data:")).length`, &loaded)
	if loaded > 0 {
		t.Errorf("the page has loaded %d other files", loaded)
	}
	for _, message := range page.Errors() {
		t.Errorf("the browser's console: %s", message)
	}
}

// checkSpeakerView: the S key opens the notes in a window of their own, which follows the slides.
func checkSpeakerView(t *testing.T, file string) {
	page := open(t, file, "#/3")
	page.Eval(`(() => { const open = window.open; window.open = (...all) => window.speaker = open.apply(window, all) })() ?? 0`, new(int))
	page.Key("s")
	notes := `window.speaker?.document.querySelector(".speaker-controls-notes:not(.hidden) .value")?.textContent`
	page.WaitFor("the notes", time.Minute, notes+`?.includes("Each column is one time step")`)
	page.Key(kb.ArrowRight)
	page.WaitFor("the notes of the next slide", time.Minute, notes+`?.includes("We write the dimensions down once")`)
}

// checkPrint: printing to PDF gives a page for each slide.
func checkPrint(t *testing.T, file string) {
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	slides := strings.Count(string(content), "<section>")
	page := open(t, file, "?print-pdf")
	page.WaitFor("the pages", time.Minute, fmt.Sprintf(`document.querySelectorAll(".pdf-page").length === %d`, slides))
	printed := page.PDF()
	if err := os.WriteFile(filepath.Join(t.ArtifactDir(), "slides.pdf"), printed, 0o644); err != nil {
		t.Error(err)
	}
	if n := len(regexp.MustCompile(`/Type\s*/Page\b`).FindAll(printed, -1)); n != slides {
		t.Errorf("printed %d pages, want one for each of %d slides", n, slides)
	}
	if sizes := regexp.MustCompile(`/MediaBox\s*\[[^\]]*\]`).FindAllString(string(printed), 2); len(sizes) == 0 || !strings.Contains(sizes[0], "960 540") {
		t.Errorf("pages have the size %q, want 1280 by 720 pixels, which are 960 by 540 points", sizes)
	}
}
