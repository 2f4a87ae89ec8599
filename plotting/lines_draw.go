package plotting

import (
	"cmp"
	"image"
	"image/color"
	imagedraw "image/draw"
	"slices"

	"gonum.org/v1/plot/vg"
)

// mark is the color and the shape of markers by which a line is known. shape is a polygon of
// radius 1, or nil for a disc.
type mark struct {
	color color.RGBA
	shape []xy
}

// series are the marks of the first, second, ... line.
var series = []mark{
	{blue, nil},
	{vermillion, []xy{{-0.9, -0.9}, {0.9, -0.9}, {0.9, 0.9}, {-0.9, 0.9}}},
	{green, []xy{{0, -1.2}, {1.15, 0.9}, {-1.15, 0.9}}},
	{purple, []xy{{0, -1.3}, {1.3, 0}, {0, 1.3}, {-1.3, 0}}},
	{ink, []xy{{0, 1.2}, {1.15, -0.9}, {-1.15, -0.9}}},
	{orange, []xy{{-0.4, -1.2}, {0.4, -1.2}, {0.4, -0.4}, {1.2, -0.4}, {1.2, 0.4}, {0.4, 0.4}, {0.4, 1.2}, {-0.4, 1.2}, {-0.4, 0.4}, {-1.2, 0.4}, {-1.2, -0.4}, {-0.4, -0.4}}},
}

// marker paints a marker with a white rim, which separates it from lines below.
func (p *page) marker(x, y, radius float64, m mark) {
	if m.shape == nil {
		p.dot(x, y, radius, m.color)
		return
	}
	polygon := func(r float64) (points []vg.Point) {
		for _, at := range m.shape {
			points = append(points, p.point(x+r*at.x, y+r*at.y))
		}
		return points
	}
	p.canvas.FillPolygon(white, polygon(radius+1.2))
	p.canvas.FillPolygon(m.color, polygon(radius))
}

// pale returns a translucent tint of c.
func pale(c color.RGBA) color.NRGBA { return color.NRGBA{c.R, c.G, c.B, 0x38} }

// shade paints the band between the least and the greatest run, column of pixels by column: seams
// between polygons would show where the paint is translucent.
func (p panel) shade(l Line, c color.Color) {
	if len(l.Runs) < 2 {
		return
	}
	i := 0
	for column := devicePixel(p.x); column < devicePixel(p.x+p.width); column++ {
		x := p.across.lo + (p.across.hi-p.across.lo)*((float64(column)+0.5)/pixelRatio-p.x)/p.width
		for i+1 < len(l.X) && l.X[i+1] < x {
			i++
		}
		if x < l.X[0] || i+1 == len(l.X) {
			continue
		}
		part := (x - l.X[i]) / (l.X[i+1] - l.X[i])
		var heights []float64
		for _, run := range l.Runs {
			from, to := p.clampedY(run[i]), p.clampedY(run[i+1])
			heights = append(heights, from+part*(to-from))
		}
		r := image.Rect(column, devicePixel(slices.Min(heights)), column+1, devicePixel(slices.Max(heights)))
		imagedraw.Draw(p.page.pixels, r, image.NewUniform(c), image.Point{}, imagedraw.Over)
	}
}

// namesWidth returns the width of the names to the right of the panel, with a marker before them.
func namesWidth(lines []Line) float64 {
	widest := 0.0
	for _, line := range lines {
		if name := oneLine(line.Name); name != "" {
			widest = max(widest, 34+min(widestLabel, float64(plain(bodySize, ink).Width(name))))
		}
	}
	return widest
}

// names writes the name of each line to the right of the panel, as near to its end as possible.
func (p panel) names(lines []Line) {
	type end struct {
		line int
		at   xy
	}
	var ends []end
	for i, line := range lines {
		if oneLine(line.Name) != "" {
			points := line.mean()
			last := points[len(points)-1]
			ends = append(ends, end{i, xy{p.xOf(last.x), p.clampedY(last.y)}})
		}
	}
	slices.SortStableFunc(ends, func(a, b end) int { return cmp.Compare(a.at.y, b.at.y) })
	var heights []float64
	for _, e := range ends {
		heights = append(heights, e.at.y)
	}
	x := p.x + p.width + 18
	for i, y := range apart(heights, nameHeight, p.y, p.y+p.height) {
		e := ends[i]
		p.lead(e.at, xy{x - 8, y}, series[e.line].color)
		p.page.marker(x, y, 4, series[e.line])
		p.page.textWithin(x+10, y, widestLabel, lines[e.line].Name, plain(bodySize, ink))
	}
}

// lead draws a thin line from the end of a line to its name.
func (p panel) lead(from, to xy, c color.Color) {
	p.page.thinLine(from, xy{p.x + p.width + 4, from.y}, c)
	p.page.thinLine(xy{p.x + p.width + 4, from.y}, to, c)
}

// apart moves ascending places apart, so that they are at least gap apart and within lo..hi, if
// there is room for that, and as near as possible to where they were.
func apart(places []float64, gap, lo, hi float64) []float64 {
	// Without the gaps that must lie before them, places need only ascend. Those that do not form
	// blocks, which lie at the mean of their members.
	type block struct {
		sum float64
		n   int
	}
	mean := func(b block) float64 { return b.sum / float64(b.n) }
	var blocks []block
	for i, place := range places {
		b := block{place - float64(i)*gap, 1}
		for len(blocks) > 0 && mean(blocks[len(blocks)-1]) >= mean(b) {
			last := blocks[len(blocks)-1]
			b = block{last.sum + b.sum, last.n + b.n}
			blocks = blocks[:len(blocks)-1]
		}
		blocks = append(blocks, b)
	}
	var moved []float64
	highest := hi - float64(len(places)-1)*gap
	for _, b := range blocks {
		for range b.n {
			moved = append(moved, max(lo, min(highest, mean(b)))+float64(len(moved))*gap)
		}
	}
	return moved
}
