package pad

import (
	"image"
	"image/color"
	"math"
)

// Size is the number of pixels in each row and column of a picture from the pad.
const Size = 280

const (
	penWidth = 22 // pixels, as in pad.js
	rounds   = 3  // of smoothing
)

// Point is a place on the pad, in pixels from the top left.
type Point struct{ X, Y float64 }

// Strokes returns the strokes of a digit, 0 to 9, drawn by hand for the tests and the examples. For other digits there are none.
func Strokes(digit int) [][]Point {
	if digit < 0 || digit >= len(strokes) {
		return nil
	}
	var all [][]Point
	for _, stroke := range strokes[digit] {
		var points []Point
		for k := 0; k+1 < len(stroke); k += 2 {
			points = append(points, Point{stroke[k], stroke[k+1]})
		}
		all = append(all, smooth(points))
	}
	return all
}

// Example returns the picture of such a digit.
func Example(digit int) image.Image { return Draw(Strokes(digit)) }

// strokes are x, y, x, y, … of each stroke's corners.
var strokes = [10][][]float64{
	{{150, 40, 95, 55, 70, 130, 80, 210, 130, 245, 185, 225, 210, 150, 195, 70, 150, 40}},
	{{155, 40, 145, 140, 135, 240}},
	{{80, 85, 105, 45, 160, 35, 195, 70, 180, 120, 130, 175, 75, 235, 75, 235, 140, 230, 215, 232}},
	{{80, 60, 130, 35, 190, 50, 190, 105, 130, 130, 130, 130, 195, 140, 205, 205, 150, 245, 75, 225}},
	{{100, 45, 90, 95, 80, 145, 80, 145, 140, 145, 210, 138}, {180, 50, 175, 140, 168, 245}},
	{{200, 45, 150, 45, 105, 50, 105, 50, 98, 90, 92, 125, 92, 125, 140, 110, 195, 135, 200, 195, 150, 240, 80, 225}},
	{{175, 40, 125, 75, 90, 150, 95, 220, 145, 245, 195, 215, 185, 160, 135, 150, 95, 190}},
	{{75, 55, 140, 52, 205, 50, 205, 50, 175, 120, 150, 180, 135, 245}},
	{{185, 75, 140, 40, 95, 70, 110, 115, 165, 150, 195, 200, 150, 245, 95, 215, 110, 160, 170, 115, 185, 75}},
	{{190, 80, 145, 45, 95, 75, 100, 125, 150, 135, 190, 80, 190, 80, 185, 150, 170, 245}},
}

// smooth cuts the corners of a line (Chaikin's algorithm). A point that is given twice stays a corner.
func smooth(points []Point) []Point {
	for range rounds {
		cut := []Point{points[0]}
		for k := 1; k < len(points); k++ {
			a, b := points[k-1], points[k]
			if a == b {
				cut = append(cut, a, a)
				continue
			}
			cut = append(cut, between(a, b, 0.25), between(a, b, 0.75))
		}
		points = append(cut, points[len(points)-1])
	}
	return points
}

func between(a, b Point, t float64) Point { return Point{a.X + t*(b.X-a.X), a.Y + t*(b.Y-a.Y)} }

// Draw returns the picture of strokes, as the pad would send it: black lines with round ends on white.
func Draw(strokes [][]Point) *image.Gray {
	picture := image.NewGray(image.Rect(0, 0, Size, Size))
	for k := range picture.Pix {
		picture.Pix[k] = 255
	}
	for _, stroke := range strokes {
		for k, point := range stroke {
			drawLine(picture, stroke[max(0, k-1)], point)
		}
	}
	return picture
}

// drawLine darkens the pixels near a line.
func drawLine(picture *image.Gray, a, b Point) {
	const radius = penWidth / 2
	reach := image.Rect(
		int(min(a.X, b.X))-radius-1, int(min(a.Y, b.Y))-radius-1,
		int(max(a.X, b.X))+radius+2, int(max(a.Y, b.Y))+radius+2,
	).Intersect(picture.Rect)
	for y := reach.Min.Y; y < reach.Max.Y; y++ {
		for x := reach.Min.X; x < reach.Max.X; x++ {
			ink := radius + 0.5 - distance(Point{float64(x) + 0.5, float64(y) + 0.5}, a, b)
			paper := uint8(255 * (1 - min(1, max(0, ink))))
			picture.SetGray(x, y, color.Gray{Y: min(paper, picture.GrayAt(x, y).Y)})
		}
	}
}

// distance returns how far p is from the line between a and b.
func distance(p, a, b Point) float64 {
	dx, dy := b.X-a.X, b.Y-a.Y
	t := 0.0
	if length := dx*dx + dy*dy; length > 0 {
		t = min(1, max(0, ((p.X-a.X)*dx+(p.Y-a.Y)*dy)/length))
	}
	return math.Hypot(p.X-a.X-t*dx, p.Y-a.Y-t*dy)
}
