package plotting_test

import (
	"fmt"

	"github.com/easy-gomlx/tutorials/birnn/history"
	"github.com/easy-gomlx/tutorials/plotting"
)

func ExampleCurves() {
	var record history.Record
	record.Training = history.Series{
		Steps:    []int{1, 101, 201, 301, 401, 501, 551, 651, 751, 851, 951, 1051},
		Loss:     []float64{2.30, 0.74, 0.51, 0.51, 0.30, 0.21, 0.22, 0.22, 0.15, 0.13, 0.21, 0.12},
		Accuracy: []float64{0.24, 0.77, 0.88, 0.83, 0.88, 0.94, 0.93, 0.94, 0.96, 0.96, 0.96, 0.97},
	}
	record.Validation = history.Series{
		Steps:    []int{550, 1100},
		Loss:     []float64{0.23, 0.14},
		Accuracy: []float64{0.935, 0.96},
	}
	figure, err := plotting.Curves(record)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(figure.Width, "by", figure.Height)
	fmt.Println(figure.Alt)
	// Output:
	// 720 by 310
	// Loss and accuracy over training steps 1 to 1,051. Training loss falls from 2.30 to 0.12; training accuracy rises from 24.0% to 97.0%. Validation loss falls from 0.23 to 0.14; validation accuracy rises from 93.5% to 96.0% (2 evaluations, the last at step 1,100).
}
