package plotting_test

import (
	"fmt"

	"github.com/easy-gomlx/tutorials/plotting"
)

func ExampleSpread() {
	axes := plotting.Axes{Title: "Five seeds", X: "readout", Y: "test accuracy", Percent: true}
	figure, err := plotting.Spread(axes,
		plotting.Group{Name: "LastOutput", Values: []float64{0.971, 0.975, 0.969, 0.973, 0.972}},
		plotting.Group{Name: "FinalStates", Values: []float64{0.974, 0.979, 0.976, 0.975, 0.976}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(figure.Alt)
	// Output:
	// Five seeds. Test accuracy by readout, of each run. LastOutput: mean 97.2% of 5 runs, 96.9% to 97.5%; FinalStates: mean 97.6% of 5 runs, 97.4% to 97.9%.
}
