package plotting_test

import (
	"fmt"

	"github.com/easy-gomlx/tutorials/plotting"
)

func ExampleUnfoldedAt() {
	figure, err := plotting.UnfoldedAt(-1, -1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(figure.Width, "by", figure.Height)
	fmt.Println(figure.Alt)
	// Output:
	// 720 by 442
	// A bidirectional RNN unfolded in time, over the 28 rows of an image; rows 1, 2, 3, 27 and 28 are drawn. Each row feeds a forward cell and a backward cell. The forward cells pass their state on from row 1 to row 28, the backward cells from row 28 to row 1; both start from zero. At each row, an output joins the states of both cells. In color is what contributes to outputs[-1], the output at row 28: the forward cells of rows 1 to 28, the last of which has read all 28 rows, and the backward cell of row 28, which has read one row. The rest is pale and dashed.
}
