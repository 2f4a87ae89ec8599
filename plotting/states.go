package plotting

// States draws a digit and, beside it, what a recurrent network computes while it reads the digit row
// by row: its gates, cell state and hidden state as heat maps. The rows of the maps are aligned with
// those of the digit, so that row 20 of a map is seen beside row 20 of the image, which the network
// has read at time step 20.
//
// A map whose values are all in 0..1, as those of sigmoid gates are, has a scale from white (0) to
// dark blue (1). Any other has a scale that is symmetric about 0: positive values are blue, negative
// ones vermillion. The scale is below the map, with its ends.
//
// image is [28, 28] row-major with values 0..1; the Values of each map are [28][columns], with
// 1..500 columns. States returns an error that names the argument and index if a number of rows or
// columns differs from that, if a row has another length than the first, or if a value is out of
// range or not finite, and if there are no maps or more than twelve.
func States(image []float32, maps ...Map) (*Figure, error) {
	if err := checkImage(image); err != nil {
		return nil, err
	}
	if err := checkMaps(maps, side); err != nil {
		return nil, err
	}
	s := sheet{image: image, across: "unit", down: "row", cellHeight: 5, maps: maps}
	return s.draw("An image of a handwritten digit and heat maps of a network's states after each of its 28 rows: " + mapsAlt(maps) + "."), nil
}
