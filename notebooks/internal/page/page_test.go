package page_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"github.com/easy-gomlx/tutorials/notebooks/internal/browser"
	"github.com/easy-gomlx/tutorials/notebooks/internal/page"
	"github.com/easy-gomlx/tutorials/plotting/pad"
)

var ctx = context.Background() // of all tests, which share a page

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "page-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	shared = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

const (
	patience = time.Minute // for one step, on a busy machine
	canvas   = `document.getElementById("pad")`
	answer   = `document.getElementById("answer")`
	belief   = `document.getElementById("belief").textContent`
	ready    = `document.getElementById("work").checkVisibility() && document.getElementById("state").textContent === ""`
)

// TestDrawing draws digits with the mouse and with a finger, in the page opened from the disk and from a web server, under some path.
func TestDrawing(t *testing.T) {
	dir := written(t)
	tabs := browser.Browser(t)
	server := serve(t, dir)
	for name, test := range map[string]struct {
		address string
		window  browser.Window
		digits  []int
	}{
		"disk, mouse":    {"file://" + filepath.ToSlash(filepath.Join(dir, page.Index)), browser.Window{}, []int{0, 4, 7}},
		"server, finger": {server.URL + "/some/path/", browser.Window{Width: 390, Height: 844, Scale: 3, Phone: true}, []int{2, 5, 9}},
	} {
		t.Run(name, func(t *testing.T) {
			p := open(t, tabs, test.address, test.window)
			draw := p.Stroke
			if test.window.Phone {
				draw = p.Touch
			}
			for _, digit := range test.digits {
				drawDigit(draw, digit)
				named(p, digit)
				p.WaitFor("the beliefs", patience, fmt.Sprintf(`/takes it for a %d,/.test(%s)`, digit, belief))
				p.Click("Clear", `[...document.querySelectorAll("button")].find(b => b.textContent === "Clear")`)
				p.WaitFor("an empty pad", patience, answer+`.textContent === ""`)
			}
			var y float64
			p.Eval(`scrollY`, &y)
			drawDigit(draw, 1)
			var after float64
			p.Eval(`scrollY`, &after)
			if after != y {
				t.Errorf("drawing has scrolled the page by %v pixels", after-y)
			}
			clean(t, p)
		})
	}
}

// TestKeyboard does what is possible without a pointer: the examples are reached with Tab and loaded with Enter or Space, and Escape and
// Delete clear the pad.
func TestKeyboard(t *testing.T) {
	dir := written(t)
	p := open(t, browser.Browser(t), "file://"+filepath.ToSlash(filepath.Join(dir, page.Index)), browser.Window{})
	const focused = `document.activeElement`
	var path []string
	for range 14 {
		p.Key(kb.Tab)
		var name string
		p.Eval(focused+`.getAttribute("aria-label") ?? `+focused+`.textContent`, &name)
		path = append(path, name)
		switch name {
		case "A handwritten 3":
			p.Key(kb.Enter)
			named(p, 3)
			p.Key(kb.Escape)
			p.WaitFor("an empty pad after Escape", patience, answer+`.textContent === ""`)
		case "A handwritten 8":
			p.Key(" ")
			named(p, 8)
		}
	}
	t.Logf("Tab goes to %q", path)
	p.Eval(canvas+`.focus() ?? true`, new(bool))
	p.Key(kb.Delete)
	p.WaitFor("an empty pad after Delete", patience, answer+`.textContent === ""`)
	clean(t, p)
}

// TestOffline visits the page on a web server once. It works then without the server.
func TestOffline(t *testing.T) {
	dir := written(t)
	server := serve(t, dir)
	p := open(t, browser.Browser(t), server.URL+"/some/path/", browser.Window{})
	p.Eval(`navigator.serviceWorker.ready.then(() => true)`, new(bool)) // it has kept the page
	server.Close()
	p.Eval(`(window.before = true, setTimeout(() => location.reload()), true)`, new(bool))
	p.WaitFor("the page without its server", patience, `!window.before && `+ready)
	drawDigit(p.Stroke, 2)
	named(p, 2)
}

// TestFails opens the page in a browser that lacks what it needs: it says so, and tries again when the button is pressed.
func TestFails(t *testing.T) {
	dir := written(t)
	content := read(t, filepath.Join(dir, page.Index))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "script-src 'unsafe-inline'") // no WebAssembly
		_, _ = w.Write(content)
	}))
	t.Cleanup(server.Close)
	p := browser.Browser(t).Open(t, "fails", server.URL, browser.Window{Width: 390, Height: 844})
	p.WaitFor("what is wrong", patience, `/does not run here/.test(document.getElementById("state").textContent)`)
	p.Screenshot("message")
	p.Click("Try again", `document.getElementById("retry")`)
	p.WaitFor("what is wrong, again", patience, `/does not run here/.test(document.getElementById("state").textContent)`)
	for _, problem := range p.Axe() {
		t.Error(problem)
	}
}

// TestLooks checks the page with axe-core and keeps pictures of it, in several widths, light and dark.
func TestLooks(t *testing.T) {
	dir := written(t)
	tabs := browser.Browser(t)
	for _, width := range []int64{320, 390, 768, 1280} {
		for _, dark := range []bool{false, true} {
			name := fmt.Sprintf("%d-light", width)
			if dark {
				name = fmt.Sprintf("%d-dark", width)
			}
			t.Run(name, func(t *testing.T) {
				p := open(t, tabs, "file://"+filepath.ToSlash(filepath.Join(dir, page.Index)), browser.Window{Width: width, Height: 1500, Dark: dark})
				p.Screenshot(name + "-empty")
				p.Click("the five", `document.querySelectorAll("#examples button")[5]`)
				named(p, 5)
				p.WaitFor("the beliefs", patience, `/takes it for a 5,/.test(`+belief+`)`)
				p.Screenshot(name)
				for _, problem := range p.Axe() {
					t.Error(problem)
				}
				var over float64
				p.Eval(`document.documentElement.scrollWidth - innerWidth`, &over)
				if over > 0 {
					t.Errorf("the page is %v pixels wider than the window", over)
				}
				clean(t, p)
			})
		}
	}
}

// serve serves the directory under /some/path/.
func serve(t *testing.T, dir string) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.StripPrefix("/some/path/", http.FileServer(http.Dir(dir))))
	t.Cleanup(server.Close)
	return server
}

// open opens the page, and waits until it is ready.
func open(t *testing.T, tabs *browser.Tabs, address string, w browser.Window) *browser.Page {
	t.Helper()
	p := tabs.Open(t, "page", address, w)
	p.WaitFor("the network", patience, ready)
	return p
}

// drawDigit draws the strokes of a digit.
func drawDigit(draw func(what, element string, points ...browser.Point), digit int) {
	for _, stroke := range pad.Strokes(digit) {
		points := make([]browser.Point, len(stroke))
		for k, p := range stroke {
			points[k] = browser.Point(p)
		}
		draw("the pad", canvas, points...)
	}
}

// named waits until the answer is the digit.
func named(p *browser.Page, digit int) {
	p.WaitFor(fmt.Sprintf("the answer %d", digit), patience, fmt.Sprintf(`%s.textContent === "%d"`, answer, digit))
}

// clean verifies that nothing went wrong in the page, and that it asked no other host for anything.
func clean(t *testing.T, p *browser.Page) {
	t.Helper()
	for _, message := range p.Errors() {
		t.Errorf("the browser's console: %s", message)
	}
	for _, address := range p.Elsewhere() {
		t.Errorf("a request to another host: %s", address)
	}
}

// inJavaScript returns a value as an expression.
func inJavaScript(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
