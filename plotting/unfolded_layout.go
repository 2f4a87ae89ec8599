package plotting

import (
	"fmt"
	"image/color"
	"strconv"
)

// Where the parts of the unfolded figure are, in CSS pixels.
const (
	unfoldedWidth  = 720
	unfoldedHeight = 424
	unfoldedMargin = 24

	outputsDown   = 108 // the middles of the rows of the figure
	backwardDown  = 188
	forwardDown   = 264
	inputsDown    = 338
	labelHeight   = 18 // for the name of the last output, above it
	readoutHeight = 92 // for the readout, above all outputs

	stepLeft   = 200 // the middle of the first time step
	stepAcross = 86
	halfAcross = 18 // from a step's middle to its forward cell on the left and its backward cell on the right

	cellRadius    = 17
	zeroRadius    = 8
	zeroAcross    = cellRadius + 17 + zeroRadius // from the first cell of a chain to its zero state
	boxWidth      = 72
	boxHeight     = 32
	readoutHalf   = 92 // the width of one half of the readout
	ellipsisSpace = 32
)

// drawnRows are the rows of the image whose time steps are drawn.
var drawnRows = [...]int{1, 2, 3, 27, 28}

const (
	lastStep       = len(drawnRows) - 1
	beforeEllipsis = 2 // the drawn step that the ellipsis follows
)

// unfolded is the figure while it is drawn; the heights are the middles of its rows.
type unfolded struct {
	page *page
	reading
	outputsY, backwardY, forwardY, inputsY float64
}

func newUnfolded(r reading) unfolded {
	down := 0
	switch {
	case r.joins():
		down = readoutHeight
	case !r.all:
		down = labelHeight
	}
	return unfolded{
		page:      newPage(unfoldedWidth, unfoldedHeight+down),
		reading:   r,
		outputsY:  float64(outputsDown + down),
		backwardY: float64(backwardDown + down),
		forwardY:  float64(forwardDown + down),
		inputsY:   float64(inputsDown + down),
	}
}

func stepMiddle(step int) float64 {
	if step > beforeEllipsis {
		step++
	}
	return float64(stepLeft + step*stepAcross)
}

func forwardLane(step int) float64  { return stepMiddle(step) - halfAcross }
func backwardLane(step int) float64 { return stepMiddle(step) + halfAcross }

const (
	ellipsisMiddle = float64(stepLeft + (beforeEllipsis+1)*stepAcross)
	readoutMiddle  = float64(stepLeft) + float64(lastStep+1)*stepAcross/2
)

func (u unfolded) rowNames() {
	for _, row := range []struct {
		y          float64
		name, note string
		c          color.Color
	}{
		{u.outputsY, "outputs", "both halves joined", ink},
		{u.backwardY, "backward cells", "read rows 28 to 1", darkVermillion},
		{u.forwardY, "forward cells", "read rows 1 to 28", blue},
		{u.inputsY, "inputs", "rows of the image", ink},
	} {
		u.rowName(row.y, row.name, row.note, row.c)
	}
	if u.joins() {
		u.rowName(u.outputsY-readoutHeight, "readout", "both states joined", ink)
	}
}

func (u unfolded) rowName(y float64, name, note string, c color.Color) {
	u.page.text(unfoldedMargin, y-8, name, bold(bodySize, c))
	u.page.text(unfoldedMargin, y+9, note, plain(smallSize, muted))
}

// nodes draws the inputs, cells and outputs, over the ends of the arrows.
func (u unfolded) nodes() {
	for step, t := range drawnRows {
		x := stepMiddle(step)
		u.input(x, strconv.Itoa(t))
		u.page.cell(forwardLane(step), u.forwardY, "→", blue, u.usesForwardCell(step))
		u.page.cell(backwardLane(step), u.backwardY, "←", vermillion, u.usesBackwardCell(step))
		forward, backward := u.usesForwardHalf(step), u.usesBackwardHalf(step)
		u.page.joined(x, u.outputsY, boxWidth/2, [2]bool{forward, backward})
		u.page.sign(forwardLane(step), u.outputsY, "→", paleUnless(forward, blue))
		u.page.sign(backwardLane(step), u.outputsY, "←", paleUnless(backward, darkVermillion))
	}
	u.page.zero(forwardLane(0)-zeroAcross, u.forwardY)
	u.page.zero(backwardLane(lastStep)+zeroAcross, u.backwardY)
	u.page.ellipsis(ellipsisMiddle, u.inputsY, true)
	u.page.ellipsis(ellipsisMiddle-halfAcross, u.forwardY, u.usesForwardCell(beforeEllipsis+1))
	u.page.ellipsis(ellipsisMiddle+halfAcross, u.backwardY, u.usesBackwardCell(beforeEllipsis))
	u.page.ellipsis(ellipsisMiddle, u.outputsY, u.all)
	switch {
	case u.joins():
		u.readout(u.outputsY - readoutHeight)
	case !u.all:
		u.page.text(stepMiddle(u.forward), u.outputsY-boxHeight/2-14, u.target(), centered(bold(bodySize, ink)))
	}
}

func (u unfolded) readout(y float64) {
	u.page.joined(readoutMiddle, y, readoutHalf, [2]bool{true, true})
	u.page.text(readoutMiddle-readoutHalf/2, y, fmt.Sprintf("at row %d →", drawnRows[u.forward]), centered(bold(bodySize, blue)))
	u.page.text(readoutMiddle+readoutHalf/2, y, fmt.Sprintf("← at row %d", drawnRows[u.backward]), centered(bold(bodySize, darkVermillion)))
}

// input draws the box of row t with its name.
func (u unfolded) input(x float64, t string) {
	u.page.fill(x-boxWidth/2, u.inputsY-boxHeight/2, boxWidth, boxHeight, white)
	u.page.frame(x-boxWidth/2+1, u.inputsY-boxHeight/2+1, boxWidth-2, boxHeight-2, 1, muted)
	name, index := plain(16, ink), plain(smallSize, ink)
	left := x - float64(name.Width("x")+index.Width(t))/2
	u.page.text(left, u.inputsY-1, "x", name)
	u.page.text(left+float64(name.Width("x")), u.inputsY+5, t, index)
	u.page.text(x, u.inputsY+boxHeight/2+13, "row "+t, centered(plain(12, muted)))
}

// target names what the used states contribute to, if not all are used.
func (u unfolded) target() string {
	if u.joins() {
		return "the readout"
	}
	if u.forward > beforeEllipsis {
		return fmt.Sprintf("outputs[%d]", u.forward-len(drawnRows))
	}
	return fmt.Sprintf("outputs[%d]", u.forward)
}

// legend explains the zero state and, unless everything is used, the dashes.
func (u unfolded) legend() {
	const left = stepLeft - boxWidth/2
	y, style := u.inputsY+62, plain(12, muted)
	u.page.zero(left+zeroRadius, y)
	u.page.text(left+24, y, "zero state, before any row is read", style)
	if !u.all {
		u.page.dashedFrame(left+258, y-8, 28, 16)
		u.page.text(left+296, y, "does not contribute to "+u.target(), style)
	}
}
