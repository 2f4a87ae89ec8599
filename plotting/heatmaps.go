package plotting

import "math"

// HeatMaps draws matrices of equally many rows side by side as heat maps, such as the features of an
// utterance (across) at each time step (down) and what a network computes from them. Their scales are
// those of [States]. The cells of a map with as many columns as rows, an image, are square.
//
// title, across and down say what the figure, the columns and the rows are, and may be empty. The
// Values of each map are [rows][columns] with 1..500 rows, the same number in all maps, and 1..500
// columns. HeatMaps returns an error that names the argument and index if the sizes do not fit, if a
// value is not finite, and if there are no maps or more than twelve.
func HeatMaps(title, across, down string, maps ...Map) (*Figure, error) {
	if err := checkMaps(maps, 0); err != nil {
		return nil, err
	}
	const room = 160.0
	cell := math.Max(1, math.Floor(room*pixelRatio/float64(len(maps[0].Values)))) / pixelRatio
	s := sheet{title: title, across: oneLine(across), down: oneLine(down), cellHeight: math.Min(maxCell, cell), maps: maps}
	return s.draw(altWithTitle(title, s.alt())), nil
}
