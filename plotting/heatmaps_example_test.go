package plotting_test

import (
	"fmt"

	"github.com/easy-gomlx/tutorials/plotting"
)

func ExampleHeatMaps() {
	utterance := [][]float32{{0.5, -0.2}, {1.5, -0.4}, {0.1, 0}}
	figure, err := plotting.HeatMaps("An utterance", "coefficient", "time step", plotting.Map{Name: "cepstrum", Values: utterance})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(figure.Alt)
	// Output:
	// An utterance. Heat maps of 3 rows (time step), across coefficient: cepstrum, 2 columns, from -0.40 to 1.50, mean 0.25.
}
