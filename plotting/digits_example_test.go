package plotting_test

import (
	"fmt"

	"github.com/easy-gomlx/tutorials/plotting"
)

func ExampleDigits() {
	images := segmentDigits(7, 2, 4)
	figure, err := plotting.Digits("Correct Examples", images, []int32{7, 2, 4}, []int32{7, 2, 9})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(figure.Alt)
	// Output:
	// Correct Examples. 3 images of handwritten digits: true 7, predicted 7; true 2, predicted 2; true 4, predicted 9.
}
