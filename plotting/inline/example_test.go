package inline_test

import (
	"fmt"

	"github.com/easy-gomlx/tutorials/plotting/inline"
)

// A training loop reports to a Live, which shows progress and curves in a notebook, and here only records.
func ExampleLive() {
	const epochs, stepsPerEpoch = 2, 3
	live := inline.NewLive(epochs, stepsPerEpoch)
	step := 0
	for range epochs {
		for range stepsPerEpoch {
			step++
			loss, accuracy := 2.3/float64(step), 0.1*float64(step) // of a training step
			live.Step(step, loss, accuracy)
		}
		live.Validation(step, 2.2/float64(step), 0.1*float64(step))
	}
	if err := live.Done(); err != nil {
		fmt.Println(err)
		return
	}
	record := live.History()
	fmt.Println(record.Training.Steps, record.Validation.Steps)
	// Output: [1 2 3 4 5 6] [3 6]
}
