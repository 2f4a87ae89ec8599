package recognize_test

import (
	"bytes"
	"errors"
	"image"
	"image/draw"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/infer"
	"github.com/easy-gomlx/tutorials/birnn/infer/digit"
	"github.com/easy-gomlx/tutorials/notebooks/internal/page/recognize"
	"github.com/easy-gomlx/tutorials/plotting/pad"
)

// load returns the network of package digit, by way of its file.
func load(t *testing.T) *infer.Network {
	t.Helper()
	file, err := infer.Compact(digit.Files(), "network")
	if err != nil {
		t.Fatal(err)
	}
	n, err := recognize.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// pixels returns a picture as the browser has it.
func pixels(picture image.Image) (p []byte, width, height int) {
	rgba := image.NewNRGBA(picture.Bounds())
	draw.Draw(rgba, rgba.Rect, picture, rgba.Rect.Min, draw.Src)
	return rgba.Pix, rgba.Rect.Dx(), rgba.Rect.Dy()
}

func best(p []float32) int { return slices.Index(p, slices.Max(p)) }

// TestDrawing verifies that the digits drawn by hand for the tests are named, and that the last row's beliefs are the answer.
func TestDrawing(t *testing.T) {
	n := load(t)
	for class := range recognize.Classes {
		p, width, height := pixels(pad.Example(class))
		answer, err := recognize.Drawing(n, p, width, height)
		if err != nil {
			t.Fatal(err)
		}
		if got := best(answer.Probabilities); got != class {
			t.Errorf("%d is named %d", class, got)
		}
		rows := readAll(t, recognize.NewReader(n, answer.Seen))
		if len(rows) != digit.Size {
			t.Fatalf("%d: %d beliefs; want 28", class, len(rows))
		}
		for k, got := range rows[digit.Size-1] {
			if math.Abs(float64(got-answer.Probabilities[k])) > 1e-5 {
				t.Errorf("%d: after the last row, the probability of %d is %v, the answer's %v", class, k, got, answer.Probabilities[k])
			}
		}
	}
}

// TestBlank verifies that a blank picture has no answer and is no error.
func TestBlank(t *testing.T) {
	n := load(t)
	for name, value := range map[string]byte{"white": 255, "transparent": 0} {
		answer, err := recognize.Drawing(n, bytes.Repeat([]byte{value}, 4*280*280), 280, 280)
		if answer != nil || err != nil {
			t.Errorf("%s: got %v, %v; want neither an answer nor an error", name, answer, err)
		}
	}
	if rows := readAll(t, recognize.NewReader(n, nil)); len(rows) != 0 {
		t.Errorf("without a drawing: got %d beliefs", len(rows))
	}
}

// readAll returns the probabilities after each row.
func readAll(t *testing.T, r *recognize.Reader) (all [][]float32) {
	t.Helper()
	for {
		p, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if p == nil {
			return all
		}
		all = append(all, p)
	}
}

// TestErrors verifies what is said of a picture with the wrong number of bytes, and of a file that is not a network.
func TestErrors(t *testing.T) {
	if _, err := recognize.Drawing(load(t), make([]byte, 12), 2, 2); err == nil || !strings.Contains(err.Error(), "12 bytes; want 16") {
		t.Errorf("12 bytes for 2 by 2 pixels: got %v", err)
	}
	var corrupt *infer.CheckpointError
	if _, err := recognize.Load([]byte("no network")); !errors.As(err, &corrupt) {
		t.Errorf("no network: got %v, want a *infer.CheckpointError", err)
	}
}
