package plotting_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/plotting"
)

func ExampleConfusion() {
	labels := []int32{4, 4, 4, 9, 9, 7}
	predictions := []int32{4, 9, 9, 9, 4, 7}
	figure, err := plotting.Confusion(labels, predictions, 10)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(figure.Alt)
	// Output:
	// Confusion matrix of 6 predictions in 10 classes: 3 correct (50.0%). Most frequent mistakes: true 4 predicted 9 (2 times), true 9 predicted 4 (1 time).
}

func TestConfusionGolden(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	labels, predictions := make([]int32, 10000), make([]int32, 10000)
	for i := range labels {
		labels[i] = random.Int32N(9) // none of the last class
		predictions[i] = labels[i]
		if random.IntN(40) == 0 {
			predictions[i] = min(random.Int32N(10), random.Int32N(10))
		}
	}
	figure, err := plotting.Confusion(labels, predictions, 10)
	golden(t, "confusion", figure, err)

	figure, err = plotting.Confusion(labels[:500], predictions[:500], 10, "zero", "one", "two", "three", "four",
		"five", "six", "seven", "eight", "the longest name that does not fit")
	golden(t, "confusion_names", figure, err)
	if want := "true four predicted five (2 times)"; !strings.Contains(figure.Alt, want) {
		t.Errorf("Alt is %q, want it to say %q", figure.Alt, want)
	}
	for i, label := range labels {
		labels[i], predictions[i] = label+int32(i%3)*5, predictions[i]+int32(i%3)*5
	}
	figure, err = plotting.Confusion(labels[:5000], predictions[:5000], 20)
	golden(t, "confusion_many", figure, err)

	figure, err = plotting.Confusion([]int32{0, 1, 1}, []int32{0, 1, 0}, 3, "cat", "dog", "bird")
	golden(t, "confusion_short_names", figure, err)

	figure, err = plotting.Confusion([]int32{0, 1}, []int32{0, 1}, 2)
	golden(t, "confusion_all_correct", figure, err)
	if want := "Confusion matrix of 2 predictions in 2 classes: 2 correct (100%). No mistakes."; figure.Alt != want {
		t.Errorf("Alt is %q, want %q", figure.Alt, want)
	}
}

func TestConfusionRejects(t *testing.T) {
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
		{"too many classes to draw", []int32{0}, []int32{0}, 21, nil, "classes is 21"},
		{"too few names", []int32{0}, []int32{0}, 3, []string{"a", "b"}, "2 names for 3 classes"},
		{"a blank name", []int32{0}, []int32{0}, 2, []string{" ", "b"}, "names[0] is blank"},
	} {
		t.Run(test.why, func(t *testing.T) {
			_, err := plotting.Confusion(test.labels, test.predictions, test.classes, test.names...)
			wantError(t, err, test.want)
		})
	}
}
