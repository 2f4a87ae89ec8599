package plotting_test

import (
	"fmt"

	"github.com/easy-gomlx/tutorials/plotting"
)

func ExampleBeliefs() {
	// A network that cannot tell 4 from 9 before it has read row 10.
	fromTop := make([][]float32, 28)
	for row := range fromTop {
		fromTop[row] = []float32{0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0.5}
		if row >= 10 {
			fromTop[row] = []float32{0, 0, 0, 0, 0.9, 0, 0, 0, 0, 0.1}
		}
	}
	figure, err := plotting.Beliefs(segmentDigit(4), 4, plotting.Map{Name: "read from the top", Values: fromTop})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(figure.Alt)
	// Output:
	// An image of a handwritten 4 and heat maps of the probability of each class at each of its 28 rows. Probability of 4: read from the top: row 0 50.0%, row 10 90.0%, row 20 90.0%, row 27 90.0%.
}
