package browser

import (
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// PDF prints the page, on paper of the size that its style sheet asks for.
func (p *Page) PDF() []byte {
	p.t.Helper()
	pdf, err := run(p, chromedp.PrintToPDF(chromedp.PDFPrintBackground(), func(o *page.PrintToPDFParams) {
		yes := true
		o.PreferCSSPageSize = &yes
	}))
	if err != nil {
		p.fail("print: %v", err)
	}
	return pdf
}
