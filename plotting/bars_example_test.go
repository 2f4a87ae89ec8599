package plotting_test

import (
	"fmt"

	"github.com/easy-gomlx/tutorials/plotting"
)

func ExampleBars() {
	figure, err := plotting.Bars("Time for a step", "ms", []plotting.Bar{
		{Label: "new", Value: 20, Low: 19, High: 22, Strong: true},
		{Label: "old", Value: 40, Low: 39, High: 42, Note: "twice as long"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(figure.Alt)
	// Output:
	// Time for a step. Bars: new 20.0 ms; old 40.0 ms (twice as long).
}
