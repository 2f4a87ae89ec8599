package digit

import (
	"errors"
	"fmt"
	"image"
	"image/draw"
	"math"
	"slices"
)

// Size is the number of rows, and of pixels in a row, of an image for the
// network.
const Size = 28

const (
	inner       = 20   // MNIST's digits fit into 20 by 20 pixels
	minContrast = 0.15 // between ink and background; less is treated as noise
	minInk      = 0.15 // fainter ink is treated as noise
	minShare    = 0.02 // of the ink in the fullest row or column; less is treated as noise
)

// ErrBlank reports that an image shows nothing.
var ErrBlank = errors.New("digit: the image is blank")

// FromImage returns the picture of one digit as MNIST would show it, [28, 28]
// row-major: 0 for the background and 1 for full ink. As MNIST's authors did, it
// scales the ink to fit into 20 by 20 pixels, with its aspect ratio and
// with gray levels, and places its center of mass at the center.
//
// The ink may be dark on light or light on dark. The background is what most of
// the picture's edge shows; it should be even, as a scan's is or a drawing's: noise
// is ignored, but a shadow is seen as ink. A transparent picture is shown on white
// if its colors are dark, else on black. The error is [ErrBlank] if there is no ink.
func FromImage(img image.Image) ([]float32, error) {
	if img == nil {
		return nil, errors.New("digit: the image is nil")
	}
	if b := img.Bounds(); b.Empty() {
		return nil, fmt.Errorf("digit: the image has %d by %d pixels", b.Dx(), b.Dy())
	}
	p := gray(img)
	if !p.toInk() {
		return nil, ErrBlank
	}
	return center(p.crop().fit()), nil
}

// picture is a gray image, [height, width] row-major.
type picture struct {
	width, height int
	pixels        []float32
}

func newPicture(width, height int) picture {
	return picture{width, height, make([]float32, width*height)}
}

func (p picture) row(y int) []float32 { return p.pixels[y*p.width : (y+1)*p.width] }

// gray returns the luminance of the image's pixels, from 0 to 1.
func gray(img image.Image) picture {
	b := img.Bounds()
	rgba := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(rgba, rgba.Rect, img, b.Min, draw.Src)

	p := newPicture(b.Dx(), b.Dy())
	light, opaque := 0.0, 0.0
	for k := range p.pixels {
		c := rgba.Pix[4*k : 4*k+4] // multiplied by its alpha
		p.pixels[k] = (0.299*float32(c[0]) + 0.587*float32(c[1]) + 0.114*float32(c[2])) / 255
		light += float64(p.pixels[k])
		opaque += float64(c[3]) / 255
	}
	if light < opaque/2 { // dark colors: on white
		for k := range p.pixels {
			p.pixels[k] += 1 - float32(rgba.Pix[4*k+3])/255
		}
	}
	return p
}

// toInk replaces luminance by ink, from 0 for the background to 1. It returns
// false if there is no ink.
func (p picture) toInk() bool {
	background := p.background()
	darker, lighter := float32(0), float32(0)
	for _, v := range p.pixels {
		darker += max(0, background-v)
		lighter += max(0, v-background)
	}
	sign := float32(1)
	if darker > lighter {
		sign = -1
	}
	most := float32(0)
	for k, v := range p.pixels {
		p.pixels[k] = sign * (v - background)
		most = max(most, p.pixels[k])
	}
	if most < minContrast {
		return false
	}
	for k := range p.pixels {
		if p.pixels[k] /= most; p.pixels[k] < minInk {
			p.pixels[k] = 0
		}
	}
	return true
}

// background returns the median luminance of the picture's edge.
func (p picture) background() float32 {
	edge := slices.Concat(p.row(0), p.row(p.height-1))
	for y := range p.height {
		edge = append(edge, p.row(y)[0], p.row(y)[p.width-1])
	}
	slices.Sort(edge)
	return edge[len(edge)/2]
}

// crop returns the part between the first and the last row and column with ink.
// A row that has little ink beside the fullest row is treated as noise, and so is
// such a column.
func (p picture) crop() picture {
	rows, columns := make([]float32, p.height), make([]float32, p.width)
	for k, v := range p.pixels {
		rows[k/p.width] += v
		columns[k%p.width] += v
	}
	top, bottom := inked(rows)
	left, right := inked(columns)
	c := newPicture(right-left, bottom-top)
	for y := range c.height {
		copy(c.row(y), p.row(top + y)[left:])
	}
	return c
}

// inked returns the bounds of the lines that have ink, given the sum of each.
func inked(sums []float32) (first, end int) {
	least := minShare * slices.Max(sums)
	first, end = 0, len(sums)
	for sums[first] < least {
		first++
	}
	for sums[end-1] < least {
		end--
	}
	return first, end
}

// fit scales the picture so that its longer side has inner pixels. Each is the
// average of the area that it covers.
func (p picture) fit() picture {
	scale := inner / float64(max(p.width, p.height))
	size := func(n int) int { return max(1, int(math.Round(float64(n)*scale))) }
	f := newPicture(size(p.width), size(p.height))
	columns, rows := overlaps(p.width, f.width), overlaps(p.height, f.height)
	for _, r := range rows {
		from, to := p.row(r.from), f.row(r.to)
		for _, c := range columns {
			to[c.to] += r.share * c.share * from[c.from]
		}
	}
	return f
}

// overlap says which share of pixel to of a scaled line pixel from of the
// line covers.
type overlap struct {
	from, to int
	share    float32
}

// overlaps returns how a line of n pixels covers one of m.
func overlaps(n, m int) (all []overlap) {
	scale := float64(m) / float64(n)
	for from := range n {
		start, end := float64(from)*scale, float64(from+1)*scale
		for to := int(start); to < m && float64(to) < end; to++ {
			share := min(end, float64(to+1)) - max(start, float64(to))
			all = append(all, overlap{from, to, float32(share)})
		}
	}
	return all
}

// center returns the picture on a background of Size by Size pixels, with its
// center of mass in pixel 14, where MNIST has it.
func center(p picture) []float32 {
	var mass, x, y float64
	for k, v := range p.pixels {
		mass += float64(v)
		x += float64(v) * float64(k%p.width)
		y += float64(v) * float64(k/p.width)
	}
	place := func(mean float64, n int) int {
		return max(0, min(int(math.Round(Size/2-mean)), Size-n)) // within the image
	}
	left, top := place(x/mass, p.width), place(y/mass, p.height)
	image := make([]float32, Size*Size)
	for row := range p.height {
		for column, v := range p.row(row) {
			image[(top+row)*Size+left+column] = min(v, 1)
		}
	}
	return image
}
