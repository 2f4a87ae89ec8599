package plotting

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

const (
	beliefsWidth    = 560
	beliefsMargin   = 28
	beliefsDigit    = 6 // CSS pixels for each pixel of the image
	beliefsBarsLeft = 262
	beliefsBarsMost = 160 // the length of a bar for 100%
	beliefsBarsDown = 22
	beliefsTop      = 66
)

// Beliefs draws one digit beside the probability of each class. The predicted class is the most
// probable one; the true class is pointed out by name.
//
// image is [28, 28] row-major with values 0..1; probabilities is [10], each 0..1, and they add up to
// 1 within 0.01; label is the true class, 0..9. Beliefs returns an error that names the argument
// that is not so.
func Beliefs(image, probabilities []float32, label int32) (*Figure, error) {
	if len(image) != pixels {
		return nil, fmt.Errorf("plotting: image has %d values; give one image of 28*28 = 784", len(image))
	}
	if err := checkPixels("image", image, 0); err != nil {
		return nil, err
	}
	if label < 0 || label >= digitClasses {
		return nil, fmt.Errorf("plotting: label is %d; give the true class, 0 to %d", label, digitClasses-1)
	}
	guess, err := mostProbable(probabilities)
	if err != nil {
		return nil, err
	}
	page := newPage(beliefsWidth, beliefsTop+digitClasses*beliefsBarsDown+22)
	const width = side * beliefsDigit
	top := float64(beliefsTop + (digitClasses*beliefsBarsDown-width)/2)
	page.digit(beliefsMargin, top, beliefsDigit, image)
	page.frame(beliefsMargin, top, width, width, 1, frameLine)
	verdict, style := "right", bold(titleSize, blue)
	if guess != int(label) {
		verdict, style = "wrong", bold(titleSize, darkVermillion)
	}
	page.text(beliefsMargin, 32, fmt.Sprintf("True: %d, Pred: %d (%s)", label, guess, verdict), style)
	page.text(beliefsBarsLeft, 52, "probability of each class", plain(bodySize, muted))
	for class, p := range probabilities {
		page.bar(class, float64(p), class == guess, class == int(label))
	}
	return page.figure(fmt.Sprintf("A handwritten %d, predicted %d (%s). Probabilities: %s.",
		label, guess, verdict, beliefsInWords(probabilities))), nil
}

// mostProbable returns the class with the greatest probability, the first of several.
func mostProbable(probabilities []float32) (int, error) {
	if len(probabilities) != digitClasses {
		return 0, fmt.Errorf("plotting: %d probabilities; give one for each of the %d classes", len(probabilities), digitClasses)
	}
	best, total := 0, 0.0
	for class, p := range probabilities {
		if !(p >= 0 && p <= 1.0001) { // a rounding error above 1 is no fault
			return 0, fmt.Errorf("plotting: probabilities[%d] is %v; give probabilities between 0 and 1", class, p)
		}
		if p > probabilities[best] {
			best = class
		}
		total += float64(p)
	}
	if math.Abs(total-1) > 0.01 {
		return 0, fmt.Errorf("plotting: the probabilities add up to %.3g instead of 1; give the softmax of the logits", total)
	}
	return best, nil
}

// bar draws the row of one class.
func (p *page) bar(class int, probability float64, predicted, truth bool) {
	y := float64(beliefsTop + class*beliefsBarsDown + beliefsBarsDown/2)
	fill, style, note := greyBlue, plain(bodySize, ink), ""
	switch {
	case predicted && truth:
		fill, style, note = blue, bold(bodySize, ink), "true"
	case predicted:
		fill, style, note = vermillion, bold(bodySize, darkVermillion), "predicted"
	case truth:
		style, note = bold(bodySize, ink), "true"
	}
	p.text(beliefsBarsLeft-18, y, strconv.Itoa(class), centred(style))
	p.fill(beliefsBarsLeft-1, y-beliefsBarsDown/2, 1, beliefsBarsDown, frameLine)
	length := beliefsBarsMost * math.Min(1, probability)
	p.fill(beliefsBarsLeft, y-8, length, 16, fill)
	label := format.Percent(math.Min(1, probability))
	if note != "" {
		label += ", " + note
	}
	p.text(beliefsBarsLeft+length+7, y, label, style)
}

func beliefsInWords(probabilities []float32) string {
	var parts []string
	for class, p := range probabilities {
		parts = append(parts, fmt.Sprintf("%d %s", class, format.Percent(math.Min(1, float64(p)))))
	}
	return strings.Join(parts, ", ")
}
