package plotting_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/easy-gomlx/tutorials/plotting"
)

// drifting returns [rows][columns] values that change slowly from row to row, as states do.
func drifting(seed uint64, rows, columns int, f func(float64) float64) [][]float32 {
	random := rand.New(rand.NewPCG(seed, 7))
	values := make([][]float32, rows)
	for row := range values {
		values[row] = make([]float32, columns)
	}
	for column := range columns {
		at := random.NormFloat64()
		for row := range rows {
			at += 0.5 * random.NormFloat64()
			values[row][column] = float32(f(at))
		}
	}
	return values
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func double(x float64) float64 { return 2 * x }

// lstmMaps returns maps as those of an LSTM.
func lstmMaps(rows, units int) []plotting.Map {
	return []plotting.Map{
		{Name: "input gate i", Values: drifting(1, rows, units, sigmoid)},
		{Name: "candidate j", Values: drifting(2, rows, units, math.Tanh)},
		{Name: "forget gate f", Values: drifting(3, rows, units, sigmoid)},
		{Name: "output gate o", Values: drifting(4, rows, units, sigmoid)},
		{Name: "cell state c", Values: drifting(5, rows, units, double)},
		{Name: "hidden state h", Values: drifting(6, rows, units, math.Tanh)},
	}
}

// scanned returns a digit with many shades of gray, as those of MNIST.
func scanned(digit int32) []float32 {
	random := rand.New(rand.NewPCG(8, 8))
	image := segmentDigit(digit)
	for i, v := range image {
		if v > 0 {
			image[i] = float32(math.Round(255*float64(v-0.4*v*random.Float32())) / 255)
		}
	}
	return image
}

func TestStatesGolden(t *testing.T) {
	figure, err := plotting.States(scanned(4), lstmMaps(28, 128)...)
	golden(t, "states", figure, err)
	figure, err = plotting.States(scanned(4), lstmMaps(28, 6)[4:]...)
	golden(t, "states_few_units", figure, err)
	figure, err = plotting.States(scanned(4), lstmMaps(28, 500)[2:4]...)
	golden(t, "states_many_units", figure, err)
}

func TestStatesRejects(t *testing.T) {
	digit := segmentDigit(4)
	good := plotting.Map{Name: "good", Values: drifting(1, 28, 3, sigmoid)}
	changed := func(change func(values [][]float32)) plotting.Map {
		values := drifting(1, 28, 3, sigmoid)
		change(values)
		return plotting.Map{Values: values}
	}
	odd := func(v float64) plotting.Map {
		return changed(func(values [][]float32) { values[2][1] = float32(v) })
	}
	for _, test := range []struct {
		why   string
		image []float32
		maps  []plotting.Map
		words []string
	}{
		{"half an image", digit[:392], []plotting.Map{good}, []string{"image has 392 values"}},
		{"a pixel too large", append(segmentDigit(4)[:783:783], 255), []plotting.Map{good}, []string{"image[783] is 255"}},
		{"no maps", digit, nil, []string{"no maps"}},
		{"too many maps", digit, make([]plotting.Map, 13), []string{"13 maps", "at most 12"}},
		{"too few rows", digit, []plotting.Map{good, {Values: good.Values[:27]}}, []string{"maps[1].Values has 27 rows; want 28"}},
		{"no columns", digit, []plotting.Map{{Values: make([][]float32, 28)}}, []string{"maps[0].Values[0] has 0 values"}},
		{"too many columns", digit, []plotting.Map{{Values: drifting(1, 28, 501, sigmoid)}}, []string{"maps[0].Values[0] has 501 values"}},
		{"ragged", digit, []plotting.Map{good, changed(func(v [][]float32) { v[5] = v[5][:2] })}, []string{"maps[1].Values[5] has 2 values, but maps[1].Values[0] has 3"}},
		{"NaN", digit, []plotting.Map{odd(math.NaN())}, []string{"maps[0].Values[2][1] is NaN"}},
		{"infinity", digit, []plotting.Map{odd(math.Inf(-1))}, []string{"maps[0].Values[2][1] is -Inf"}},
	} {
		t.Run(test.why, func(t *testing.T) {
			_, err := plotting.States(test.image, test.maps...)
			wantError(t, err, test.words...)
		})
	}
}
