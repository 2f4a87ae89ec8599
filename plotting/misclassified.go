package plotting

import (
	"errors"
	"fmt"

	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

// Misclassified draws the first nine images whose prediction is wrong, like [Digits]. If there are
// none, the figure says so.
//
// Its arguments and errors are those of Digits, but predictions must not be nil.
func Misclassified(title string, images []float32, labels, predictions []int32) (*Figure, error) {
	if predictions == nil {
		return nil, errors.New("plotting: predictions is nil; each image needs one")
	}
	n, err := checkImages(images, labels, predictions)
	if err != nil {
		return nil, err
	}
	var wrong []int
	for i := range n {
		if predictions[i] != labels[i] && len(wrong) < gridMost {
			wrong = append(wrong, i)
		}
	}
	if len(wrong) > 0 {
		return digitGrid{title: title, images: images, labels: labels, predictions: predictions, chosen: wrong}.draw()
	}
	return noMistakes(title, n), nil
}

// noMistakes is the figure for n images that are all classified correctly.
func noMistakes(title string, n int) *Figure {
	message := fmt.Sprintf("None: %s, all classified correctly.", format.Count(n, "image"))
	page := newPage(gridWidth, 96)
	page.textWithin(gridWidth/2, 30, gridWidth-gridMargin, title, centered(bold(titleSize, ink)))
	page.text(gridWidth/2, 62, message, centered(plain(bodySize, ink)))
	return page.figure(altWithTitle(title, message))
}
