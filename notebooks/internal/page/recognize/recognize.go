// Package recognize is what the page to draw on computes: the digit that a drawing shows.
package recognize

import (
	"errors"
	"fmt"
	"image"
	"testing/fstest"

	"github.com/easy-gomlx/tutorials/birnn/infer"
	"github.com/easy-gomlx/tutorials/birnn/infer/digit"
)

// Classes is the number of digits.
const Classes = 10

// Load returns the network of a file model.safetensors, given its content. It is an error if the network does not classify digits.
func Load(checkpoint []byte) (*infer.Network, error) {
	n, err := infer.Load(fstest.MapFS{"model.safetensors": {Data: checkpoint}}, ".")
	if err != nil {
		return nil, err
	}
	if n.Timesteps() != digit.Size || n.NumInput() != digit.Size || n.NumClasses() != Classes {
		return nil, fmt.Errorf("the network reads %d rows of %d values and knows %d classes; want 28 rows of 28 pixels and the ten digits",
			n.Timesteps(), n.NumInput(), n.NumClasses())
	}
	return n, nil
}

// Answer is what a network says about a drawing.
type Answer struct {
	Seen          []float32 // the pixels that it classified, [28, 28] row-major: 0 for the background, 1 for full ink
	Probabilities []float32 // of the digits 0 to 9, [10]
}

// Drawing returns the answer to a drawing, given as the browser has it: width by height pixels, row-major, of four bytes for red, green,
// blue and opacity. Without ink the answer is nil.
func Drawing(n *infer.Network, pixels []byte, width, height int) (*Answer, error) {
	if len(pixels) != 4*width*height {
		return nil, fmt.Errorf("a picture of %d by %d pixels has %d bytes; want %d", width, height, len(pixels), 4*width*height)
	}
	seen, err := digit.FromImage(&image.NRGBA{Pix: pixels, Stride: 4 * width, Rect: image.Rect(0, 0, width, height)})
	if errors.Is(err, digit.ErrBlank) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p, err := n.Predict(seen)
	if err != nil {
		return nil, err
	}
	return &Answer{Seen: seen, Probabilities: p}, nil
}

// Reader gives an image to a network row by row.
type Reader struct {
	stream *infer.Stream
	rows   []float32 // those that have not been read yet
}

// NewReader returns a reader of an [Answer]'s image.
func NewReader(n *infer.Network, seen []float32) *Reader { return &Reader{n.Stream(), seen} }

// Next reads the next row, and returns the probabilities of the digits had the image ended there, [10]. After the last row they are nil.
func (r *Reader) Next() ([]float32, error) {
	if len(r.rows) < digit.Size {
		return nil, nil
	}
	row := r.rows[:digit.Size]
	r.rows = r.rows[digit.Size:]
	return r.stream.Push(row)
}
