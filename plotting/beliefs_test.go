package plotting_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/easy-gomlx/tutorials/plotting"
)

// belief returns [28][10] probabilities that become those of the class from row to row.
func belief(seed uint64, class int) [][]float32 {
	random := rand.New(rand.NewPCG(seed, 5))
	logits := make([]float64, 10)
	values := make([][]float32, 28)
	for row := range values {
		total := 0.0
		for i := range logits {
			logits[i] += 0.7 * random.NormFloat64()
		}
		logits[class] += float64(row) / 40
		for _, logit := range logits {
			total += math.Exp(logit)
		}
		for _, logit := range logits {
			values[row] = append(values[row], float32(math.Exp(logit)/total))
		}
	}
	return values
}

func reversed(values [][]float32) [][]float32 {
	values = slices.Clone(values)
	slices.Reverse(values)
	return values
}

func TestBeliefsGolden(t *testing.T) {
	maps := []plotting.Map{
		{Name: "read from the top", Values: belief(1, 4)},
		{Name: "read from the bottom", Values: reversed(belief(2, 4))},
		{Name: "both", Values: belief(3, 4)},
		{Name: "both, two layers", Values: belief(4, 4)},
	}
	figure, err := plotting.Beliefs(scanned(4), 4, maps[:3]...)
	golden(t, "beliefs", figure, err)
	figure, err = plotting.Beliefs(scanned(9), 9, maps[0])
	golden(t, "beliefs_one", figure, err)
	figure, err = plotting.Beliefs(scanned(4), 4, maps...)
	golden(t, "beliefs_four", figure, err)
}

func TestBeliefsRejects(t *testing.T) {
	digit := segmentDigit(4)
	good := plotting.Map{Values: belief(1, 4)}
	changed := func(change func(values [][]float32)) plotting.Map {
		values := belief(1, 4)
		change(values)
		return plotting.Map{Values: values}
	}
	for _, test := range []struct {
		why   string
		image []float32
		label int32
		maps  []plotting.Map
		words []string
	}{
		{"two images", segmentDigits(4, 4), 4, []plotting.Map{good}, []string{"image has 1568 values"}},
		{"label too large", digit, 10, []plotting.Map{good}, []string{"label is 10", "0 to 9"}},
		{"label negative", digit, -2, []plotting.Map{good}, []string{"label is -2"}},
		{"no maps", digit, 4, nil, []string{"no maps"}},
		{"too few rows", digit, 4, []plotting.Map{{Values: good.Values[:27]}}, []string{"maps[0].Values has 27 rows; want 28"}},
		{"units for classes", digit, 4, []plotting.Map{{Values: drifting(1, 28, 128, sigmoid)}}, []string{"maps[0].Values[0] has 128 values for 10 classes"}},
		{"ragged", digit, 4, []plotting.Map{good, changed(func(v [][]float32) { v[9] = v[9][:9] })}, []string{"maps[1].Values[9] has 9 values"}},
		{"logits", digit, 4, []plotting.Map{good, changed(func(v [][]float32) { v[3][2] = 2.5 })}, []string{"maps[1].Values[3][2] is 2.5"}},
		{"NaN", digit, 4, []plotting.Map{changed(func(v [][]float32) { v[3][2] = float32(math.NaN()) })}, []string{"maps[0].Values[3][2] is NaN"}},
		{"do not add up", digit, 4, []plotting.Map{changed(func(v [][]float32) { v[27] = make([]float32, 10) })}, []string{"maps[0].Values[27] add up to 0"}},
	} {
		t.Run(test.why, func(t *testing.T) {
			_, err := plotting.Beliefs(test.image, test.label, test.maps...)
			wantError(t, err, test.words...)
		})
	}
}
