package plotting

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

const (
	calibrationBins  = 10
	calibrationLeft  = 60
	calibrationWidth = 440 // of the panels
	calibrationUp    = 220 // height of the diagram
	calibrationDown  = 50  // height of the histogram
)

// bin holds the predictions whose confidence lies in a tenth of 0..1.
type bin struct {
	n          int
	confidence float64 // mean
	accuracy   float64
}

// Calibration draws a reliability diagram: whether a network is right as often as it says. The
// confidence of a prediction is the probability of the predicted class. Predictions of like
// confidence, a tenth of 0..1, are a dot: across, their mean confidence; up, the share of them that
// is right. If all dots lie on the dashed diagonal, the network is calibrated; below it, it is too
// sure of itself. The bars below are the numbers of predictions. The title gives the expected
// calibration error, the mean distance from the diagonal, in which each prediction counts alike.
//
// labels is [n] with classes 0..classes-1; probabilities is [n][classes] with 2 or more classes and
// values 0..1 that add up to 1, within 0.01. Calibration returns an error that names the argument and
// index if that is not so, and if n is 0.
func Calibration(labels []int32, probabilities [][]float32) (*Figure, error) {
	bins, expected, err := calibrate(labels, probabilities)
	if err != nil {
		return nil, err
	}
	const top, gap = 76, 74
	page := newPage(calibrationLeft+calibrationWidth+90, top+calibrationUp+gap+calibrationDown+56)
	page.text(sheetMargin, 28, "Expected calibration error "+format.Percent(expected), bold(titleSize, ink))
	diagram := panel{page: page, x: calibrationLeft, y: top, width: calibrationWidth, height: calibrationUp, across: shareAxis(), up: shareAxis()}
	diagram.axes("share that is correct", "")
	diagram.diagonal()
	histogram := panel{page: page, x: calibrationLeft, y: top + calibrationUp + gap, width: calibrationWidth, height: calibrationDown, across: shareAxis(), up: axis{hi: 1}}
	histogram.axes("predictions", "confidence: probability of the predicted class")
	most := 0
	for _, b := range bins {
		most = max(most, b.n)
	}
	for i, b := range bins {
		if b.n > 0 {
			diagram.reliability(b)
			histogram.count(i, b.n, most)
		}
	}
	return page.figure(calibrationAlt(len(labels), bins, expected)), nil
}

func shareAxis() axis {
	a := axis{lo: 0, hi: 1}
	a.mark(0.2, tickWriter(0.2, 100, "%"))
	return a
}

// diagonal draws the line on which confidence and accuracy are equal.
func (p panel) diagonal() {
	for at := 0.0; at < 1; at += 0.02 {
		p.page.thinLine(xy{p.xOf(at), p.yOf(at)}, xy{p.xOf(at + 0.01), p.yOf(at + 0.01)}, muted)
	}
	p.page.text(p.x+p.width+6, p.y-2, "calibrated", plain(12, muted))
}

// reliability draws the dot of a bin and its distance from the diagonal.
func (p panel) reliability(b bin) {
	x := p.xOf(b.confidence)
	from, to := p.yOf(b.confidence), p.yOf(b.accuracy)
	p.page.fill(x-1.5, math.Min(from, to), 3, math.Abs(to-from), vermillionTint)
	p.page.dot(x, to, 4.5, blue)
}

// count draws the bar of bin i.
func (p panel) count(i, n, most int) {
	const width = calibrationWidth/calibrationBins - 4
	x := p.x + (float64(i)+0.5)*p.width/calibrationBins
	height := math.Max(1, p.height*float64(n)/float64(most))
	p.page.fill(x-width/2, p.y+p.height-height, width, height, grayBlue)
	p.page.textWithin(x, p.y+p.height-height-8, width+4, format.Thousands(n), centered(plain(smallSize, ink)))
}

// calibrate returns the bins and the expected calibration error.
func calibrate(labels []int32, probabilities [][]float32) (bins [calibrationBins]bin, expected float64, err error) {
	switch {
	case len(labels) == 0:
		return bins, 0, errors.New("plotting: labels is empty; want at least one")
	case len(labels) != len(probabilities):
		return bins, 0, fmt.Errorf("plotting: %d probabilities for %s; each label needs those of all classes",
			len(probabilities), format.Count(len(labels), "label"))
	case len(probabilities[0]) < 2:
		return bins, 0, fmt.Errorf("plotting: probabilities[0] has %s; want at least two classes", format.Count(len(probabilities[0]), "value"))
	}
	classes := len(probabilities[0])
	if err := checkClasses("labels", labels, classes); err != nil {
		return bins, 0, err
	}
	for i, label := range labels {
		predicted, err := mostProbable(fmt.Sprintf("probabilities[%d]", i), probabilities[i], classes)
		if err != nil {
			return bins, 0, err
		}
		confidence := math.Min(1, float64(probabilities[i][predicted]))
		b := &bins[min(int(confidence*calibrationBins), calibrationBins-1)]
		b.n++
		b.confidence += confidence
		if predicted == int(label) {
			b.accuracy++
		}
	}
	for i := range bins {
		if b := &bins[i]; b.n > 0 {
			b.confidence /= float64(b.n)
			b.accuracy /= float64(b.n)
			expected += math.Abs(b.confidence-b.accuracy) * float64(b.n) / float64(len(labels))
		}
	}
	return bins, expected, nil
}

func calibrationAlt(n int, bins [calibrationBins]bin, expected float64) string {
	var parts []string
	for i, b := range bins {
		if b.n > 0 {
			parts = append(parts, fmt.Sprintf("%d%% to %d%%: %s, mean confidence %s, %s correct", 10*i, 10*i+10,
				format.Count(b.n, "prediction"), format.Percent(b.confidence), format.Percent(b.accuracy)))
		}
	}
	return fmt.Sprintf("Reliability diagram of %s. Expected calibration error %s. By confidence, %s.",
		format.Count(n, "prediction"), format.Percent(expected), strings.Join(parts, "; "))
}
