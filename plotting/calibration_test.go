package plotting_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/easy-gomlx/tutorials/plotting"
)

// confident returns n predictions of ten classes that are right less often than their confidence says.
func confident(n int) (labels []int32, probabilities [][]float32) {
	random := rand.New(rand.NewPCG(6, 6))
	for range n {
		confidence := 1 - 0.85*math.Pow(random.Float64(), 6)
		class := random.Int32N(10)
		row := make([]float32, 10)
		for i := range row {
			row[i] = float32((1 - confidence) / 9)
		}
		row[class] = float32(confidence)
		if random.Float64() > confidence*confidence {
			class = (class + 1 + random.Int32N(9)) % 10
		}
		labels, probabilities = append(labels, class), append(probabilities, row)
	}
	return labels, probabilities
}

func TestCalibrationGolden(t *testing.T) {
	figure, err := plotting.Calibration(confident(10000))
	golden(t, "calibration", figure, err)
	figure, err = plotting.Calibration([]int32{0}, [][]float32{{0, 1}})
	golden(t, "calibration_one_wrong", figure, err)
	if want := "Reliability diagram of 1 prediction. Expected calibration error 100%. By confidence, 90% to 100%: 1 prediction, mean confidence 100%, 0% correct."; figure.Alt != want {
		t.Errorf("Alt is %q, want %q", figure.Alt, want)
	}
}

func TestCalibrationRejects(t *testing.T) {
	for _, test := range []struct {
		why           string
		labels        []int32
		probabilities [][]float32
		want          string
	}{
		{"no labels", nil, nil, "labels is empty"},
		{"lengths differ", []int32{0, 1}, [][]float32{{0, 1}}, "1 probabilities for 2 labels"},
		{"one class", []int32{0}, [][]float32{{1}}, "probabilities[0] has 1 value"},
		{"label too large", []int32{0, 2}, [][]float32{{0, 1}, {0, 1}}, "labels[1] is 2, not a class from 0 to 1"},
		{"ragged", []int32{0, 0}, [][]float32{{0, 1}, {1}}, "probabilities[1] has 1 values for 2 classes"},
		{"logits", []int32{0}, [][]float32{{-2, 3}}, "probabilities[0][0] is -2"},
		{"NaN", []int32{0}, [][]float32{{0, float32(math.NaN())}}, "probabilities[0][1] is NaN"},
		{"do not add up", []int32{0}, [][]float32{{0.2, 0.3}}, "probabilities[0] add up to 0.5"},
	} {
		t.Run(test.why, func(t *testing.T) {
			_, err := plotting.Calibration(test.labels, test.probabilities)
			wantError(t, err, test.want)
		})
	}
}
