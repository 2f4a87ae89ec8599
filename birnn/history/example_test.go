package history_test

import (
	"fmt"

	"github.com/easy-gomlx/tutorials/birnn/history"
)

func ExampleSeries_Add() {
	var record history.Record
	record.Training.Add(1, 2.3, 0.1)
	record.Training.Add(2, 1.9, 0.4)
	record.Validation.Add(2, 1.8, 0.5)

	copied := record.Clone()
	copied.Training.Loss[0] = 0

	fmt.Println("steps:", record.Training.Steps, "losses:", record.Training.Loss)
	fmt.Println("last step:", record.Validation.LastStep())
	// Output:
	// steps: [1 2] losses: [2.3 1.9]
	// last step: 2
}
