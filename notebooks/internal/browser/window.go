package browser

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Window is what a page is shown in, other than JupyterLab.
type Window struct {
	Width, Height int64   // in pixels; 0 means [Width] and [Height]
	Scale         float64 // pixels of the screen for each pixel of the page; 0 means 1
	Dark          bool    // what the reader prefers
	Phone         bool    // with a finger instead of a mouse
}

// Tabs is a browser for pages other than JupyterLab.
type Tabs struct{ browser context.Context }

// Browser starts Chromium for pages other than JupyterLab. It reaches this machine only: every other host is unknown to it.
func Browser(t testing.TB) *Tabs {
	t.Helper()
	return &Tabs{launch(t, Find(t), chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))}
}

// Open opens an address in a new tab, and waits until it is loaded. The tab ends with the test.
func (b *Tabs) Open(t testing.TB, name, address string, w Window) *Page {
	t.Helper()
	if w.Width == 0 {
		w.Width, w.Height = Width, Height
	}
	ctx, cancel := chromedp.NewContext(b.browser)
	t.Cleanup(cancel)
	p := &Page{Name: name, t: t, ctx: ctx}
	if err := chromedp.Do(ctx); err != nil { // opens the tab, which lives as long as its context
		t.Fatal(err)
	}
	go p.listen(chromedp.Console(ctx))
	go p.record(chromedp.Events(ctx, network.RequestWillBeSent))
	scheme := "light"
	if w.Dark {
		scheme = "dark"
	}
	viewport := []chromedp.EmulateViewportOption{}
	if w.Scale != 0 {
		viewport = append(viewport, chromedp.EmulateScale(w.Scale))
	}
	if w.Phone {
		viewport = append(viewport, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	p.do("open "+name, command(network.Enable, network.EnableParams{}), command(emulation.SetEmulatedMedia, media),
		chromedp.EmulateViewport(w.Width, w.Height, viewport...), chromedp.Navigate(address))
	p.WaitFor("the page", patience, `document.readyState === "complete"`)
	return p
}

// Elsewhere returns the addresses that the page has requested from other machines.
func (p *Page) Elsewhere() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []string
	for _, address := range p.requests {
		local := false
		for _, start := range []string{"file:", "data:", "blob:", "about:", "http://127.0.0.1:"} {
			local = local || strings.HasPrefix(address, start)
		}
		if !local {
			all = append(all, address)
		}
	}
	return all
}
