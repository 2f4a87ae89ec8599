package plotting_test

import (
	"fmt"

	"github.com/easy-gomlx/tutorials/plotting"
)

func ExampleCalibration() {
	// Two predictions with 75% that are right, and two with 55% that are wrong.
	labels := []int32{0, 1, 1, 0}
	probabilities := [][]float32{{0.75, 0.25}, {0.25, 0.75}, {0.55, 0.45}, {0.45, 0.55}}
	figure, err := plotting.Calibration(labels, probabilities)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(figure.Alt)
	// Output:
	// Reliability diagram of 4 predictions. Expected calibration error 40.0%. By confidence, 50% to 60%: 2 predictions, mean confidence 55.0%, 0% correct; 70% to 80%: 2 predictions, mean confidence 75.0%, 100% correct.
}
