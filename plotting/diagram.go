package plotting

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

func paleUnless(used bool, c color.Color) color.Color {
	if used {
		return c
	}
	return frameLine
}

// arrow draws an arrow, dashed and gray if it is not used, and leaves a gap in the lines that it crosses.
func (p *page) arrow(a arrow) {
	width, c := 2.0, paleUnless(a.used, a.c)
	if !a.used {
		width = 1
	}
	last := len(a.points) - 1
	for i := range last {
		p.segment(a.points[i], a.points[i+1], width+6, white)
	}
	for i := range last {
		from, to := a.points[i], a.points[i+1]
		if i == last-1 {
			to = toward(to, from, 4) // the line ends within the head
		}
		if a.used {
			p.segment(from, to, width, c)
		} else {
			p.dashes(from, to, c)
		}
	}
	p.arrowhead(a.points[last-1], a.points[last], c)
}

// segment draws a horizontal or vertical line. Where two of the same width meet, the corner is complete.
func (p *page) segment(from, to xy, width float64, c color.Color) {
	x, y := math.Min(from.x, to.x), math.Min(from.y, to.y)
	across, down := math.Abs(to.x-from.x), math.Abs(to.y-from.y)
	if down == 0 {
		p.fill(x-1, y-width/2, across+2, width, c)
	} else {
		p.fill(x-width/2, y-1, width, down+2, c)
	}
}

// dashes draws a thin dashed line, horizontal or vertical.
func (p *page) dashes(from, to xy, c color.Color) {
	length := math.Abs(to.x-from.x) + math.Abs(to.y-from.y)
	for at := 0.0; at < length; at += 6 {
		a, b := toward(from, to, at), toward(from, to, math.Min(at+4, length))
		if from.y == to.y {
			p.fill(math.Min(a.x, b.x), a.y-0.5, math.Abs(b.x-a.x), 1, c)
		} else {
			p.fill(a.x-0.5, math.Min(a.y, b.y), 1, math.Abs(b.y-a.y), c)
		}
	}
}

// toward returns the point at a distance from one point on the way to another.
func toward(from, to xy, distance float64) xy {
	part := distance / math.Hypot(to.x-from.x, to.y-from.y)
	return xy{from.x + part*(to.x-from.x), from.y + part*(to.y-from.y)}
}

func (p *page) arrowhead(from, tip xy, c color.Color) {
	const length, halfWidth = 9, 4.5
	base := toward(tip, from, length)
	across, up := halfWidth*(tip.y-base.y)/length, halfWidth*(tip.x-base.x)/length
	p.canvas.FillPolygon(c, []vg.Point{
		p.point(tip.x, tip.y), p.point(base.x+across, base.y-up), p.point(base.x-across, base.y+up),
	})
}

// cell draws a cell, a disc with a sign.
func (p *page) cell(x, y float64, sign string, c color.Color, used bool) {
	if used {
		p.disc(x, y, cellRadius, c)
		p.sign(x, y, sign, white)
		return
	}
	p.disc(x, y, cellRadius, white)
	p.circle(x, y, cellRadius-0.5, 1, frameLine, 4, 2.5)
	p.sign(x, y, sign, frameLine)
}

// sign draws an arrow sign, which is lower than a capital letter, centered at y.
func (p *page) sign(x, y float64, s string, c color.Color) {
	p.text(x, y-1.5, s, centered(bold(16, c)))
}

// zero draws the initial state of a chain.
func (p *page) zero(x, y float64) {
	p.disc(x, y, zeroRadius, white)
	p.circle(x, y, zeroRadius-0.5, 1, muted)
	p.text(x, y, "0", centered(plain(smallSize, ink)))
}

func (p *page) disc(x, y, radius float64, c color.Color) {
	p.canvas.DrawGlyphNoClip(draw.GlyphStyle{Color: c, Radius: vg.Length(radius), Shape: draw.CircleGlyph{}}, p.point(x, y))
}

func (p *page) circle(x, y, radius, width float64, c color.Color, dashes ...vg.Length) {
	var path vg.Path
	path.Move(p.point(x+radius, y))
	path.Arc(p.point(x, y), vg.Length(radius), 0, 2*math.Pi)
	p.canvas.SetLineStyle(draw.LineStyle{Color: c, Width: vg.Length(width), Dashes: dashes})
	p.canvas.Stroke(path)
}

// joined draws the box of a forward state and that of a backward state, side by side.
func (p *page) joined(x, y, halfWidth float64, used [2]bool) {
	top := y - boxHeight/2
	for _, now := range []bool{false, true} { // the line between the halves has the color of a used half
		for half, left := range []float64{x - halfWidth, x} {
			if used[half] != now {
				continue
			}
			if !now {
				p.fill(left, top, halfWidth, boxHeight, white)
				shared := float64(half) // both draw the line between them in the same place
				p.dashedFrame(left-shared, top, halfWidth+shared, boxHeight)
				continue
			}
			fill, line := paleBlue, blue
			if half == 1 {
				fill, line = paleVermillion, vermillion
			}
			p.fill(left, top, halfWidth, boxHeight, fill)
			p.frame(left+1.5, top+1.5, halfWidth-3, boxHeight-3, 1.5, line)
		}
	}
}

func (p *page) dashedFrame(x, y, width, height float64) {
	left, top, right, bottom := x+0.5, y+0.5, x+width-0.5, y+height-0.5
	p.dashes(xy{left, top}, xy{right, top}, frameLine)
	p.dashes(xy{left, bottom}, xy{right, bottom}, frameLine)
	p.dashes(xy{left, top}, xy{left, bottom}, frameLine)
	p.dashes(xy{right, top}, xy{right, bottom}, frameLine)
}

func (p *page) ellipsis(x, y float64, used bool) {
	for i := -1.0; i <= 1; i++ {
		p.disc(x+8*i, y, 1.75, paleUnless(used, muted))
	}
}
