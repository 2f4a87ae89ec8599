package plotting_test

import (
	"fmt"

	"github.com/easy-gomlx/tutorials/plotting"
)

func ExampleConfidentMistakes() {
	images := segmentDigits(7, 5, 4)
	probabilities := [][]float32{
		{0, 0, 0, 0, 0, 0, 0, 1, 0, 0},
		{0, 0, 0, 0, 0, 0.25, 0.75, 0, 0, 0},
		{0, 0, 0, 0, 0.002, 0, 0, 0, 0, 0.998},
	}
	figure, err := plotting.ConfidentMistakes("Sure, and wrong", images, []int32{7, 5, 4}, probabilities)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(figure.Alt)
	// Output:
	// Sure, and wrong. 2 images of handwritten digits: true 4, predicted 9 (99.8%); true 5, predicted 6 (75.0%).
}
