package pad

import (
	"bytes"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/plotting"
)

func TestSheet(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.png")
	if s, err := LoadSheet(path); err != nil || len(s.Drawn()) != 0 {
		t.Fatalf("without a file: %v, %v; want an empty sheet", s.Drawn(), err)
	}
	var s Sheet
	s[0], s[3], s[9] = Example(0), Example(3), Example(9)
	if err := s.Save(path); err != nil {
		t.Fatal(err)
	}
	read, err := LoadSheet(path)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "digits", read.Drawn(), 0, 3, 9)
	if !bytes.Equal(read[3].(*image.Gray).Pix, s[3].(*image.Gray).Pix) {
		t.Error("the 3 has changed")
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("%d files are left, want one", len(entries))
	}
}

func TestLoadSheetRejects(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.png")
	small := plotting.Figure{Image: image.NewUniform(color.White)}
	small.Image = image.NewGray(image.Rect(0, 0, 28, 28))
	if err := small.Save(path); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadSheet(path); err == nil || !strings.Contains(err.Error(), "28 by 28 pixels, not 2800 by 280") {
		t.Errorf("another picture: the error is %v", err)
	}
	if err := os.WriteFile(path, []byte("no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadSheet(path); err == nil || !strings.Contains(err.Error(), "delete the file") {
		t.Errorf("no picture: the error is %v", err)
	}
}

func TestStrokes(t *testing.T) {
	for digit := range 10 {
		for _, stroke := range Strokes(digit) {
			for _, p := range stroke {
				if p.X < penWidth || p.X > Size-penWidth || p.Y < penWidth || p.Y > Size-penWidth {
					t.Errorf("a stroke of the %d leaves the pad: %v", digit, p)
				}
			}
		}
	}
	if Strokes(10) != nil || Strokes(-1) != nil {
		t.Error("there are strokes for what is no digit")
	}
}

func TestDraw(t *testing.T) {
	dot := Draw([][]Point{{{140, 140}}})
	for x, want := range map[int]uint8{128: 255, 130: 0, 139: 0, 149: 0, 152: 255} {
		if got := dot.GrayAt(x, 140).Y; got != want {
			t.Errorf("pixel %d of a dot is %d, want %d", x, got, want)
		}
	}
	if !blank(Draw(nil)) || blank(dot) || !blank(Draw([][]Point{{{-100, 500}}})) {
		t.Error("what is blank?")
	}
}
