// Package pad shows a pad to draw digits on in the output of a GoNB notebook's cell, and asks the cell's program what each drawing shows.
//
//	err := pad.Pad{Recognize: recognize}.Run(inline.Stoppable())
//
// The pad works in JupyterLab and in Jupyter Notebook 7. In other front ends, in a notebook that is executed without one, and on paper
// there are a picture and a sentence instead.
//
// The files pad.js and pad.css are for any web page: the comment in pad.js says how. notebook.js connects the pad to the cell's program,
// through the kernel, with the messages that type message describes.
package pad

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	"github.com/easy-gomlx/tutorials/plotting"
)

// Answer is what a classifier says about a drawing.
type Answer struct {
	Seen          []float32 // the pixels that it classified, [28, 28] row-major: 0 for the background, 1 for full ink
	Probabilities []float32 // of the digits 0 to 9, [10]
}

// Pad is a pad to draw on. The pictures that its functions get have Size by Size pixels, black on white. An error that one of them returns
// ends Run.
type Pad struct {
	// Recognize classifies a drawing. It is called while the reader draws, about ten times a second, and when a stroke ends.
	Recognize func(image.Image) (Answer, error)
	// Explain, unless nil, returns a figure to show below the pad. It is called when a stroke ends, in a goroutine of its own.
	Explain func(image.Image) (*plotting.Figure, error)
	// Keep, unless nil, makes the pad ask for the digits 0 to 9, one after the other, and gets each drawing. Nothing is recognized
	// meanwhile: whoever sees the answer redraws until it is right.
	Keep func(digit int, drawing image.Image) error
}

// Run shows the pad until the reader presses "Done", the last digit has been kept, ctx is done, or nobody has drawn for three minutes.
// Then it replaces the pad by a figure with the last drawing, or an example if there is none, and the answer to it. That figure is also
// what stays if no browser connects within 20 seconds, or if the kernel was not started by a Jupyter server.
//
// Outside a GoNB notebook Run returns an error.
func (p Pad) Run(ctx context.Context) error {
	if p.Recognize == nil {
		return errors.New("pad: Recognize is nil; it says what a drawing shows")
	}
	if !gonbui.IsNotebook {
		return errors.New("pad: this program is not running in a GoNB notebook")
	}
	if os.Getenv("JPY_SESSION_NAME") == "" { // which Jupyter's server sets: nobody can draw
		return newSession(p, nil).end()
	}
	s := newSession(p, connect())
	err := s.begin()
	if err == nil {
		err = s.serve(ctx)
	}
	return errors.Join(err, s.end())
}

const (
	connectTimeout = 20 * time.Second // for a browser
	idleTimeout    = 3 * time.Minute  // for a stroke
)

// The sentences below the figure that remains.
const (
	sentenceExample = "This is an example. Run the cell in JupyterLab, with this notebook's Go kernel,\nto draw digits yourself, with mouse, finger or pen."
	sentenceNobody  = "No browser has connected to the pad. In JupyterLab, run this cell again\nwhile its output is in view."
	sentenceDrawn   = "The last drawing. Run the cell again to draw more."
)

// showText shows a sentence in the cell's output.
func showText(text string) {
	gonbui.SendData(&protocol.DisplayData{Data: map[protocol.MIMEType]any{protocol.MIMETextPlain: text}})
}

// card draws what the pad shows: a drawing and the answer to it.
func card(drawing image.Image, answer Answer) (*plotting.Figure, error) {
	figure, err := plotting.Drawing(drawing, answer.Seen, answer.Probabilities)
	if err != nil {
		return nil, fmt.Errorf("pad: the answer: %w", err)
	}
	return figure, nil
}
