package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// A Theme is one of JupyterLab's.
type Theme string

// The themes that JupyterLab is installed with.
const (
	Light Theme = "JupyterLab Light"
	Dark  Theme = "JupyterLab Dark"
)

// Width and Height are the size of the window, in pixels, unless [Page.Resize] changes it.
const (
	Width  = 1280
	Height = 1000
)

// patience is how long one step may take; on a busy machine JupyterLab can need a minute to appear.
const patience = 3 * time.Minute

// Page is a tab of the browser that shows JupyterLab or another page.
type Page struct {
	Name string // of the file that is open

	t   testing.TB
	lab *Lab // nil for another page
	ctx context.Context

	mu       sync.Mutex
	errors   []string
	requests []string
}

// Open opens a notebook in a new tab and waits for all its cells and its kernel. The tab and the kernel end with the test.
func (l *Lab) Open(t testing.TB, name string, theme Theme) *Page {
	t.Helper()
	address := *l.address
	address.Path = "/lab/tree/" + name
	p := l.tab(t, name, address, theme)
	p.WaitFor("all cells", patience, fmt.Sprintf(`document.querySelectorAll(".jp-Notebook .jp-Notebook-cell").length === %d`, l.count(t, name)))
	p.WaitFor("the kernel", patience, `/Go/.test(document.querySelector(".jp-Toolbar-kernelName")?.innerText) && ["idle", "unknown"].includes(`+status+`)`)
	return p
}

// Home opens the address that the launcher has printed in a new tab.
func (l *Lab) Home(t testing.TB, theme Theme) *Page {
	t.Helper()
	return l.tab(t, path.Base(l.address.Path), *l.address, theme)
}

// tab opens an address of JupyterLab in a new tab.
func (l *Lab) tab(t testing.TB, name string, address url.URL, theme Theme) *Page {
	t.Helper()
	l.setTheme(t, theme)
	ctx, cancel := chromedp.NewContext(l.browser)
	p := &Page{Name: name, t: t, lab: l, ctx: ctx}
	t.Cleanup(func() {
		cancel()
		l.endKernels(t)
	})
	if err := chromedp.Do(ctx); err != nil { // opens the tab, which lives as long as its context
		t.Fatal(err)
	}
	go p.listen(chromedp.Console(ctx))
	address.RawQuery = "reset&" + address.RawQuery // without the documents that were open earlier
	p.do("open "+name, chromedp.EmulateViewport(Width, Height), chromedp.Navigate(address.String()),
		chromedp.WaitVisible(chromedp.CSS("#jp-MainMenu")))
	return p
}

// count returns the number of cells in a notebook's file.
func (l *Lab) count(t testing.TB, name string) int {
	t.Helper()
	var notebook struct{ Cells []any }
	content, err := os.ReadFile(filepath.Join(l.Dir, name))
	if err == nil {
		err = json.Unmarshal(content, &notebook)
	}
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return len(notebook.Cells)
}

// setTheme writes JupyterLab's settings, which a page reads when it is loaded.
func (l *Lab) setTheme(t testing.TB, theme Theme) {
	t.Helper()
	dir := filepath.Join(l.settings, "@jupyterlab", "apputils-extension")
	content, err := json.Marshal(map[string]string{"theme": string(theme)})
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "themes.jupyterlab-settings"), content, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// endKernels ends all kernels of the server.
func (l *Lab) endKernels(t testing.TB) {
	t.Helper()
	call := func(method, where string, result any) {
		address := url.URL{Scheme: l.address.Scheme, Host: l.address.Host, Path: where, RawQuery: l.address.RawQuery}
		request, err := http.NewRequest(method, address.String(), nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if response.StatusCode >= 300 {
			t.Errorf("%s %s: %s", method, where, response.Status)
		} else if result != nil {
			if err := json.NewDecoder(response.Body).Decode(result); err != nil {
				t.Error(err)
			}
		}
	}
	var sessions []struct{ ID string }
	call(http.MethodGet, "/api/sessions", &sessions)
	for _, s := range sessions {
		call(http.MethodDelete, "/api/sessions/"+s.ID, nil)
	}
}

// listen keeps what goes wrong in the page.
func (p *Page) listen(messages iter.Seq2[chromedp.ConsoleMessage, error]) {
	for m, err := range messages {
		if err != nil {
			return
		}
		if m.Type != chromedp.ConsoleError && m.Type != chromedp.ConsoleException {
			continue
		}
		p.mu.Lock()
		p.errors = append(p.errors, strings.TrimSpace(m.Text+" "+m.URL))
		p.mu.Unlock()
	}
}

// record keeps the addresses that the page requests.
func (p *Page) record(requests iter.Seq2[network.EventRequestWillBeSent, error]) {
	for r, err := range requests {
		if err != nil {
			return
		}
		p.mu.Lock()
		p.requests = append(p.requests, r.Request.URL)
		p.mu.Unlock()
	}
}

// Errors returns the exceptions and error messages of the browser's console since the page was opened.
func (p *Page) Errors() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.errors...)
}

// Eval evaluates a JavaScript expression, whose value it decodes from JSON. It waits for the value of a promise.
func (p *Page) Eval(expression string, result any) {
	p.t.Helper()
	value, err := run(p, chromedp.Evaluate[[]byte](expression, chromedp.EvalAwaitPromise))
	if err == nil {
		err = json.Unmarshal(value, result)
	}
	if err != nil {
		p.fail("evaluate %s: %v", expression, err)
	}
}

// Resize changes the size of the window, in pixels.
func (p *Page) Resize(width, height int64) {
	p.t.Helper()
	p.do("resize the window", chromedp.EmulateViewport(width, height), chromedp.Sleep(settle))
}

// settle is the time that the page needs to lay itself out after a change.
const settle = 250 * time.Millisecond

// do carries out actions. If they fail, it saves a screenshot and ends the test.
func (p *Page) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if _, err := run(p, chromedp.Steps(actions...)); err != nil {
		p.fail("%s: %v", what, err)
	}
}

// run carries out an action and returns its value.
func run[T any](p *Page, action chromedp.Action[T]) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, action)
}

// WaitFor waits until a JavaScript expression is true.
func (p *Page) WaitFor(what string, timeout time.Duration, expression string) {
	p.t.Helper()
	for start := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		if ok, err := run(p, chromedp.Evaluate[bool]("Boolean("+expression+")")); err == nil && ok {
			return
		}
		if time.Since(start) > timeout {
			p.fail("waited %v for %s", timeout, what)
		}
	}
}

// fail ends the test, and keeps a screenshot.
func (p *Page) fail(format string, args ...any) {
	p.t.Helper()
	kept := "screenshot kept"
	if err := p.screenshot("failure"); err != nil {
		kept = fmt.Sprintf("no screenshot: %v", err)
	}
	p.t.Fatalf("%s: %s (%s; console: %q)", p.Name, fmt.Sprintf(format, args...), kept, p.Errors())
}
