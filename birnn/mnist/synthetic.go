package mnist

import (
	"math"
	"math/rand/v2"
)

// Synthetic draws n images of digits that are not MNIST's: each shows a digit of seven straight strokes, as on a pocket calculator,
// shifted, scaled, slanted and thickened at random, with a little noise. A model can learn them, so tests and first steps need no download;
// results on them say nothing about handwriting.
//
// The ten digits are equally frequent (as far as n allows), in a random order. The same n and seed give the same set. If n is less
// than 1 the set is empty.
func Synthetic(n int, seed int64) *Set {
	n = max(n, 0)
	s := &Set{Images: make([]float32, n*Pixels), Labels: make([]int32, n)}
	rng := generator(seed)
	for i, label := range rng.Perm(n) {
		digit := label % Classes
		s.Labels[i] = int32(digit)
		draw(s.Image(i), digit, rng)
	}
	return s
}

// point is a position in an image: x to the right, y down, in pixels.
type point struct{ x, y float64 }

// The strokes, in a box from (-1, -2) to (1, 2), and the strokes that make up each digit.
var (
	strokes = [7][2]point{
		{{-1, -2}, {1, -2}}, // 0: top
		{{1, -2}, {1, 0}},   // 1: upper right
		{{1, 0}, {1, 2}},    // 2: lower right
		{{-1, 2}, {1, 2}},   // 3: bottom
		{{-1, 0}, {-1, 2}},  // 4: lower left
		{{-1, -2}, {-1, 0}}, // 5: upper left
		{{-1, 0}, {1, 0}},   // 6: middle
	}
	strokesOf = [Classes][]int{
		{0, 1, 2, 3, 4, 5}, {1, 2}, {0, 1, 6, 4, 3}, {0, 1, 6, 2, 3}, {5, 6, 1, 2},
		{0, 5, 6, 2, 3}, {0, 5, 4, 3, 2, 6}, {0, 1, 2}, {0, 1, 2, 3, 4, 5, 6}, {6, 5, 0, 1, 2, 3},
	}
)

// draw draws a digit into an image of shape [Rows, Cols]. Values are multiples of 1/255, as in MNIST.
func draw(image []float32, digit int, rng *rand.Rand) {
	between := func(low, high float64) float64 { return low + (high-low)*rng.Float64() }
	var (
		center    = point{Cols/2 + between(-2, 2), Rows/2 + between(-2, 2)}
		unit      = between(4, 5) // the length of half a stroke
		slant     = between(-0.2, 0.2)
		thickness = between(0.8, 1.6) // half of it, in pixels
		ink       = between(0.8, 1)
	)
	place := func(p point) point { return point{center.x + unit*(p.x-slant*p.y), center.y + unit*p.y} }
	for y := range Rows {
		for x := range Cols {
			nearest := math.Inf(1)
			for _, k := range strokesOf[digit] {
				nearest = min(nearest, distance(point{float64(x), float64(y)}, place(strokes[k][0]), place(strokes[k][1])))
			}
			value := ink*clamp(thickness+0.5-nearest) + between(0, 0.05)
			image[y*Cols+x] = float32(math.Round(255*clamp(value))) / 255
		}
	}
}

// distance returns the distance of p from the line segment between a and b.
func distance(p, a, b point) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	along := clamp(((p.x-a.x)*dx + (p.y-a.y)*dy) / (dx*dx + dy*dy))
	return math.Hypot(p.x-a.x-along*dx, p.y-a.y-along*dy)
}

// clamp limits v to the range from 0 to 1.
func clamp(v float64) float64 { return max(0, min(v, 1)) }
