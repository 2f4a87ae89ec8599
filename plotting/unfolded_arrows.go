package plotting

import (
	"image/color"
	"slices"
)

// arrow goes along its points, from each to the next either across or up and down.
type arrow struct {
	c      color.Color
	used   bool
	points []xy
}

// arrows draws the unused ones first and those that go up last: each leaves a gap in what it crosses.
func (u unfolded) arrows() {
	all := slices.Concat(u.forwardChain(), u.backwardChain(), u.upward())
	if u.reading == FinalStates {
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
	across := func(from, to float64) {
		all = append(all, arrow{blue, true, []xy{{from, u.forward}, {to, u.forward}}})
	}
	across(forwardLane(0)-zeroAcross+zeroRadius, forwardLane(0)-cellRadius)
	for step := range lastStep {
		from, to := forwardLane(step)+cellRadius, forwardLane(step+1)-cellRadius
		if step == beforeEllipsis {
			middle := ellipsisMiddle - halfAcross
			across(from, middle-ellipsisSpace/2)
			from = middle + ellipsisSpace/2
		}
		across(from, to)
	}
	return all
}

func (u unfolded) backwardChain() []arrow {
	var all []arrow
	across := func(from, to float64, used bool) {
		all = append(all, arrow{vermillion, used, []xy{{from, u.backward}, {to, u.backward}}})
	}
	across(backwardLane(lastStep)+zeroAcross-zeroRadius, backwardLane(lastStep)+cellRadius, true)
	for step := range lastStep {
		used := u.reading.usesBackwardCell(step)
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

// upward are the arrows from the inputs to the cells and from there to the outputs.
func (u unfolded) upward() []arrow {
	var all []arrow
	inputs, outputs := u.inputs-boxHeight/2, u.outputs+boxHeight/2
	for step := range drawnSteps {
		left, right := forwardLane(step), backwardLane(step)
		all = append(all,
			arrow{muted, true, []xy{{left, inputs}, {left, u.forward + cellRadius}}},
			arrow{muted, u.reading.usesBackwardCell(step), []xy{{right, inputs}, {right, u.backward + cellRadius}}},
			arrow{blue, u.reading.usesForwardHalf(step), []xy{{left, u.forward - cellRadius}, {left, outputs}}},
			arrow{vermillion, u.reading.usesBackwardHalf(step), []xy{{right, u.backward - cellRadius}, {right, outputs}}},
		)
	}
	return all
}

// toReadout are the arrows from the two halves that FinalStates uses.
func (u unfolded) toReadout() []arrow {
	start, end := u.outputs-boxHeight/2, u.outputs-readoutHeight+boxHeight/2
	bend := func(c color.Color, from, height, to float64) arrow {
		return arrow{c, true, []xy{{from, start}, {from, height}, {to, height}, {to, end}}}
	}
	return []arrow{
		bend(vermillion, backwardLane(0), start-36, readoutMiddle+readoutHalf/2),
		bend(blue, forwardLane(lastStep), start-18, readoutMiddle-readoutHalf/2),
	}
}
