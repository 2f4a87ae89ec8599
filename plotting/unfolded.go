package plotting

import "fmt"

// Reading says which outputs of a bidirectional RNN are asked for, and so which of its cells matter.
type Reading int

const (
	// EveryOutput asks for the outputs of all time steps: everything is used.
	EveryOutput Reading = iota
	// LastOutput asks for outputs[-1]. It needs the whole chain of forward cells, but of the backward
	// cells only the one at the last time step, which has read one row.
	LastOutput
	// FinalStates asks for the forward state at the last time step and the backward state at the
	// first one. Both have read all rows.
	FinalStates
)

// unfoldedWords are what a reading's figure says, beyond what all of them say.
type unfoldedWords struct {
	subtitle string
	target   string // what the pale parts don't reach
	alt      string
}

const (
	unfoldedTitle = "A bidirectional RNN unfolded in time"
	unfoldedAlt   = unfoldedTitle + ", over the 28 rows of an image; time steps 1, 2, 3, 27 and 28 are drawn. " +
		"Each row feeds a forward cell and a backward cell. The forward cells pass their state on from row 1 to row 28, " +
		"the backward cells from row 28 to row 1; both start from zero. At each time step, an output joins the states of both cells. "
)

func (r Reading) words() (unfoldedWords, error) {
	switch r {
	case EveryOutput:
		return unfoldedWords{
			subtitle: "every output: the forward cell has read the rows up to it, the backward cell those from it on",
			alt:      "All of it is in colour, because all outputs are used.",
		}, nil
	case LastOutput:
		return unfoldedWords{
			subtitle: "outputs[-1]: the forward cell has read all 28 rows, the backward cell has read one row",
			target:   "outputs[-1]",
			alt: "In colour is what reaches outputs[-1], the output at row 28: all rows, all forward cells, " +
				"and of the backward cells only the one at row 28, which has read one row. " +
				"The other backward cells, their arrows and the other outputs are pale and dashed.",
		}, nil
	case FinalStates:
		return unfoldedWords{
			subtitle: "final states: the forward cell at row 28 and the backward cell at row 1 have read all 28 rows",
			target:   "the readout",
			alt: "A readout joins the forward half of the output at row 28 and the backward half of the output at row 1; " +
				"both have read all 28 rows. All rows and cells are in colour; " +
				"the other halves of the outputs and their arrows are pale and dashed.",
		}, nil
	}
	return unfoldedWords{}, fmt.Errorf("plotting: reading is %d; give EveryOutput, LastOutput or FinalStates", r)
}

// usesBackwardCell says whether the reading depends on the backward cell of a drawn time step.
func (r Reading) usesBackwardCell(step int) bool { return r != LastOutput || step == lastStep }

// usesForwardHalf is usesBackwardCell for the half of the output that comes from the forward cell.
func (r Reading) usesForwardHalf(step int) bool { return r == EveryOutput || step == lastStep }

func (r Reading) usesBackwardHalf(step int) bool {
	switch r {
	case LastOutput:
		return step == lastStep
	case FinalStates:
		return step == 0
	}
	return true
}

// Unfolded draws a bidirectional RNN unfolded in time over the 28 rows of an image: the rows at the
// bottom, above them the chain of forward cells and that of backward cells, and their outputs at the
// top. What the reading uses is in colour; what it doesn't is pale and dashed.
//
// Unfolded returns an error if r is none of the constants.
func Unfolded(r Reading) (*Figure, error) {
	words, err := r.words()
	if err != nil {
		return nil, err
	}
	u := newUnfolded(r)
	u.page.text(unfoldedMargin, 30, unfoldedTitle, bold(titleSize, ink))
	u.page.text(unfoldedMargin, 55, words.subtitle, plain(bodySize, ink))
	u.rowNames()
	u.arrows()
	u.nodes()
	u.legend(words.target)
	return u.page.figure(unfoldedAlt + words.alt), nil
}
