package plotting_test

import (
	"math"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/plotting"
)

// certain returns a row of probabilities.
func certain(class int32, p float32) []float32 {
	row := make([]float32, 10)
	for i := range row {
		row[i] = (1 - p) / 9
	}
	row[class] = p
	return row
}

func TestConfidentMistakesGolden(t *testing.T) {
	labels := append(tenLabels, tenLabels...)
	var wrong, right [][]float32
	for i, label := range labels {
		wrong = append(wrong, certain((label+int32(i)%3)%10, 1-float32(math.Exp(-float64(i)/2))))
		right = append(right, certain(label, 0.9))
	}
	wrong[0] = certain(labels[0], 1)
	figure, err := plotting.ConfidentMistakes("Sure, and wrong", segmentDigits(labels...), labels, wrong)
	golden(t, "confident_mistakes", figure, err)
	if n := strings.Count(figure.Alt, "predicted"); n != 9 {
		t.Errorf("%d images, want 9: %q", n, figure.Alt)
	}
	figure, err = plotting.ConfidentMistakes("Sure, and wrong", segmentDigits(labels...), labels, right)
	golden(t, "confident_mistakes_none", figure, err)
	if want := "Sure, and wrong. None: 20 images, all classified correctly."; figure.Alt != want {
		t.Errorf("Alt is %q, want %q", figure.Alt, want)
	}
}

func TestConfidentMistakesRejects(t *testing.T) {
	images, labels := segmentDigits(3, 5), []int32{3, 5}
	dirty := segmentDigits(3, 5)
	dirty[785] = 2
	good := certain(3, 0.9)
	for _, test := range []struct {
		why           string
		images        []float32
		labels        []int32
		probabilities [][]float32
		want          string
	}{
		{"no images", nil, nil, nil, "images is empty"},
		{"too few labels", images, labels[:1], [][]float32{good, good}, "1 labels for 2 images"},
		{"label too large", images, []int32{3, 10}, [][]float32{good, good}, "labels[1] is 10"},
		{"too few probabilities", images, labels, [][]float32{good}, "1 probabilities for 2 images"},
		{"too few classes", images, labels, [][]float32{good, good[:9]}, "probabilities[1] has 9 values for 10 classes"},
		{"NaN", images, labels, [][]float32{good, certain(3, float32(math.NaN()))}, "probabilities[1][0] is NaN"},
		{"do not add up", images, labels, [][]float32{make([]float32, 10), good}, "probabilities[0] add up to 0"},
		{"a pixel too large", dirty, labels, [][]float32{good, good}, "images[785] is 2"},
	} {
		t.Run(test.why, func(t *testing.T) {
			_, err := plotting.ConfidentMistakes("", test.images, test.labels, test.probabilities)
			wantError(t, err, test.want)
		})
	}
}
