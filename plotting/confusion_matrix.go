package plotting

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

const maxClasses = 20

// confusionMatrix counts predictions: [true class][predicted class].
type confusionMatrix [][]int

func newConfusionMatrix(labels, predictions []int32, classes int) (confusionMatrix, error) {
	switch {
	case classes < 2 || classes > maxClasses:
		return nil, fmt.Errorf("plotting: classes is %d; it must be 2 to %d", classes, maxClasses)
	case len(labels) == 0:
		return nil, errors.New("plotting: labels is empty; want at least one")
	case len(labels) != len(predictions):
		return nil, fmt.Errorf("plotting: %d predictions for %s; each label needs one", len(predictions), format.Count(len(labels), "label"))
	}
	if err := checkClasses("labels", labels, classes); err != nil {
		return nil, err
	}
	if err := checkClasses("predictions", predictions, classes); err != nil {
		return nil, err
	}
	m := make(confusionMatrix, classes)
	for class := range m {
		m[class] = make([]int, classes)
	}
	for i, class := range labels {
		m[class][predictions[i]]++
	}
	return m, nil
}

func (m confusionMatrix) total() int {
	total := 0
	for _, row := range m {
		total += sum(row)
	}
	return total
}

func (m confusionMatrix) correct() int {
	correct := 0
	for class, row := range m {
		correct += row[class]
	}
	return correct
}

func (m confusionMatrix) accuracy() float64 { return float64(m.correct()) / float64(m.total()) }

// share returns the share of the class that was predicted correctly, or a dash if it has no labels.
func (m confusionMatrix) share(class int) string {
	if n := sum(m[class]); n > 0 {
		return format.Percent(float64(m[class][class]) / float64(n))
	}
	return "–"
}

type mistake struct{ class, predicted, count int }

// mistakes returns the pairs of classes that were confused, the most frequent first.
func (m confusionMatrix) mistakes() []mistake {
	var all []mistake
	for class, row := range m {
		for predicted, n := range row {
			if class != predicted && n > 0 {
				all = append(all, mistake{class, predicted, n})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b mistake) int { return cmp.Compare(b.count, a.count) })
	return all
}

func (m confusionMatrix) maxMistakes() int {
	if all := m.mistakes(); len(all) > 0 {
		return all[0].count
	}
	return 0
}

func (m confusionMatrix) alt() string {
	alt := fmt.Sprintf("Confusion matrix of %s in %d classes: %s correct (%s).",
		format.Count(m.total(), "prediction"), len(m), format.Thousands(m.correct()), format.Percent(m.accuracy()))
	var frequent []string
	mistakes := m.mistakes()
	for _, e := range mistakes[:min(3, len(mistakes))] {
		frequent = append(frequent, fmt.Sprintf("true %d predicted %d (%s)", e.class, e.predicted, format.Count(e.count, "time")))
	}
	if len(frequent) == 0 {
		return alt + " No mistakes."
	}
	return alt + " Most frequent mistakes: " + strings.Join(frequent, ", ") + "."
}

func sum(values []int) int {
	total := 0
	for _, v := range values {
		total += v
	}
	return total
}
