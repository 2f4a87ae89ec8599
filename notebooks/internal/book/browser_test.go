package book

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/easy-gomlx/tutorials/notebooks/internal/browser"
)

// serve returns the address of the book on a web server, below a path.
func serve(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.StripPrefix("/a/path/", http.FileServer(http.Dir(site(t)))))
	t.Cleanup(server.Close)
	return server.URL + "/a/path/"
}

// windows are those of a desktop and of a phone.
var windows = map[string]browser.Window{
	"desktop": {Width: 1280, Height: 1000},
	"phone":   {Width: 390, Height: 844, Scale: 2, Dark: true, Phone: true},
}

// unfold opens what is folded.
const unfold = `document.querySelectorAll("details").forEach(d => d.open = true) ?? true`

// broken is a list of what a page does not show well: pictures that are missing or too wide, formulas that are not set, and text beyond the
// edge of the window.
const broken = `[
	...[...document.images].filter(i => !i.naturalWidth).map(i => "a picture is missing: " + i.src),
	...[...document.querySelectorAll(".bd-article :is(img, p, li, summary, pre, table)")].filter(e => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth
		&& !e.closest(".pst-scrollable-table-container, .cell_output, pre")).map(e => "beyond the edge: " + e.outerHTML.slice(0, 80)),
	...[...document.querySelectorAll(".bd-article p")].filter(p => /\$\$|\\(frac|sigma|odot)/.test(p.innerText)).map(p => "a formula is not set: " + p.innerText),
	...(document.querySelector("merror") ? ["a formula is wrong"] : []),
	...(document.documentElement.scrollWidth > innerWidth ? ["the page is " + document.documentElement.scrollWidth + " pixels wide"] : []),
]`

// TestPages opens every page as a reader does, without a network: it is complete, fits into the window, requests nothing from another host,
// and axe-core finds nothing wrong. The screenshots are artifacts.
func TestPages(t *testing.T) {
	names, address := pageNames(t), serve(t)
	tabs := browser.Browser(t)
	for _, name := range names {
		for window, w := range windows {
			t.Run(name+"/"+window, func(t *testing.T) {
				p := tabs.Open(t, name, address+name, w)
				p.Screenshot(window)
				p.Eval(unfold, new(bool))
				var problems []string
				p.Eval(broken, &problems)
				for _, problem := range append(append(problems, p.Errors()...), p.Elsewhere()...) {
					t.Error(problem)
				}
				for _, problem := range p.Axe() {
					t.Error("axe: ", problem)
				}
				p.Resize(320, 568) // a small phone, or the letters at four times their size
				p.Eval(broken, &problems)
				for _, problem := range problems {
					t.Error("320 pixels wide: ", problem)
				}
			})
		}
	}
}

// TestDisk: the book works without a server.
func TestDisk(t *testing.T) {
	name := "exercises.html"
	file := filepath.Join(site(t), name)
	p := browser.Browser(t).Open(t, name, "file://"+file, browser.Window{})
	var folded, opened bool
	p.Eval(`!document.querySelector("details.solution pre").checkVisibility()`, &folded)
	p.Click("a solution", `document.querySelector("details.solution summary")`)
	p.Eval(`document.querySelector("details.solution pre").checkVisibility()`, &opened)
	if !folded || !opened {
		t.Errorf("a solution is folded at first: %v, and opens: %v", folded, opened)
	}
	p.Click("the slides", `[...document.querySelectorAll("nav a")].find(a => a.innerText === "Slides")`)
	p.WaitFor("the slides", time.Minute, `location.href.endsWith("/slides/index.html") && document.readyState === "complete"`)
	for _, problem := range append(p.Errors(), p.Elsewhere()...) {
		t.Error(problem)
	}
}

// TestSearch finds the pages that have a word, in the browser.
func TestSearch(t *testing.T) {
	p := browser.Browser(t).Open(t, "search.html", serve(t)+"search.html?q=forget", browser.Window{})
	p.WaitFor("results", time.Minute, `document.querySelectorAll("#search-results li a").length >= 3`)
	var found []string
	p.Eval(`[...document.querySelectorAll("#search-results li a")].map(a => a.href)`, &found)
	for _, want := range []string{"bidirectional_rnn.html", "inside_the_lstm.html", "exercises.html"} {
		if !strings.Contains(fmt.Sprint(found), want) {
			t.Errorf("found %q, want %s", found, want)
		}
	}
	p.Screenshot("forget")
}

// TestTheme: the switch changes the theme, which the other pages then have too.
func TestTheme(t *testing.T) {
	address := serve(t)
	tabs := browser.Browser(t)
	p := tabs.Open(t, "index.html", address, browser.Window{})
	const theme = `document.documentElement.dataset.theme`
	for _, button := range []string{".theme-switch-button", ".theme-change-button[data-mode=dark]"} {
		p.Click(button, fmt.Sprintf(`[...document.querySelectorAll(%q)].find(e => e.checkVisibility())`, button))
	}
	p.WaitFor("the dark theme", time.Minute, theme+` === "dark"`)
	tabs.Open(t, "exercises.html", address+"exercises.html", browser.Window{}).WaitFor("the dark theme on the next page", time.Minute, theme+` === "dark"`)
}

// TestPrint: a page that is read in the dark is printed in the light theme, and is dark again afterwards. The PDF is an artifact.
func TestPrint(t *testing.T) {
	const name = "inside_the_lstm.html"
	p := browser.Browser(t).Open(t, name, serve(t)+name, browser.Window{Dark: true})
	p.Eval(`(addEventListener("beforeprint", () => window.printed = document.documentElement.dataset.theme), true)`, new(bool))
	pdf := p.PDF()
	if err := os.WriteFile(filepath.Join(t.ArtifactDir(), "inside_the_lstm.pdf"), pdf, 0o644); err != nil {
		t.Fatal(err)
	}
	var themes []string
	p.Eval(`[window.printed, document.documentElement.dataset.theme]`, &themes)
	if fmt.Sprint(themes) != "[light dark]" {
		t.Errorf("the theme of the print, and then of the screen: %q", themes)
	}
	if pages := bytes.Count(pdf, []byte("/Type /Page\n")); pages < 20 || pages > 60 {
		t.Errorf("the print has %d pages", pages)
	}
}
