package plotting

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

const (
	predictionWidth  = 560
	predictionMargin = 28
	digitScale       = 6 // CSS pixels per pixel of the image
	barsLeft         = 262
	barsLength       = 160 // the length of a bar for 100%
	barsDown         = 22
	predictionTop    = 66
)

// Prediction draws a digit beside the probability of each class. The predicted class is the most
// probable one; the true class is marked.
//
// image is [28, 28] row-major with values 0..1; probabilities is [10] with values 0..1 that add up to
// 1, within 0.01; label is the true class, 0..9. Otherwise, Prediction returns an error that names
// the argument.
func Prediction(image, probabilities []float32, label int32) (*Figure, error) {
	if err := checkImage(image); err != nil {
		return nil, err
	}
	if label < 0 || label >= digitClasses {
		return nil, fmt.Errorf("plotting: label is %d, not a class from 0 to %d", label, digitClasses-1)
	}
	predicted, err := mostProbable("probabilities", probabilities, digitClasses)
	if err != nil {
		return nil, err
	}
	page := newPage(predictionWidth, predictionTop+digitClasses*barsDown+22)
	const width = side * digitScale
	top := float64(predictionTop + (digitClasses*barsDown-width)/2)
	page.digit(predictionMargin, top, digitScale, image)
	page.frame(predictionMargin, top, width, width, 1, frameLine)
	result, style := "correct", bold(titleSize, blue)
	if predicted != int(label) {
		result, style = "wrong", bold(titleSize, darkVermillion)
	}
	page.text(predictionMargin, 32, fmt.Sprintf("True: %d, Pred: %d (%s)", label, predicted, result), style)
	page.text(barsLeft, 52, "probability of each class", plain(bodySize, muted))
	for class, p := range probabilities {
		page.bar(class, float64(p), class == predicted, class == int(label))
	}
	return page.figure(fmt.Sprintf("A handwritten %d, predicted %d (%s). Probabilities: %s.",
		label, predicted, result, inWords(probabilities))), nil
}

// mostProbable returns the class with the greatest probability, the first if there are several. It
// checks the probabilities, which are the named argument.
func mostProbable(name string, probabilities []float32, classes int) (int, error) {
	if len(probabilities) != classes {
		return 0, fmt.Errorf("plotting: %s has %d values for %d classes", name, len(probabilities), classes)
	}
	best, total := 0, 0.0
	for class, p := range probabilities {
		if !(p >= 0 && p <= 1.0001) { // allows for rounding
			return 0, fmt.Errorf("plotting: %s[%d] is %v, not between 0 and 1", name, class, p)
		}
		if p > probabilities[best] {
			best = class
		}
		total += float64(p)
	}
	if math.Abs(total-1) > 0.01 {
		return 0, fmt.Errorf("plotting: %s add up to %.3g, not 1; apply softmax to logits", name, total)
	}
	return best, nil
}

// bar draws the row of one class.
func (p *page) bar(class int, probability float64, predicted, truth bool) {
	y := float64(predictionTop + class*barsDown + barsDown/2)
	fill, style, note := grayBlue, plain(bodySize, ink), ""
	switch {
	case predicted && truth:
		fill, style, note = blue, bold(bodySize, ink), "true"
	case predicted:
		fill, style, note = vermillion, bold(bodySize, darkVermillion), "predicted"
	case truth:
		style, note = bold(bodySize, ink), "true"
	}
	p.text(barsLeft-18, y, strconv.Itoa(class), centered(style))
	p.fill(barsLeft-1, y-barsDown/2, 1, barsDown, frameLine)
	length := barsLength * math.Min(1, probability)
	p.fill(barsLeft, y-8, length, 16, fill)
	label := format.Percent(math.Min(1, probability))
	if note != "" {
		label += ", " + note
	}
	p.text(barsLeft+length+7, y, label, style)
}

func inWords(probabilities []float32) string {
	var parts []string
	for class, p := range probabilities {
		parts = append(parts, fmt.Sprintf("%d %s", class, format.Percent(math.Min(1, float64(p)))))
	}
	return strings.Join(parts, ", ")
}
