package plotting

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// pathPoints is the maximum number of line segments of a path.
const pathPoints = 30

// panel is a coordinate system on a page. x, y, width and height are those of its data area.
type panel struct {
	page                *page
	x, y, width, height float64
	across, up          axis
}

func (p panel) xOf(v float64) float64 { return p.x + p.width*p.across.place(v) }
func (p panel) yOf(v float64) float64 { return p.y + p.height*(1-p.up.place(v)) }

// axes draws the title, both axes with ticks and names, and horizontal grid lines.
func (p panel) axes(title, acrossName string) {
	p.page.text(p.x-36, p.y-22, title, bold(14, ink))
	for _, t := range p.up.ticks {
		p.page.fill(p.x, p.yOf(t.at)-0.5, p.width, 1, gridLine)
		p.page.text(p.x-7, p.yOf(t.at), t.label, right(plain(12, muted)))
	}
	p.page.fill(p.x, p.y+p.height-0.5, p.width, 1, muted)
	for _, t := range p.across.ticks {
		p.page.fill(p.xOf(t.at)-0.5, p.y+p.height, 1, 5, muted)
		p.page.text(p.xOf(t.at), p.y+p.height+14, t.label, centered(plain(12, muted)))
	}
	p.page.text(p.x+p.width/2, p.y+p.height+34, acrossName, centered(plain(bodySize, ink)))
}

// marks draws a dotted vertical line at each place.
func (p panel) marks(places []int) {
	for _, at := range places {
		for y := p.y; y+2 <= p.y+p.height; y += 5 {
			p.page.fill(p.xOf(float64(at))-0.5, y, 1, 2, frameLine)
		}
	}
}

// lines draws lines, clipped to the panel. A line of one point is a dot.
func (p panel) lines(segments [][]xy, width float64, c color.Color) {
	area := draw.Canvas{Canvas: p.page.canvas.Canvas, Rectangle: vg.Rectangle{
		Min: p.page.point(p.x, p.y+p.height), Max: p.page.point(p.x+p.width, p.y),
	}}
	onePixel := (p.across.hi - p.across.lo) / p.width
	for _, segment := range segments {
		if len(segment) == 1 {
			at := p.page.point(p.xOf(segment[0].x), p.clampedY(segment[0].y))
			dot := draw.GlyphStyle{Color: c, Radius: vg.Length(width/2 + 1), Shape: draw.CircleGlyph{}}
			p.page.canvas.DrawGlyphNoClip(dot, at)
			continue
		}
		var points []vg.Point
		for _, at := range thinned(segment, onePixel) {
			points = append(points, p.page.point(p.xOf(at.x), p.yOrFarBelow(at.y)))
		}
		// The rasterizer takes time quadratic in how often a path crosses a row of pixels: use short paths.
		style := draw.LineStyle{Color: c, Width: vg.Length(width)}
		for from := 0; from+1 < len(points); from += pathPoints {
			part := points[from:min(len(points), from+pathPoints+1)]
			area.StrokeLines(style, area.ClipLinesXY(part)...)
		}
	}
}

// band fills what lines would cover if many points share a column of pixels. That is faster than
// drawing them, and makes a far smaller PNG file.
func (p panel) band(segments [][]xy, c color.Color) {
	onePixel := (p.across.hi - p.across.lo) / p.width
	for _, segment := range segments {
		// Each column overlaps the previous one vertically, so that there are no gaps.
		left, lowest, highest := p.xOf(segment[0].x)-0.5, math.Inf(1), math.Inf(-1)
		for column := range columns(segment, onePixel) {
			low, high := spread(column)
			top, bottom := p.clampedY(max(high.y, lowest)), p.clampedY(min(low.y, highest))
			end := p.xOf(column[len(column)-1].x)
			p.page.fill(left, top-0.5, end-left, bottom-top+1, c)
			left, lowest, highest = end, low.y, high.y
		}
	}
}

func (p panel) clampedY(v float64) float64 {
	return math.Min(p.yOrFarBelow(v), p.y+p.height-1)
}

// yOrFarBelow returns yOf(v), or a place below the panel if v has no logarithm.
func (p panel) yOrFarBelow(v float64) float64 {
	if p.up.log && v <= 0 {
		return p.y + 2*p.height
	}
	return p.yOf(v)
}

// dots draws a marker at each point.
func (p panel) dots(segments [][]xy, c color.Color) {
	for _, segment := range segments {
		for _, at := range segment {
			p.page.dot(p.xOf(at.x), p.clampedY(at.y), 3, c)
		}
	}
}

// endLabel draws a label to the right of the panel, at the height of its value.
func (p panel) endLabel(value float64, label string, style text.Style) {
	p.page.text(p.x+p.width+8, p.clampedY(value), label, style)
}
