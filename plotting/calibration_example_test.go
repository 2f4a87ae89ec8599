package plotting_test

import (
	"fmt"

	"github.com/easy-gomlx/tutorials/plotting"
)

func ExampleCalibration() {
	labels := []int32{0, 1, 1, 0}
	probabilities := [][]float32{{0.75, 0.25}, {0.25, 0.75}, {0.25, 0.75}, {0.25, 0.75}} // three of four are right
	figure, err := plotting.Calibration(labels, probabilities)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(figure.Alt)
	// Output:
	// Reliability diagram of 4 predictions. Expected calibration error 0%. By confidence, 70% to 80%: 4 predictions, mean confidence 75.0%, 75.0% correct.
}
