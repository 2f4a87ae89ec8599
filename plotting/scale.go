package plotting

import (
	"image/color"
	"math"
)

// Okabe and Ito's blue and vermillion from light to dark. Both start at the same near-white and have
// the same CIELAB lightness at each place: 97.5, 87, 71, 54, 37. Darker, they would look
// alike to a reader who sees no red or no green.
var (
	blueShades       = []color.RGBA{paper, {0xc5, 0xdc, 0xfc, 0xff}, {0x74, 0xb3, 0xf2, 0xff}, {0x07, 0x87, 0xd1, 0xff}, {0x05, 0x5b, 0x8f, 0xff}}
	vermillionShades = []color.RGBA{paper, {0xf8, 0xd2, 0xbe, 0xff}, {0xe4, 0x9e, 0x76, 0xff}, {0xc7, 0x67, 0x2a, 0xff}, {0x92, 0x3e, 0x00, 0xff}}
	paper            = color.RGBA{0xf8, 0xf8, 0xf8, 0xff}
)

// shadeLevels is the number of colors from light to dark. They are few, so that those of a whole
// figure fit into the palette of its PNG file.
const shadeLevels = 50

// scale gives values their colors. One from 0 to limit is sequential: the larger, the darker blue.
// A signed one from -limit to limit diverges: positive values are blue, negative ones vermillion.
type scale struct {
	limit  float64
	signed bool
}

// scaleFor returns the scale 0 to 1 if all values are in that range, and otherwise one that is
// symmetric about 0 and reaches the value farthest from it.
func scaleFor(values [][]float32) scale {
	s := scale{limit: 1}
	farthest := 0.0
	for _, row := range values {
		for _, v := range row {
			s.signed = s.signed || v < 0 || v > 1
			farthest = math.Max(farthest, math.Abs(float64(v)))
		}
	}
	if s.signed {
		s.limit = roundedUp(farthest)
	}
	return s
}

// roundedUp rounds a positive number up to two significant digits.
func roundedUp(v float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(v))-1)
	return math.Ceil(v/unit*(1-1e-6)) * unit
}

func (s scale) color(v float64) color.RGBA {
	shades := blueShades
	if v < 0 {
		shades = vermillionShades
	}
	level := math.Round(math.Min(1, math.Abs(v)/s.limit) * shadeLevels)
	at := level / shadeLevels * float64(len(shades)-1)
	i := min(int(at), len(shades)-2)
	return blend(shades[i], shades[i+1], at-float64(i))
}

// dark reports whether text on the color of v must be light.
func (s scale) dark(v float64) bool { return math.Abs(v) > 0.5*s.limit }

// ends returns the lowest and the highest value of the scale.
func (s scale) ends() (low, high float64) {
	if s.signed {
		return -s.limit, s.limit
	}
	return 0, s.limit
}

// scaleBar draws the colors of a scale between the values at its ends.
func (p *page) scaleBar(x, y, width float64, s scale, write func(float64) string) {
	const height, gap = 8, 5
	low, high := s.ends()
	style := plain(smallSize, muted)
	left := x + float64(style.Width(write(low))) + gap
	length := x + width - float64(style.Width(write(high))) - gap - left
	p.text(x, y, write(low), style)
	p.text(x+width, y, write(high), right(style))
	p.frame(left, y-height/2, length, height, 0.5, frameLine)
	const step = 1.0 / pixelRatio
	for at := 0.0; at < length; at += step {
		p.fill(left+at, y-height/2, step, height, s.color(low+(high-low)*(at+step/2)/length))
	}
}
