package browser

import (
	"fmt"

	"github.com/chromedp/chromedp"
)

// Key presses a key, one of chromedp's package kb such as kb.Escape, in the element that has the focus.
func (p *Page) Key(key string) {
	p.t.Helper()
	p.do(fmt.Sprintf("press key %q", key), chromedp.KeyEvent(key))
}
