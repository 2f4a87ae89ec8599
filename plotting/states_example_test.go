package plotting_test

import (
	"fmt"

	"github.com/easy-gomlx/tutorials/plotting"
)

func ExampleStates() {
	// What a network's three units hold after each of the 28 rows.
	gate, cell := make([][]float32, 28), make([][]float32, 28)
	for row := range 28 {
		t := float32(row) / 27
		gate[row] = []float32{t, 1 - t, 0.5}
		cell[row] = []float32{-2 * t, t, 3 * t}
	}
	figure, err := plotting.States(segmentDigit(4),
		plotting.Map{Name: "forget gate f", Values: gate},
		plotting.Map{Name: "cell state c", Values: cell})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(figure.Alt)
	// Output:
	// An image of a handwritten digit and heat maps of a network's states after each of its 28 rows: forget gate f, 3 columns, from 0.00 to 1.00, mean 0.50; cell state c, 3 columns, from -2.00 to 3.00, mean 0.33.
}
