package page_test

import "github.com/easy-gomlx/tutorials/birnn/mnist"

// bitmap is an image with a border: 1 is ink.
type bitmap [mnist.Rows + 2][mnist.Cols + 2]int

// around lists a pixel's neighbors, clockwise from the one above.
var around = [8][2]int{{-1, 0}, {-1, 1}, {0, 1}, {1, 1}, {1, 0}, {1, -1}, {0, -1}, {-1, -1}}

// trace returns the strokes of a pen for an image, [28, 28], in pixels of the pad: those along the middle of its lines.
func trace(x []float32) (strokes [][][2]float64) {
	ink := thin(x)
	middle := func(row, col int) [2]float64 { return [2]float64{float64(col-1)*10 + 5, float64(row-1)*10 + 5} }
	for _, ends := range []int{1, 8} { // lines from their ends, then closed ones
		for row := 1; row <= mnist.Rows; row++ {
			for col := 1; col <= mnist.Cols; col++ {
				if ink[row][col] == 0 || ink.neighbors(row, col) > ends {
					continue
				}
				points := [][2]float64{middle(row, col)}
				for r, c, ok := row, col, true; ok; {
					ink[r][c] = 0
					if r, c, ok = ink.next(r, c); ok {
						points = append(points, middle(r, c))
					}
				}
				strokes = append(strokes, points)
			}
		}
	}
	return strokes
}

func (b *bitmap) neighbors(row, col int) (n int) {
	for _, d := range around {
		n += b[row+d[0]][col+d[1]]
	}
	return n
}

// next returns a neighbor with ink, one beside the pixel rather than one across.
func (b *bitmap) next(row, col int) (r, c int, ok bool) {
	for _, k := range []int{0, 2, 4, 6, 1, 3, 5, 7} {
		if r, c := row+around[k][0], col+around[k][1]; b[r][c] == 1 {
			return r, c, true
		}
	}
	return 0, 0, false
}

// thin returns lines of one pixel's width (Zhang and Suen, 1984).
func thin(x []float32) (b bitmap) {
	for k, v := range x {
		if v > 0.4 {
			b[k/mnist.Cols+1][k%mnist.Cols+1] = 1
		}
	}
	for changed := true; changed; {
		changed = false
		for pass := range 2 {
			before := b
			for row := 1; row <= mnist.Rows; row++ {
				for col := 1; col <= mnist.Cols; col++ {
					if before[row][col] == 1 && before.removable(row, col, pass) {
						b[row][col] = 0
						changed = true
					}
				}
			}
		}
	}
	return b
}

// removable reports whether a pixel is at the edge of a line, on the lower right in the first pass and on the upper left in the second, and
// does not connect others.
func (b *bitmap) removable(row, col, pass int) bool {
	var p [8]int
	starts := 0
	for k, d := range around {
		p[k] = b[row+d[0]][col+d[1]]
	}
	for k := range p {
		if p[k] == 0 && p[(k+1)%8] == 1 {
			starts++
		}
	}
	n := b.neighbors(row, col)
	up, right, down, left := p[0], p[2], p[4], p[6]
	if n < 2 || n > 6 || starts != 1 {
		return false
	}
	if pass == 0 {
		return up*right*down == 0 && right*down*left == 0
	}
	return up*right*left == 0 && up*down*left == 0
}
