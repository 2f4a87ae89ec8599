package plotting_test

import (
	"fmt"

	"github.com/easy-gomlx/tutorials/plotting"
)

func ExampleScores() {
	labels := []int32{0, 0, 0, 1, 1, 2}
	predictions := []int32{0, 0, 1, 1, 1, 1}
	figure, err := plotting.Scores(labels, predictions, 3, "cat", "dog", "bird")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(figure.Alt)
	// Output:
	// Scores of 6 predictions in 3 classes, 4 correct (66.7%). Macro average: precision 75.0%, recall 55.6%, F1 48.9%; class cat: precision 100%, recall 66.7%, F1 80.0%; class dog: precision 50.0%, recall 100%, F1 66.7%; class bird: precision undefined, recall 0%, F1 0%.
}
