package plotting

import (
	"image"
	"image/color"
	"math"
	"testing"
)

// lightness returns CIE L*, from 0 (black) to 100 (white).
func lightness(c color.RGBA) float64 {
	linear := func(v uint8) float64 {
		if s := float64(v) / 255; s > 0.04045 {
			return math.Pow((s+0.055)/1.055, 2.4)
		} else {
			return s / 12.92
		}
	}
	y := 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
	return 116*math.Cbrt(y) - 16
}

// TestScaleLightness: a larger value is darker, also for readers who see no hues, and a negative value
// is as dark as the positive one.
func TestScaleLightness(t *testing.T) {
	s := scale{limit: 2, signed: true}
	before := 100.0
	for i := range shadeLevels + 1 {
		v := 2 * float64(i) / shadeLevels
		blue, vermillion := lightness(s.color(v)), lightness(s.color(-v))
		if blue >= before-0.5 {
			t.Errorf("lightness at %v is %.1f, after %.1f", v, blue, before)
		}
		if math.Abs(blue-vermillion) > 1.5 {
			t.Errorf("lightness at %v is %.1f, but at %v it is %.1f", v, blue, -v, vermillion)
		}
		before = blue
	}
	if before > 40 {
		t.Errorf("the darkest color has lightness %.1f", before)
	}
}

func TestScaleColor(t *testing.T) {
	s := scale{limit: 2, signed: true}
	for v, want := range map[float64]color.RGBA{
		0: paper, 2: {0x05, 0x5b, 0x8f, 0xff}, -2: {0x92, 0x3e, 0x00, 0xff}, 3: {0x05, 0x5b, 0x8f, 0xff},
	} {
		if got := s.color(v); got != want {
			t.Errorf("color of %v is %v, want %v", v, got, want)
		}
	}
}

func TestScaleFor(t *testing.T) {
	for _, test := range []struct {
		why    string
		values [][]float32
		want   scale
	}{
		{"a gate", [][]float32{{0.2, 0.4}, {1, 0}}, scale{1, false}},
		{"all zero", [][]float32{{0}}, scale{1, false}},
		{"a state", [][]float32{{0.2, -0.4}}, scale{0.4, true}},
		{"rounded up", [][]float32{{1.234, -0.4}}, scale{1.3, true}},
		{"beyond 1", [][]float32{{0, 17.2}}, scale{18, true}},
		{"tiny", [][]float32{{0, -1e-38}}, scale{1e-38, true}},
	} {
		t.Run(test.why, func(t *testing.T) {
			got := scaleFor(test.values)
			if math.Abs(got.limit/test.want.limit-1) > 1e-5 || got.signed != test.want.signed {
				t.Errorf("scale is %v, want %v", got, test.want)
			}
		})
	}
}

// TestHeatMapColors: the palette of the PNG file has every color of both scales, beside a digit of
// all shades of gray.
func TestHeatMapColors(t *testing.T) {
	digit := make([]float32, pixels)
	for i := range digit {
		digit[i] = float32(i%256) / 255
	}
	gate, state := make([][]float32, side), make([][]float32, side)
	for row := range side {
		for column := range shadeLevels + 1 {
			gate[row] = append(gate[row], float32(column)/shadeLevels)
			state[row] = append(state[row], 2-4*float32(column)/shadeLevels)
		}
	}
	figure, err := States(digit, Map{Values: gate}, Map{Values: state})
	if err != nil {
		t.Fatal(err)
	}
	has := map[color.Color]bool{}
	for _, c := range figure.Image.(*image.Paletted).Palette {
		has[c] = true
	}
	s := scale{limit: 1, signed: true}
	for level := -shadeLevels; level <= shadeLevels; level++ {
		if c := s.color(float64(level) / shadeLevels); !has[c] {
			t.Errorf("the color %v of level %d is not in the palette", c, level)
		}
	}
}
