package plotting

import (
	"errors"
	"fmt"
	"image/color"
	"slices"

	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

const (
	curvesWidth, curvesHeight = 720, 310

	// Curves with more points than this are drawn lightly, with their moving mean on top.
	smoothAbove = 150
	// Curves with more points than this are drawn as the band that they cover.
	denseAbove = 1000
	// The moving mean is over one part in meanPart of the points.
	meanPart = 100
	// More evaluations than this get no marker and no dotted line each.
	mostMarks = 40
)

// Curves draws a training run: the loss on the left and the accuracy on the right, over the steps.
//
// The training curve is that of the batches; a long one is drawn lightly below its moving mean. The
// validation curve has a marker for each evaluation, a dotted vertical line (usually the end of an
// epoch), and the last value in figures. Either series may be empty, not both. The loss has a
// logarithmic axis where that shows more (see the axis' title): when all losses are positive and
// they span a factor of ten.
//
// Curves returns an error that names the series, field and index if the fields of a series differ in
// length, steps do not grow, or an accuracy is outside 0..1.
func Curves(training, validation Series) (*Figure, error) {
	if err := training.check("training"); err != nil {
		return nil, err
	}
	if err := validation.check("validation"); err != nil {
		return nil, err
	}
	if len(training.Steps)+len(validation.Steps) == 0 {
		return nil, errors.New("plotting: training and validation are both empty; record at least one step")
	}
	page := newPage(curvesWidth, curvesHeight)
	steps := stepRange(training, validation)
	loss := newCurve(training.Steps, training.Loss, validation.Steps, validation.Loss)
	accuracy := newCurve(training.Steps, training.Accuracy, validation.Steps, validation.Accuracy)

	const top, width, height = 76.0, 252.0, 176.0
	left := panel{page: page, x: 52, y: top, width: width, height: height, across: steps, up: loss.lossAxis()}
	right := panel{page: page, x: 410, y: top, width: width, height: height, across: steps, up: accuracyAxis()}
	loss.draw(left, lossTitle(left.up), format.Short)
	accuracy.draw(right, "Accuracy", format.Percent)
	drawLegend(page, loss)
	return page.figure(curvesAlt(training, validation)), nil
}

func stepRange(training, validation Series) axis {
	all := slices.Concat(training.Steps, validation.Steps)
	return stepAxis(slices.Min(all), slices.Max(all))
}

func lossTitle(a axis) string {
	if a.log {
		return "Loss (log scale)"
	}
	return "Loss"
}

// curve is one measure of a run, ready to be drawn.
type curve struct {
	batches, mean, validation [][]xy // mean is empty for a short run
	window                    int    // number of batches in the mean
	dense                     bool   // there are many batches for each pixel column
	gaps                      int    // number of values that are not finite
	evaluations               []int
}

func newCurve(steps []int, batches []float64, evaluations []int, validation []float64) curve {
	c := curve{
		batches:     segments(steps, batches),
		validation:  segments(evaluations, validation),
		evaluations: evaluations,
		dense:       len(batches) > denseAbove,
		gaps:        gapsIn(batches, validation),
	}
	if len(batches) > smoothAbove {
		radius := meanRadius(len(batches))
		c.mean = segments(steps, smoothed(batches, radius))
		c.window = 2*radius + 1
	}
	return c
}

// meanRadius is the number of neighbours on either side that the moving mean of n points takes in.
func meanRadius(n int) int { return max(2, n/meanPart/2) }

// lossAxis fits the axis to the curve. On a logarithmic axis, the lowest batches of a long run may
// fall below it: a few perfect batches should not flatten all the rest.
func (c curve) lossAxis() axis {
	values := valuesOf(c.batches)
	shown := slices.Concat(values, valuesOf(c.validation))
	if len(shown) == 0 {
		return lossAxis(0, 0)
	}
	lowest := slices.Min(shown)
	if c.window > 0 && lowest >= 0 {
		slices.Sort(values)
		lowest = slices.Min(slices.Concat(valuesOf(c.mean), valuesOf(c.validation), values[len(values)/50:]))
	}
	return lossAxis(lowest, slices.Max(shown))
}

func valuesOf(lines [][]xy) []float64 {
	var values []float64
	for _, line := range lines {
		for _, at := range line {
			values = append(values, at.y)
		}
	}
	return values
}

func (c curve) draw(p panel, title string, write func(float64) string) {
	p.axes(title, "training step")
	marked := len(c.evaluations) <= mostMarks
	if marked {
		p.marks(c.evaluations)
	}
	switch {
	case c.dense:
		p.band(c.batches, lightBlue)
	case c.window > 0:
		p.lines(c.batches, 1, lightBlue)
	default:
		p.lines(c.batches, 1.5, blue)
	}
	p.lines(c.mean, 2, blue)
	p.lines(c.validation, 2, vermillion)
	if marked {
		p.dots(c.validation, vermillion)
	}
	if c.gaps > 0 {
		p.page.text(p.x+p.width, p.y-22, format.Count(c.gaps, "value")+" not finite", right(plain(12, darkVermillion)))
	}
	if values := valuesOf(c.validation); len(values) > 0 {
		last := values[len(values)-1]
		p.endLabel(last, write(last), bold(bodySize, darkVermillion))
	} else if len(valuesOf(c.batches)) == 0 {
		p.page.text(p.x+p.width/2, p.y+p.height/2, "no finite value", centred(plain(bodySize, ink)))
	}
}

func drawLegend(page *page, c curve) {
	x := 16.0
	entry := func(label string, thickness float64, line color.Color, marker bool) {
		page.fill(x, 20-thickness/2, 26, thickness, line)
		if marker {
			page.dot(x+13, 20, 3, line)
		}
		style := plain(bodySize, ink)
		page.text(x+33, 20, label, style)
		x += 33 + float64(style.Width(label)) + 26
	}
	switch {
	case c.dense:
		entry("training batches", 9, lightBlue, false)
		entry(fmt.Sprintf("mean of %d batches", c.window), 2, blue, false)
	case c.window > 0:
		entry("training batches", 1.5, lightBlue, false)
		entry(fmt.Sprintf("mean of %d batches", c.window), 2, blue, false)
	case len(c.batches) > 0:
		entry("training batches", 1.5, blue, false)
	}
	if len(c.evaluations) > 0 {
		entry("validation", 2, vermillion, len(c.evaluations) <= mostMarks)
	}
}
