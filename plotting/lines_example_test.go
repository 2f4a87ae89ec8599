package plotting_test

import (
	"fmt"

	"github.com/easy-gomlx/tutorials/plotting"
)

func ExampleLines() {
	steps := []float64{0, 1, 2, 3}
	axes := plotting.Axes{Title: "How far the gradient reaches", X: "steps back", Y: "norm of the gradient", Log: true}
	figure, err := plotting.Lines(axes,
		plotting.Line{Name: "forget bias 1", X: steps, Runs: [][]float64{{1, 0.8, 0.6, 0.5}, {1, 0.7, 0.5, 0.3}}},
		plotting.Line{Name: "forget bias 0", X: steps, Runs: [][]float64{{1, 0.4, 0.1, 0.02}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(figure.Alt)
	// Output:
	// How far the gradient reaches. Norm of the gradient (log scale) by steps back: forget bias 1 falls from 1.00 to 0.40 (0 to 3), mean of 2 runs that end between 0.30 and 0.50; forget bias 0 falls from 1.00 to 0.02 (0 to 3).
}
