package plotting

import (
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

var drawnSteps = [...]int{1, 2, 3, 27, 28}

const (
	lastStep       = len(drawnSteps) - 1
	beforeEllipsis = 2 // the drawn step that the ellipsis follows
)

// unfolded is a figure in the making; the heights are the middles of its rows.
type unfolded struct {
	page                               *page
	reading                            Reading
	outputs, backward, forward, inputs float64
}

func newUnfolded(r Reading) unfolded {
	down := 0
	switch r {
	case LastOutput:
		down = labelHeight
	case FinalStates:
		down = readoutHeight
	}
	return unfolded{
		page:     newPage(unfoldedWidth, unfoldedHeight+down),
		reading:  r,
		outputs:  float64(outputsDown + down),
		backward: float64(backwardDown + down),
		forward:  float64(forwardDown + down),
		inputs:   float64(inputsDown + down),
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
		{u.outputs, "outputs", "both halves joined", ink},
		{u.backward, "backward cells", "read rows 28 to 1", darkVermillion},
		{u.forward, "forward cells", "read rows 1 to 28", blue},
		{u.inputs, "inputs", "rows of the image", ink},
	} {
		u.rowName(row.y, row.name, row.note, row.c)
	}
	if u.reading == FinalStates {
		u.rowName(u.outputs-readoutHeight, "readout", "both states joined", ink)
	}
}

func (u unfolded) rowName(y float64, name, note string, c color.Color) {
	u.page.text(unfoldedMargin, y-8, name, bold(bodySize, c))
	u.page.text(unfoldedMargin, y+9, note, plain(smallSize, muted))
}

// nodes draws the inputs, cells and outputs, over the ends of the arrows.
func (u unfolded) nodes() {
	for step, t := range drawnSteps {
		x := stepMiddle(step)
		u.input(x, strconv.Itoa(t))
		u.page.cell(forwardLane(step), u.forward, "→", blue, true)
		u.page.cell(backwardLane(step), u.backward, "←", vermillion, u.reading.usesBackwardCell(step))
		forward, backward := u.reading.usesForwardHalf(step), u.reading.usesBackwardHalf(step)
		u.page.joined(x, u.outputs, boxWidth/2, [2]bool{forward, backward})
		u.page.sign(forwardLane(step), u.outputs, "→", paleUnless(forward, blue))
		u.page.sign(backwardLane(step), u.outputs, "←", paleUnless(backward, darkVermillion))
	}
	u.page.zero(forwardLane(0)-zeroAcross, u.forward)
	u.page.zero(backwardLane(lastStep)+zeroAcross, u.backward)
	u.page.ellipsis(ellipsisMiddle, u.inputs, true)
	u.page.ellipsis(ellipsisMiddle-halfAcross, u.forward, true)
	u.page.ellipsis(ellipsisMiddle+halfAcross, u.backward, u.reading.usesBackwardCell(beforeEllipsis))
	u.page.ellipsis(ellipsisMiddle, u.outputs, u.reading.usesForwardHalf(beforeEllipsis))
	switch u.reading {
	case LastOutput:
		u.page.text(stepMiddle(lastStep), u.outputs-boxHeight/2-14, "outputs[-1]", centred(bold(bodySize, ink)))
	case FinalStates:
		u.readout(u.outputs - readoutHeight)
	}
}

func (u unfolded) readout(y float64) {
	u.page.joined(readoutMiddle, y, readoutHalf, [2]bool{true, true})
	u.page.text(readoutMiddle-readoutHalf/2, y, "at row 28 →", centred(bold(bodySize, blue)))
	u.page.text(readoutMiddle+readoutHalf/2, y, "← at row 1", centred(bold(bodySize, darkVermillion)))
}

// input draws the box of row t with its name.
func (u unfolded) input(x float64, t string) {
	u.page.fill(x-boxWidth/2, u.inputs-boxHeight/2, boxWidth, boxHeight, white)
	u.page.frame(x-boxWidth/2+1, u.inputs-boxHeight/2+1, boxWidth-2, boxHeight-2, 1, muted)
	name, index := plain(16, ink), plain(smallSize, ink)
	left := x - float64(name.Width("x")+index.Width(t))/2
	u.page.text(left, u.inputs-1, "x", name)
	u.page.text(left+float64(name.Width("x")), u.inputs+5, t, index)
	u.page.text(x, u.inputs+boxHeight/2+13, "row "+t, centred(plain(12, muted)))
}

// legend explains the zero state and, if there is something that doesn't reach target, the dashes.
func (u unfolded) legend(target string) {
	const left = stepLeft - boxWidth/2
	y, style := u.inputs+62, plain(12, muted)
	u.page.zero(left+zeroRadius, y)
	u.page.text(left+24, y, "zero state, before any row is read", style)
	if target != "" {
		u.page.dashedFrame(left+258, y-8, 28, 16)
		u.page.text(left+296, y, "does not reach "+target, style)
	}
}
