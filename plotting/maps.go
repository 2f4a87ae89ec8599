package plotting

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

// Map is a matrix to draw as a heat map, such as the values of a gate of an LSTM after each time step.
type Map struct {
	Name string
	// Values[row][column], with row 0 on top. All rows have the same length.
	Values [][]float32
}

const (
	maxMaps = 12
	maxRows = 500 // also the most columns
)

// checkMaps checks that each map has the given number of rows, or as many as the first one if rows
// is 0, of the same length, at least one and at most columns, and finite values.
func checkMaps(maps []Map, rows int) error {
	switch {
	case len(maps) == 0:
		return errors.New("plotting: no maps; want at least one")
	case len(maps) > maxMaps:
		return fmt.Errorf("plotting: %d maps; at most %d can be drawn", len(maps), maxMaps)
	}
	if rows == 0 {
		rows = len(maps[0].Values)
	}
	if rows == 0 || rows > maxRows {
		return fmt.Errorf("plotting: maps[0].Values has %d rows; want 1 to %d", rows, maxRows)
	}
	for i, m := range maps {
		if len(m.Values) != rows {
			return fmt.Errorf("plotting: maps[%d].Values has %s; want %d", i, format.Count(len(m.Values), "row"), rows)
		}
		if err := m.check(fmt.Sprintf("maps[%d].Values", i)); err != nil {
			return err
		}
	}
	return nil
}

func (m Map) check(name string) error {
	columns := len(m.Values[0])
	if columns == 0 || columns > maxRows {
		return fmt.Errorf("plotting: %s[0] has %d values; want 1 to %d", name, columns, maxRows)
	}
	for row, values := range m.Values {
		if len(values) != columns {
			return fmt.Errorf("plotting: %s[%d] has %s, but %s[0] has %d; rows must have the same length",
				name, row, format.Count(len(values), "value"), name, columns)
		}
		for column, v := range values {
			if !finite(float64(v)) {
				return fmt.Errorf("plotting: %s[%d][%d] is %v; values must be finite and within ±1e30", name, row, column, v)
			}
		}
	}
	return nil
}

// mapsAlt describes the range of each map.
func mapsAlt(maps []Map) string {
	var parts []string
	for i, m := range maps {
		low, high, total := math.Inf(1), math.Inf(-1), 0.0
		for _, row := range m.Values {
			for _, v := range row {
				low, high = math.Min(low, float64(v)), math.Max(high, float64(v))
				total += float64(v)
			}
		}
		mean := total / float64(len(m.Values)*len(m.Values[0]))
		parts = append(parts, fmt.Sprintf("%s, %s, from %s to %s, mean %s",
			m.nameOr(i), format.Count(len(m.Values[0]), "column"), format.Short(low), format.Short(high), format.Short(mean)))
	}
	return strings.Join(parts, "; ")
}

func (m Map) nameOr(i int) string {
	if name := oneLine(m.Name); name != "" {
		return name
	}
	return fmt.Sprintf("map %d", i+1)
}
