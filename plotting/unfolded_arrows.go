package plotting

import (
	"image/color"
	"slices"
)

// arrow follows its points; each of its lines is horizontal or vertical.
type arrow struct {
	c      color.Color
	used   bool
	points []xy
}

// arrows draws the unused arrows first and the vertical ones last: each leaves a gap in what it crosses.
func (u unfolded) arrows() {
	all := slices.Concat(u.forwardChain(), u.backwardChain(), u.upward())
	if u.joins() {
		all = append(all, u.toReadout()...)
	}
	for _, used := range []bool{false, true} {
		for _, a := range all {
			if a.used == used {
				u.page.arrow(a)
			}
		}
	}
}

func (u unfolded) forwardChain() []arrow {
	var all []arrow
	across := func(from, to float64, used bool) {
		all = append(all, arrow{blue, used, []xy{{from, u.forwardY}, {to, u.forwardY}}})
	}
	across(forwardLane(0)-zeroAcross+zeroRadius, forwardLane(0)-cellRadius, true)
	for step := range lastStep {
		used := u.usesForwardCell(step + 1)
		from, to := forwardLane(step)+cellRadius, forwardLane(step+1)-cellRadius
		if step == beforeEllipsis {
			middle := ellipsisMiddle - halfAcross
			across(from, middle-ellipsisSpace/2, used)
			from = middle + ellipsisSpace/2
		}
		across(from, to, used)
	}
	return all
}

func (u unfolded) backwardChain() []arrow {
	var all []arrow
	across := func(from, to float64, used bool) {
		all = append(all, arrow{vermillion, used, []xy{{from, u.backwardY}, {to, u.backwardY}}})
	}
	across(backwardLane(lastStep)+zeroAcross-zeroRadius, backwardLane(lastStep)+cellRadius, true)
	for step := range lastStep {
		used := u.usesBackwardCell(step)
		from, to := backwardLane(step+1)-cellRadius, backwardLane(step)+cellRadius
		if step == beforeEllipsis {
			middle := ellipsisMiddle + halfAcross
			across(from, middle+ellipsisSpace/2, used)
			from = middle - ellipsisSpace/2
		}
		across(from, to, used)
	}
	return all
}

// upward returns the arrows from the inputs to the cells and from there to the outputs.
func (u unfolded) upward() []arrow {
	var all []arrow
	inputs, outputs := u.inputsY-boxHeight/2, u.outputsY+boxHeight/2
	for step := range drawnRows {
		left, right := forwardLane(step), backwardLane(step)
		all = append(all,
			arrow{muted, u.usesForwardCell(step), []xy{{left, inputs}, {left, u.forwardY + cellRadius}}},
			arrow{muted, u.usesBackwardCell(step), []xy{{right, inputs}, {right, u.backwardY + cellRadius}}},
			arrow{blue, u.usesForwardHalf(step), []xy{{left, u.forwardY - cellRadius}, {left, outputs}}},
			arrow{vermillion, u.usesBackwardHalf(step), []xy{{right, u.backwardY - cellRadius}, {right, outputs}}},
		)
	}
	return all
}

// toReadout returns the arrows from the two used halves to the readout.
func (u unfolded) toReadout() []arrow {
	start, end := u.outputsY-boxHeight/2, u.outputsY-readoutHeight+boxHeight/2
	bend := func(c color.Color, from, height, to float64) arrow {
		return arrow{c, true, []xy{{from, start}, {from, height}, {to, height}, {to, end}}}
	}
	return []arrow{
		bend(vermillion, backwardLane(u.backward), start-36, readoutMiddle+readoutHalf/2),
		bend(blue, forwardLane(u.forward), start-18, readoutMiddle-readoutHalf/2),
	}
}
