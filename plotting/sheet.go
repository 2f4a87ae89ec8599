package plotting

import (
	"fmt"
	"math"
	"strconv"

	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

const (
	sheetWidth  = 720
	sheetMargin = 24
	mapGap      = 22  // between maps
	mapsAcross  = 3   // in a line
	mapHead     = 28  // above a map, for its name
	mapFoot     = 44  // below a map, for its columns and its scale
	rowNumbers  = 26  // left of a map, for the numbers of rows
	sideName    = 20  // left of them, for what the rows are
	maxCell     = 24  // the largest width and height of a cell
	mapRoom     = 110 // the least width that a map takes, for its scale
)

// sheet lays out heat maps of equally many rows side by side, in as many lines as they need. Each
// line begins with the digit whose rows are the maps' rows, if there is one.
type sheet struct {
	title        string
	image        []float32 // nil for no digit
	across, down string    // what the columns and the rows are
	cellHeight   float64
	maps         []Map
}

func (s sheet) rows() int       { return len(s.maps[0].Values) }
func (s sheet) height() float64 { return float64(s.rows()) * s.cellHeight }

// left is where the maps of a line begin.
func (s sheet) left() float64 {
	left := float64(sheetMargin + sideName + rowNumbers)
	if s.image != nil {
		left += s.height() + mapGap
	}
	return left
}

// columns chooses how many maps stand in a line, at most mapsAcross, so that each cell is at least
// one device pixel wide. It returns that number and the room for each of them.
func (s sheet) columns() (perLine int, room float64) {
	widest := 0
	for _, m := range s.maps {
		widest = max(widest, len(m.Values[0]))
	}
	lines := (len(s.maps) + mapsAcross - 1) / mapsAcross
	perLine = (len(s.maps) + lines - 1) / lines
	for ; ; perLine-- {
		room = (sheetWidth - sheetMargin - s.left() - float64(perLine-1)*mapGap) / float64(perLine)
		if cellWidth(widest, room) > 0 || perLine == 1 {
			return perLine, room
		}
	}
}

// cellWidth returns the width of a cell, in whole device pixels so that all are equal.
func cellWidth(columns int, room float64) float64 {
	return math.Min(maxCell, math.Floor(room*pixelRatio/float64(columns))/pixelRatio)
}

// cell returns the width of a map's cells. Those of an image, with as many columns as rows, are
// square.
func (s sheet) cell(m Map, room float64) float64 {
	n := len(m.Values[0])
	if n == s.rows() {
		return math.Min(s.cellHeight, cellWidth(n, room))
	}
	return cellWidth(n, room)
}

func (s sheet) draw(alt string) *Figure {
	perLine, room := s.columns()
	lines := (len(s.maps) + perLine - 1) / perLine
	top := 40.0
	if oneLine(s.title) == "" {
		top = 8
	}
	lineHeight := mapHead + s.height() + mapFoot
	page := newPage(s.width(perLine, room), int(math.Ceil(top+float64(lines)*lineHeight+10)))
	page.textWithin(sheetMargin, 28, float64(page.width-2*sheetMargin), s.title, bold(titleSize, ink))
	for line := range lines {
		y := top + float64(line)*lineHeight + mapHead
		s.drawSide(page, y)
		x := s.left()
		for _, m := range s.maps[line*perLine : min(len(s.maps), (line+1)*perLine)] {
			s.drawMap(page, x, y, room, m)
			x += s.mapWidth(m, room) + mapGap
		}
	}
	return page.figure(alt)
}

// mapWidth returns the width that a map takes, with its scale.
func (s sheet) mapWidth(m Map, room float64) float64 {
	return math.Max(math.Min(mapRoom, room), float64(len(m.Values[0]))*s.cell(m, room))
}

// width returns the width of the page.
func (s sheet) width(perLine int, room float64) int {
	widest, width := 0.0, s.left()
	for i, m := range s.maps {
		if i%perLine == 0 {
			width = s.left()
		}
		width += s.mapWidth(m, room) + mapGap
		widest = math.Max(widest, width)
	}
	return int(math.Ceil(widest - mapGap + sheetMargin))
}

// drawSide draws the numbers of the rows and the digit.
func (s sheet) drawSide(page *page, y float64) {
	x := float64(sheetMargin + sideName + rowNumbers)
	page.sideways(sheetMargin+6, y+s.height()/2, s.down, centered(plain(bodySize, ink)))
	for _, row := range places(s.rows()) {
		page.text(x-8, y+(float64(row)+0.5)*s.cellHeight, strconv.Itoa(row), right(plain(smallSize, muted)))
	}
	if s.image != nil {
		page.digit(x, y, s.cellHeight, fewShades(s.image))
		page.frame(x, y, s.height(), s.height(), 0.5, frameLine)
		s.drawTicks(page, x, y)
		page.text(x, y-14, "image", bold(bodySize, ink))
	}
}

// fewShades returns the image with as many shades as a scale has: all 256 would take the places of
// the scales' colors in the palette.
func fewShades(image []float32) []float32 {
	few := make([]float32, len(image))
	for i, v := range image {
		few[i] = float32(math.Round(float64(v)*shadeLevels) / shadeLevels)
	}
	return few
}

// drawTicks marks the rows with numbers at the left edge of a map.
func (s sheet) drawTicks(page *page, x, y float64) {
	for _, row := range places(s.rows()) {
		page.fill(x-5, y+(float64(row)+0.5)*s.cellHeight-0.5, 4, 1, muted)
	}
}

func (s sheet) drawMap(page *page, x, y, room float64, m Map) {
	n, cell := len(m.Values[0]), s.cell(m, room)
	width, foot := float64(n)*cell, y+s.height()
	colors := scaleFor(m.Values)
	page.textWithin(x, y-14, s.mapWidth(m, room), m.Name, bold(bodySize, ink))
	page.heat(x, y, cell, s.cellHeight, m.Values, colors)
	s.drawTicks(page, x, y)
	style := plain(smallSize, muted)
	page.text(x, foot+12, "0", style)
	if n > 1 {
		page.text(x+width, foot+12, strconv.Itoa(n-1), right(style))
	}
	if between := width - 16 - float64(style.Width(strconv.Itoa(n-1))); between > 30 {
		page.textWithin(x+width/2, foot+12, between, s.across, centered(style))
	}
	page.scaleBar(x, foot+30, s.mapWidth(m, room), colors, writeTick)
}

// heat draws values[row][column] as cells of the given size in CSS pixels.
func (p *page) heat(x, y, cellWidth, cellHeight float64, values [][]float32, s scale) {
	for row, cells := range values {
		for column, v := range cells {
			p.fill(x+float64(column)*cellWidth, y+float64(row)*cellHeight, cellWidth, cellHeight, s.color(float64(v)))
		}
	}
	p.frame(x, y, float64(len(values[0]))*cellWidth, float64(len(values))*cellHeight, 0.5, frameLine)
}

// places returns the numbers among 0..n-1 to write beside rows: a few round ones, and the last.
func places(n int) []int {
	var all []int
	gap := max(1, int(niceGap(float64(n-1)/4)))
	for i := 0; i < n; i += gap {
		all = append(all, i)
	}
	if last := n - 1; last-all[len(all)-1] >= (gap+1)/2 {
		all = append(all, last)
	}
	return all
}

// alt describes the maps, and what is across and down.
func (s sheet) alt() string {
	alt := fmt.Sprintf("Heat maps of %s", format.Count(s.rows(), "row"))
	if s.down != "" {
		alt += " (" + s.down + ")"
	}
	if s.across != "" {
		alt += ", across " + s.across
	}
	return alt + ": " + mapsAlt(s.maps) + "."
}
