package plotting

import (
	"image/color"
	"sync"

	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
)

// Okabe and Ito's colors: blue and vermillion, with lighter tints and a darker shade for text on white,
// and those that tell more than two lines apart.
var (
	white          = color.RGBA{0xff, 0xff, 0xff, 0xff}
	ink            = color.RGBA{0x22, 0x22, 0x22, 0xff}
	muted          = color.RGBA{0x5a, 0x5a, 0x5a, 0xff}
	gridLine       = color.RGBA{0xe4, 0xe4, 0xe4, 0xff}
	frameLine      = color.RGBA{0xc8, 0xc8, 0xc8, 0xff}
	blue           = color.RGBA{0x00, 0x72, 0xb2, 0xff}
	grayBlue       = color.RGBA{0x8f, 0xa3, 0xb0, 0xff}
	lightBlue      = color.RGBA{0xa6, 0xcf, 0xe6, 0xff}
	paleBlue       = color.RGBA{0xdc, 0xec, 0xf6, 0xff}
	green          = color.RGBA{0x00, 0x9e, 0x73, 0xff}
	purple         = color.RGBA{0xcc, 0x79, 0xa7, 0xff}
	orange         = color.RGBA{0xe6, 0x9f, 0x00, 0xff}
	vermillion     = color.RGBA{0xd5, 0x5e, 0x00, 0xff}
	darkVermillion = color.RGBA{0xa8, 0x46, 0x00, 0xff}
	vermillionTint = color.RGBA{0xf3, 0xa4, 0x6a, 0xff}
	paleVermillion = color.RGBA{0xfd, 0xf0, 0xe6, 0xff}
)

// Font sizes in CSS pixels.
const (
	smallSize = 11
	bodySize  = 13
	titleSize = 17
)

// typeface parses the Go fonts once.
var typeface = sync.OnceValue(func() text.Handler {
	collection := font.Collection{}
	for weight, ttf := range map[xfont.Weight][]byte{xfont.WeightNormal: goregular.TTF, xfont.WeightBold: gobold.TTF} {
		face, err := opentype.Parse(ttf)
		if err != nil {
			panic("plotting: an embedded font cannot be parsed: " + err.Error())
		}
		collection = append(collection, font.Face{Font: font.Font{Typeface: "Go", Weight: weight}, Face: face})
	}
	return text.Plain{Fonts: font.NewCache(collection)}
})

func plain(size float64, c color.Color) text.Style {
	return text.Style{
		Color:   c,
		Font:    font.Font{Typeface: "Go", Size: font.Length(size)},
		YAlign:  text.YCenter,
		Handler: typeface(),
	}
}

func bold(size float64, c color.Color) text.Style {
	style := plain(size, c)
	style.Font.Weight = xfont.WeightBold
	return style
}

func centered(style text.Style) text.Style {
	style.XAlign = text.XCenter
	return style
}

func right(style text.Style) text.Style {
	style.XAlign = text.XRight
	return style
}
