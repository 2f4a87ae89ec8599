package plotting

import (
	"errors"
	"fmt"
	"image/color"
	"slices"

	"github.com/easy-gomlx/tutorials/birnn/history"
	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

const (
	curvesWidth, curvesHeight = 720, 310

	smoothAbove = 150  // points above which a curve is drawn lightly, with its moving mean on top
	denseAbove  = 1000 // points above which a curve is drawn as the band that it covers
	meanPart    = 100  // the moving mean is over 1/meanPart of the points
	maxMarks    = 40   // evaluations above which they have no markers and dotted lines
)

// Curves draws the learning curves of a training run: loss on the left and accuracy on the right,
// by training step.
//
// The training curve shows each batch; a long one is drawn lightly, with its moving mean on top. The
// validation curve has a marker and a dotted vertical line for each evaluation, usually the end of
// an epoch, and its last value is written beside it. Either series may be empty, but not both.
//
// The loss axis is logarithmic, and its title says so, if all losses are positive and span a factor
// of ten. A curve has a gap where a value is not finite or beyond ±1e30, as when training diverges.
//
// Curves returns an error that names the series, field and index if the fields of a series have
// different lengths, its steps do not ascend, or an accuracy is outside 0..1.
func Curves(record history.Record) (*Figure, error) {
	training, validation := record.Training, record.Validation
	if err := checkSeries("Training", training); err != nil {
		return nil, err
	}
	if err := checkSeries("Validation", validation); err != nil {
		return nil, err
	}
	if len(training.Steps)+len(validation.Steps) == 0 {
		return nil, errors.New("plotting: Training and Validation are both empty; record at least one step")
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
	return page.figure(curvesAlt(record)), nil
}

func stepRange(training, validation history.Series) axis {
	all := slices.Concat(training.Steps, validation.Steps)
	return stepAxis(slices.Min(all), slices.Max(all))
}

func lossTitle(a axis) string {
	if a.log {
		return "Loss (log scale)"
	}
	return "Loss"
}

// curve is one measure of a training run, ready to be drawn.
type curve struct {
	batches, mean, validation [][]xy // mean is empty for a short run
	window                    int    // the number of batches in the mean
	dense                     bool   // many batches share a column of pixels
	gaps                      int    // the number of values that are not finite
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

// meanRadius returns the radius of the moving mean of n points.
func meanRadius(n int) int { return max(2, n/meanPart/2) }

// lossAxis returns an axis for the curve. The lowest 2% of a long run's batches may lie below
// it: a few perfect batches would otherwise flatten a logarithmic curve.
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
	marked := len(c.evaluations) <= maxMarks
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
		p.page.text(p.x+p.width/2, p.y+p.height/2, "no finite value", centered(plain(bodySize, ink)))
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
		entry("validation", 2, vermillion, len(c.evaluations) <= maxMarks)
	}
}
