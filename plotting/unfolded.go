package plotting

import (
	"fmt"
	"slices"
)

const (
	unfoldedTitle = "A bidirectional RNN unfolded in time"
	unfoldedAlt   = unfoldedTitle + ", over the 28 rows of an image; rows 1, 2, 3, 27 and 28 are drawn. " +
		"Each row feeds a forward cell and a backward cell. The forward cells pass their state on from row 1 to row 28, " +
		"the backward cells from row 28 to row 1; both start from zero. At each row, an output joins the states of both cells. "
)

// Unfolded draws a bidirectional RNN unfolded in time over the 28 rows of an image: the rows at the
// bottom, above them the chain of forward cells and the chain of backward cells, and at the top their
// outputs, all of which are used.
func Unfolded() (*Figure, error) {
	u := newUnfolded(reading{all: true})
	return u.draw("every output: the forward cell has read the rows up to it, the backward cell those from it on",
		"All of it is in color, because all outputs are used."), nil
}

// UnfoldedAt draws the RNN of [Unfolded] where only two states are used: the forward cell's at one
// time step and the backward cell's at another. Time steps count from 0, or from -1 backward:
//
//	UnfoldedAt(-1, -1) // the last output: the backward cell has read only one row
//	UnfoldedAt(-1, 0)  // the final states: both cells have read all rows
//
// Cells, arrows and outputs that do not contribute are pale and dashed. UnfoldedAt returns an error
// if a time step is not among the first three and the last two, which are drawn.
func UnfoldedAt(forward, backward int) (*Figure, error) {
	var r reading
	var err error
	if r.forward, err = drawnStep("forward", forward); err != nil {
		return nil, err
	}
	if r.backward, err = drawnStep("backward", backward); err != nil {
		return nil, err
	}
	u := newUnfolded(r)
	row, backRow := drawnRows[r.forward], drawnRows[r.backward]
	read, backRead := rowsRead(row), rowsRead(side+1-backRow)
	subtitle := fmt.Sprintf("%s: the forward cell has read %s, the backward cell %s", u.target(), read, backRead)
	target := fmt.Sprintf("%s, the output at row %d", u.target(), row)
	if r.joins() {
		subtitle = fmt.Sprintf("the forward cell at row %d has read %s, the backward cell at row %d has read %s", row, read, backRow, backRead)
		target = fmt.Sprintf("a readout, which joins the forward half of the output at row %d and the backward half of the output at row %d", row, backRow)
	}
	return u.draw(subtitle, fmt.Sprintf("In color is what contributes to %s: %s, and %s. The rest is pale and dashed.",
		target, cells("forward", 1, row), cells("backward", side, backRow))), nil
}

// cells describes a chain of cells.
func cells(direction string, from, to int) string {
	if from == to {
		return fmt.Sprintf("the %s cell of row %d, which has read one row", direction, to)
	}
	return fmt.Sprintf("the %s cells of rows %d to %d, the last of which has read %s", direction, from, to, rowsRead(max(to-from, from-to)+1))
}

func rowsRead(n int) string {
	switch n {
	case 1:
		return "one row"
	case side:
		return "all 28 rows"
	}
	return fmt.Sprintf("%d rows", n)
}

// drawnStep returns the index of a time step in drawnRows.
func drawnStep(name string, t int) (int, error) {
	row := t + 1
	if t < 0 {
		row = side + 1 + t
	}
	if k := slices.Index(drawnRows[:], row); k >= 0 {
		return k, nil
	}
	return 0, fmt.Errorf("plotting: %s time step %d is not drawn; use one of 0, 1, 2, -2 and -1", name, t)
}

// reading says which states are used: all, or one of each direction, as indices of drawnRows.
type reading struct {
	all               bool
	forward, backward int
}

func (r reading) usesForwardCell(step int) bool  { return r.all || step <= r.forward }
func (r reading) usesBackwardCell(step int) bool { return r.all || step >= r.backward }
func (r reading) usesForwardHalf(step int) bool  { return r.all || step == r.forward }
func (r reading) usesBackwardHalf(step int) bool { return r.all || step == r.backward }

// joins reports whether the states are of two time steps, and a readout joins them.
func (r reading) joins() bool { return r.forward != r.backward }

func (u unfolded) draw(subtitle, alt string) *Figure {
	u.page.text(unfoldedMargin, 30, unfoldedTitle, bold(titleSize, ink))
	u.page.text(unfoldedMargin, 55, subtitle, plain(bodySize, ink))
	u.rowNames()
	u.arrows()
	u.nodes()
	u.legend()
	return u.page.figure(unfoldedAlt + alt)
}
