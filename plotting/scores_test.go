package plotting_test

import (
	"math/rand/v2"
	"testing"

	"github.com/easy-gomlx/tutorials/plotting"
)

func TestScoresGolden(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	labels, predictions := make([]int32, 10000), make([]int32, 10000)
	for i := range labels {
		labels[i] = random.Int32N(10)
		predictions[i] = labels[i]
		if random.IntN(30) == 0 {
			predictions[i] = min(random.Int32N(10), random.Int32N(10))
		}
	}
	figure, err := plotting.Scores(labels, predictions, 10)
	golden(t, "scores", figure, err)
	figure, err = plotting.Scores([]int32{0, 0, 0, 1, 1, 2}, []int32{0, 0, 1, 1, 1, 1}, 4, "Anna", "Maximilian Alexander the Great", "Eve", "no one")
	golden(t, "scores_names", figure, err)
	figure, err = plotting.Scores([]int32{0, 1}, []int32{0, 1}, 2)
	golden(t, "scores_all_correct", figure, err)
}

func TestScoresRejects(t *testing.T) {
	for _, test := range []struct {
		why                 string
		labels, predictions []int32
		classes             int
		names               []string
		want                string
	}{
		{"no labels", nil, nil, 10, nil, "labels is empty"},
		{"lengths differ", []int32{1, 2}, []int32{1}, 10, nil, "1 predictions for 2 labels"},
		{"label out of range", []int32{1, 3}, []int32{1, 1}, 3, nil, "labels[1] is 3, not a class from 0 to 2"},
		{"prediction out of range", []int32{1, 1}, []int32{1, -1}, 3, nil, "predictions[1] is -1"},
		{"one class", []int32{0}, []int32{0}, 1, nil, "classes is 1; it must be 2 to 20"},
		{"too few names", []int32{0}, []int32{0}, 2, []string{"a"}, "1 name for 2 classes"},
		{"a blank name", []int32{0}, []int32{0}, 2, []string{"a", " \n"}, "names[1] is blank"},
	} {
		t.Run(test.why, func(t *testing.T) {
			_, err := plotting.Scores(test.labels, test.predictions, test.classes, test.names...)
			wantError(t, err, test.want)
		})
	}
}
