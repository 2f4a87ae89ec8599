package plotting

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// ConfidentMistakes draws the nine wrong predictions of which the network is most certain, the most
// certain first, like [Digits] and with the probability of the predicted class. If there are none,
// the figure says so.
//
// images is [n, 28, 28] row-major with values 0..1; labels is [n] with classes 0..9; probabilities is
// [n][10] with values 0..1 that add up to 1, within 0.01. ConfidentMistakes returns an error that
// names the argument and index if there are no images, if the lengths do not match, or if a class, a
// probability or a drawn pixel is out of range.
func ConfidentMistakes(title string, images []float32, labels []int32, probabilities [][]float32) (*Figure, error) {
	n, err := checkImages(images, labels, nil)
	if err != nil {
		return nil, err
	}
	if len(probabilities) != n {
		return nil, fmt.Errorf("plotting: %d probabilities for %d images; each image needs those of all classes", len(probabilities), n)
	}
	g := digitGrid{title: title, images: images, labels: labels, predictions: make([]int32, n), confidences: make([]float64, n)}
	for i, row := range probabilities {
		predicted, err := mostProbable(fmt.Sprintf("probabilities[%d]", i), row, digitClasses)
		if err != nil {
			return nil, err
		}
		g.predictions[i] = int32(predicted)
		g.confidences[i] = math.Min(1, float64(row[predicted]))
		if g.predictions[i] != labels[i] {
			g.chosen = append(g.chosen, i)
		}
	}
	if len(g.chosen) == 0 {
		return noMistakes(title, n), nil
	}
	slices.SortStableFunc(g.chosen, func(a, b int) int { return cmp.Compare(g.confidences[b], g.confidences[a]) })
	g.chosen = g.chosen[:min(len(g.chosen), gridMost)]
	return g.draw()
}
