package plotting

import (
	"image"
	"image/color"
	imagedraw "image/draw"
	"math"
	"strings"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// pixelRatio is the number of image pixels per CSS pixel.
const pixelRatio = 2

// page is a white page to draw a figure on. Coordinates are CSS pixels from the top left.
type page struct {
	canvas        draw.Canvas
	pixels        *image.RGBA
	width, height int
}

func newPage(width, height int) *page {
	// At 72 dots per inch, one vg.Length is one CSS pixel.
	c := vgimg.NewWith(
		vgimg.UseWH(vg.Length(width), vg.Length(height)),
		vgimg.UseDPI(72*pixelRatio),
		vgimg.UseBackgroundColor(white),
	)
	// vgimg draws on this type.
	return &page{canvas: draw.New(c), pixels: c.Image().(*image.RGBA), width: width, height: height}
}

func (p *page) figure(alt string) *Figure {
	return &Figure{Image: paletted(p.pixels), Alt: alt, Width: p.width, Height: p.height}
}

// point converts to the coordinates of the canvas, whose y axis points up.
func (p *page) point(x, y float64) vg.Point {
	return vg.Point{X: vg.Length(x), Y: vg.Length(float64(p.height) - y)}
}

// text draws a line of text whose capitals and digits are centered on y.
func (p *page) text(x, y float64, s string, style text.Style) {
	// The box of the text has space for accents at its top, and would look low.
	y -= 0.13 * float64(style.Font.Size)
	p.canvas.FillText(style, p.point(x, y), s)
}

// textWithin draws s within a width, fitted.
func (p *page) textWithin(x, y, width float64, s string, style text.Style) {
	s, style = fitted(s, width, style)
	p.text(x, y, s, style)
}

// fitted returns s as one line that fits into a width: in a smaller size if necessary, and truncated
// if it is too wide even in the smallest size.
func fitted(s string, width float64, style text.Style) (string, text.Style) {
	s = oneLine(s)
	for float64(style.Width(s)) > width && style.Font.Size > smallSize {
		style.Font.Size--
	}
	for runes := []rune(s); float64(style.Width(s)) > width && len(runes) > 0; {
		runes = runes[:len(runes)-1]
		s = strings.TrimSpace(string(runes)) + "…"
	}
	return s, style
}

// wrapped breaks s into lines between words where it is wider than width, at most as many as given. The
// last one may be too wide.
func wrapped(s string, width float64, lines int, style text.Style) []string {
	var all []string
	for _, word := range strings.Fields(s) {
		if last := len(all) - 1; last >= 0 {
			if longer := all[last] + " " + word; len(all) == lines || float64(style.Width(longer)) <= width {
				all[last] = longer
				continue
			}
		}
		all = append(all, word)
	}
	return all
}

// sideways draws text that reads upward from a point, or is centered on it.
func (p *page) sideways(x, y float64, s string, style text.Style) {
	style.Rotation = math.Pi / 2
	x -= 0.13 * float64(style.Font.Size) // as in text
	p.canvas.FillText(style, p.point(x, y), s)
}

// fill paints a rectangle. It rounds to whole pixels, so that the edges are sharp.
func (p *page) fill(x, y, width, height float64, c color.Color) {
	r := image.Rect(devicePixel(x), devicePixel(y), devicePixel(x+width), devicePixel(y+height))
	imagedraw.Draw(p.pixels, r, image.NewUniform(c), image.Point{}, imagedraw.Src)
}

// frame paints a border of the given thickness around a rectangle.
func (p *page) frame(x, y, width, height, thickness float64, c color.Color) {
	p.fill(x-thickness, y-thickness, width+2*thickness, thickness, c)
	p.fill(x-thickness, y+height, width+2*thickness, thickness, c)
	p.fill(x-thickness, y, thickness, height, c)
	p.fill(x+width, y, thickness, height, c)
}

// thinLine draws a straight line, one CSS pixel wide.
func (p *page) thinLine(from, to xy, c color.Color) {
	a, b := p.point(from.x, from.y), p.point(to.x, to.y)
	p.canvas.StrokeLine2(draw.LineStyle{Color: c, Width: 1}, a.X, a.Y, b.X, b.Y)
}

// dot paints a disc with a white rim, which separates it from lines below.
func (p *page) dot(x, y, radius float64, c color.Color) {
	for _, ring := range []draw.GlyphStyle{
		{Color: white, Radius: vg.Length(radius + 1), Shape: draw.CircleGlyph{}},
		{Color: c, Radius: vg.Length(radius), Shape: draw.CircleGlyph{}},
	} {
		p.canvas.DrawGlyphNoClip(ring, p.point(x, y))
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func devicePixel(x float64) int { return int(math.Round(x * pixelRatio)) }
