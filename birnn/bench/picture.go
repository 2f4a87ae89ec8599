package main

import (
	"errors"
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"strings"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// colors are from the palette of Okabe and Ito, which stays distinct with the common forms of color blindness. The first is ours.
var colors = []color.Color{
	color.RGBA{0x00, 0x72, 0xb2, 0xff}, color.RGBA{0xd5, 0x5e, 0x00, 0xff}, color.RGBA{0x00, 0x9e, 0x73, 0xff},
	color.RGBA{0xcc, 0x79, 0xa7, 0xff}, color.RGBA{0xe6, 0x9f, 0x00, 0xff}, color.RGBA{0x56, 0xb4, 0xe9, 0xff},
	color.Black,
}

// picture is a plot, its size, and its text alternative.
type picture struct {
	*plot.Plot
	width, height vg.Length
	alt           string
}

func newPicture(title string, height vg.Length) picture {
	p := plot.New()
	p.Title.Text, p.Title.Padding, p.Title.TextStyle.Font = title, 14, sans(16, true)
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Label.TextStyle.Font, axis.Tick.Label.Font = sans(13, false), sans(12, false)
	}
	p.Legend.TextStyle.Font = sans(13, false)
	return picture{p, 720, height, ""}
}

func sans(size vg.Length, bold bool) font.Font {
	f := font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	if bold {
		f.Weight = xfont.WeightBold
	}
	return f
}

// encode returns the PNG file, with two pixels for each point: crisp on HiDPI screens.
func (p picture) encode() ([]byte, error) {
	canvas := vgimg.NewWith(vgimg.UseWH(p.width, p.height), vgimg.UseDPI(2*72))
	p.Draw(draw.Crop(draw.New(canvas), 16, -16, 16, -16))
	var file strings.Builder
	_, err := vgimg.PngCanvas{Canvas: canvas}.WriteTo(&file)
	return []byte(file.String()), err
}

func (p picture) save(path string) error {
	file, err := p.encode()
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, file, 0o644); err != nil {
		return err
	}
	fmt.Printf("\n%s: %s\n", path, p.alt)
	return nil
}

// draw writes the picture of everything that was measured: bars for one work; for a sweep lines, of the times and, in a second
// file whose name ends in -memory, of the memory.
func (s *summary) draw(path string) error {
	if !s.sweep {
		bars, err := s.bars()
		if err != nil {
			return err
		}
		return bars.save(path)
	}
	times, err := s.lines("Time of a training step", "ms", result.milliseconds)
	if err != nil {
		return err
	}
	memory, err := s.lines("Peak memory", "MB", result.megabytes)
	if err != nil {
		return err
	}
	extension := filepath.Ext(path)
	return errors.Join(times.save(path), memory.save(strings.TrimSuffix(path, extension)+"-memory"+extension))
}

func (r result) milliseconds() (float64, bool) {
	middle, _, _, ok := r.perStep()
	return middle, ok
}

func (r result) megabytes() (float64, bool) { return float64(r.Peak) / 1e6, r.Peak > 0 }

var errNothingMeasured = errors.New("nothing to draw: no peer was measured")
