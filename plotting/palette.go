package plotting

import (
	"cmp"
	"image"
	"image/color"
	"maps"
	"slices"
)

// paletted reduces a picture to its 256 most frequent colors. The others, shades at the edges of
// lines, become the nearest of those. This halves the size of the PNG file.
func paletted(picture *image.RGBA) *image.Paletted {
	uses := map[color.RGBA]int{}
	eachRun(picture, func(c color.RGBA, from, to int) { uses[c] += to - from })
	frequent := slices.SortedFunc(maps.Keys(uses), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(uses[b], uses[a]),
			cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	var palette color.Palette
	for _, c := range frequent[:min(len(frequent), 256)] {
		palette = append(palette, c)
	}
	indices := make(map[color.RGBA]uint8, len(uses))
	for c := range uses {
		indices[c] = uint8(palette.Index(c))
	}
	small := image.NewPaletted(picture.Rect, palette)
	eachRun(picture, func(c color.RGBA, from, to int) {
		index := indices[c]
		for i := from; i < to; i++ {
			small.Pix[i] = index
		}
	})
	return small
}

// eachRun calls do for each run of equal pixels, counted row by row.
func eachRun(picture *image.RGBA, do func(c color.RGBA, from, to int)) {
	at := func(i int) color.RGBA {
		p := picture.Pix[4*i : 4*i+4 : 4*i+4]
		return color.RGBA{p[0], p[1], p[2], p[3]}
	}
	n := len(picture.Pix) / 4
	for from := 0; from < n; {
		c, to := at(from), from+1
		for to < n && at(to) == c {
			to++
		}
		do(c, from, to)
		from = to
	}
}
