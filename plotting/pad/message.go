package pad

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"strings"

	"github.com/easy-gomlx/tutorials/plotting"
)

// message is one from the page, as JSON.
type message struct {
	// Type is one of
	//	hello  the page is there; the answer is a welcome
	//	draw   a drawing to be classified; the answer has the same Seq
	//	clear  the pad is empty
	//	keep   a drawing of the digit that was asked for
	//	done   the reader has finished
	Type  string `json:"type"`
	Seq   int    `json:"seq"`   // counts all messages but hello
	Final bool   `json:"final"` // of draw: the stroke has ended
	Image string `json:"image"` // of draw and keep: the URL of a PNG file, with its data

	drawing image.Image // decoded
}

const (
	maxMessage = 1 << 19 // bytes; the pad's pictures have some 3,000
	maxSide    = 1024    // pixels
	pngURL     = "data:image/png;base64,"
)

// parse returns a message with its drawing. What a page may send is checked before anything large is allocated.
func parse(text string) (message, error) {
	var m message
	if len(text) > maxMessage {
		return m, fmt.Errorf("pad: a message of %d bytes; the most are %d", len(text), maxMessage)
	}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return m, fmt.Errorf("pad: a message that is not JSON of the right form: %w", err)
	}
	switch m.Type {
	case "hello", "clear", "done":
		return m, nil
	case "draw", "keep":
		var err error
		if m.drawing, err = decode(m.Image); err != nil {
			return m, fmt.Errorf("pad: the drawing in a message: %w", err)
		}
		return m, nil
	}
	return m, fmt.Errorf("pad: a message of the unknown type %q", m.Type[:min(len(m.Type), 20)])
}

func decode(url string) (image.Image, error) {
	data, found := strings.CutPrefix(url, pngURL)
	if !found {
		return nil, fmt.Errorf("it does not start with %s", pngURL)
	}
	file, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return nil, err
	}
	config, err := png.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	if max(config.Width, config.Height) > maxSide {
		return nil, fmt.Errorf("it has %d by %d pixels; the most are %d by %[3]d", config.Width, config.Height, maxSide)
	}
	return png.Decode(bytes.NewReader(file))
}

// The messages to the page.
type (
	welcome struct {
		Type string `json:"type"`
		Ask  *int   `json:"ask,omitempty"`
	}
	ask struct {
		Type  string `json:"type"`
		Digit int    `json:"digit"`
	}
	reply struct {
		Type          string    `json:"type"`
		Seq           int       `json:"seq"`
		Probabilities []float32 `json:"probabilities"`
		Seen          []byte    `json:"seen"` // base64; 255 is full ink
	}
	end struct {
		Type string `json:"type"`
	}
)

// replyTo returns the message with an answer, after checking it.
func replyTo(seq int, a Answer) (reply, error) {
	if len(a.Seen) != 28*28 || len(a.Probabilities) != 10 {
		return reply{}, fmt.Errorf("pad: Recognize returned %d pixels and %d probabilities; want 784 and 10", len(a.Seen), len(a.Probabilities))
	}
	seen := make([]byte, len(a.Seen))
	for k, v := range a.Seen {
		seen[k] = byte(255*min(1, max(0, v)) + 0.5)
	}
	return reply{Type: "answer", Seq: seq, Probabilities: a.Probabilities, Seen: seen}, nil
}

func pngDataURL(f *plotting.Figure) (string, error) {
	file, err := f.PNG()
	if err != nil {
		return "", err
	}
	return pngURL + base64.StdEncoding.EncodeToString(file), nil
}
