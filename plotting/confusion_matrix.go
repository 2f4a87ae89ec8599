package plotting

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

const maxClasses = 20

// confusionMatrix counts predictions.
type confusionMatrix struct {
	counts [][]int  // [true class][predicted class]
	names  []string // of the classes, or none
}

func newConfusionMatrix(labels, predictions []int32, classes int, names []string) (m confusionMatrix, err error) {
	switch {
	case classes < 2 || classes > maxClasses:
		return m, fmt.Errorf("plotting: classes is %d; it must be 2 to %d", classes, maxClasses)
	case len(labels) == 0:
		return m, errors.New("plotting: labels is empty; want at least one")
	case len(labels) != len(predictions):
		return m, fmt.Errorf("plotting: %d predictions for %s; each label needs one", len(predictions), format.Count(len(labels), "label"))
	case len(names) != 0 && len(names) != classes:
		return m, fmt.Errorf("plotting: %s for %d classes; each class needs one, or leave all out", format.Count(len(names), "name"), classes)
	}
	for i, name := range names {
		if oneLine(name) == "" {
			return m, fmt.Errorf("plotting: names[%d] is blank", i)
		}
		m.names = append(m.names, oneLine(name))
	}
	if err := checkClasses("labels", labels, classes); err != nil {
		return m, err
	}
	if err := checkClasses("predictions", predictions, classes); err != nil {
		return m, err
	}
	for range classes {
		m.counts = append(m.counts, make([]int, classes))
	}
	for i, class := range labels {
		m.counts[class][predictions[i]]++
	}
	return m, nil
}

// name returns the name of a class, or its number.
func (m confusionMatrix) name(class int) string {
	if m.names == nil {
		return strconv.Itoa(class)
	}
	return m.names[class]
}

// widestName returns the width of the names of the classes, or limit if they are wider.
func (m confusionMatrix) widestName(limit float64) float64 {
	widest := 0.0
	for class := range m.counts {
		widest = max(widest, float64(bold(bodySize, ink).Width(m.name(class))))
	}
	return min(widest, limit)
}

func (m confusionMatrix) total() int {
	total := 0
	for _, row := range m.counts {
		total += sum(row)
	}
	return total
}

func (m confusionMatrix) correct() int {
	correct := 0
	for class, row := range m.counts {
		correct += row[class]
	}
	return correct
}

func (m confusionMatrix) accuracy() float64 { return float64(m.correct()) / float64(m.total()) }

// share returns the share of the class that was predicted correctly, or a dash if it has no labels.
func (m confusionMatrix) share(class int) string {
	if n := sum(m.counts[class]); n > 0 {
		return format.Percent(float64(m.counts[class][class]) / float64(n))
	}
	return "–"
}

type mistake struct{ class, predicted, count int }

// mistakes returns the pairs of classes that were confused, the most frequent first.
func (m confusionMatrix) mistakes() []mistake {
	var all []mistake
	for class, row := range m.counts {
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
		format.Count(m.total(), "prediction"), len(m.counts), format.Thousands(m.correct()), format.Percent(m.accuracy()))
	var frequent []string
	mistakes := m.mistakes()
	for _, e := range mistakes[:min(3, len(mistakes))] {
		frequent = append(frequent, fmt.Sprintf("true %s predicted %s (%s)", m.name(e.class), m.name(e.predicted), format.Count(e.count, "time")))
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
