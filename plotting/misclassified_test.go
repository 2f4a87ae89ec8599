package plotting_test

import (
	"fmt"
	"testing"

	"github.com/easy-gomlx/tutorials/plotting"
)

func ExampleMisclassified() {
	images := segmentDigits(7, 2, 4)
	figure, err := plotting.Misclassified("Misclassified Examples", images, []int32{7, 2, 4}, []int32{7, 2, 9})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(figure.Alt)
	// Output:
	// Misclassified Examples. 1 image of handwritten digits: true 4, predicted 9.
}

func TestMisclassifiedGolden(t *testing.T) {
	labels := append(tenLabels, tenLabels...)
	predictions := make([]int32, len(labels))
	for i, label := range labels {
		predictions[i] = label
		if i%2 == 1 {
			predictions[i] = 9 - label
		}
	}
	figure, err := plotting.Misclassified("Misclassified Examples", segmentDigits(labels...), labels, predictions)
	golden(t, "misclassified", figure, err)

	figure, err = plotting.Misclassified("Misclassified Examples", segmentDigits(labels...), labels, labels)
	golden(t, "misclassified_none", figure, err)
	if want := "Misclassified Examples. None: 20 images, all classified correctly."; figure.Alt != want {
		t.Errorf("Alt is %q, want %q", figure.Alt, want)
	}
}

func TestMisclassifiedRejects(t *testing.T) {
	_, err := plotting.Misclassified("", segmentDigit(3), []int32{3}, nil)
	wantError(t, err, "predictions is nil")
	_, err = plotting.Misclassified("", nil, nil, []int32{})
	wantError(t, err, "images is empty")
	_, err = plotting.Misclassified("", segmentDigit(3), []int32{3}, []int32{10})
	wantError(t, err, "predictions[0] is 10")
}
