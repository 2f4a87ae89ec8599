package plotting_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/easy-gomlx/tutorials/plotting"
)

func ExamplePrediction() {
	probabilities := []float32{0, 0.01, 0, 0, 0.3, 0, 0, 0.04, 0.05, 0.6}
	figure, err := plotting.Prediction(segmentDigit(4), probabilities, 4)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(figure.Alt)
	// Output:
	// A handwritten 4, predicted 9 (wrong). Probabilities: 0 0%, 1 1.0%, 2 0%, 3 0%, 4 30.0%, 5 0%, 6 0%, 7 4.0%, 8 5.0%, 9 60.0%.
}

func TestPredictionGolden(t *testing.T) {
	figure, err := plotting.Prediction(segmentDigit(4), []float32{0, 0.01, 0, 0, 0.3, 0, 0, 0.04, 0.05, 0.6}, 4)
	golden(t, "prediction_wrong", figure, err)
	figure, err = plotting.Prediction(segmentDigit(7), []float32{0, 0, 0.0003, 0, 0, 0, 0, 0.9997, 0, 0}, 7)
	golden(t, "prediction_correct", figure, err)
	// The widest label, beside the longest bar.
	figure, err = plotting.Prediction(segmentDigit(8), []float32{0, 0, 0.0003, 0, 0, 0, 0, 0.9997, 0, 0}, 8)
	golden(t, "prediction_confident_and_wrong", figure, err)
}

func TestPredictionRejects(t *testing.T) {
	digit := segmentDigit(4)
	dirty := segmentDigit(4)
	dirty[3] = 2
	only := func(class int, p float32) []float32 {
		probabilities := make([]float32, 10)
		probabilities[class] = p
		return probabilities
	}
	for _, test := range []struct {
		why           string
		image         []float32
		probabilities []float32
		label         int32
		want          string
	}{
		{"two images", segmentDigits(1, 2), only(4, 1), 4, "image has 1568 values"},
		{"a pixel too large", dirty, only(4, 1), 4, "image[3] is 2"},
		{"too few classes", digit, []float32{0, 1}, 4, "probabilities has 2 values for 10 classes"},
		{"a probability too large", digit, only(4, 1.5), 4, "probabilities[4] is 1.5"},
		{"a negative probability", digit, only(4, -0.5), 4, "probabilities[4] is -0.5"},
		{"NaN", digit, only(2, float32(math.NaN())), 4, "probabilities[2] is NaN"},
		{"probabilities that do not add up", digit, only(4, 0.5), 4, "add up to 0.5"},
		{"label too large", digit, only(4, 1), 10, "label is 10"},
		{"label negative", digit, only(4, 1), -1, "label is -1"},
	} {
		t.Run(test.why, func(t *testing.T) {
			_, err := plotting.Prediction(test.image, test.probabilities, test.label)
			wantError(t, err, test.want)
		})
	}
}
