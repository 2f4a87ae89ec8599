package plotting_test

import (
	"fmt"

	"github.com/easy-gomlx/tutorials/plotting"
)

func ExampleUnfolded() {
	figure, err := plotting.Unfolded(plotting.LastOutput)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(figure.Width, "by", figure.Height)
	fmt.Println(figure.Alt)
	// Output:
	// 720 by 442
	// A bidirectional RNN unfolded in time, over the 28 rows of an image; time steps 1, 2, 3, 27 and 28 are drawn. Each row feeds a forward cell and a backward cell. The forward cells pass their state on from row 1 to row 28, the backward cells from row 28 to row 1; both start from zero. At each time step, an output joins the states of both cells. In colour is what reaches outputs[-1], the output at row 28: all rows, all forward cells, and of the backward cells only the one at row 28, which has read one row. The other backward cells, their arrows and the other outputs are pale and dashed.
}
