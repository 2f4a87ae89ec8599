package inline

import (
	"encoding/gob"

	"github.com/janpfeifer/gonb/gonbui/protocol"

	"github.com/easy-gomlx/tutorials/plotting"
)

func init() {
	// Nested metadata is sent to the kernel as gob, which must know its type on both sides.
	gob.Register(map[string]any{})
}

// figureMessage returns the message that displays a figure. It replaces an earlier message with the
// same displayID, unless that is empty.
//
// The metadata holds the size and the text alternative, under the names that JupyterLab and nbconvert
// use. The plain text is for front ends that can't show images.
func figureMessage(f *plotting.Figure, displayID string) (*protocol.DisplayData, error) {
	file, err := f.PNG()
	if err != nil {
		return nil, err
	}
	return &protocol.DisplayData{
		Data: map[protocol.MIMEType]any{
			protocol.MIMEImagePNG:  file,
			protocol.MIMETextPlain: f.Alt,
		},
		Metadata: map[string]any{
			string(protocol.MIMEImagePNG): map[string]any{"width": f.Width, "height": f.Height, "alt": f.Alt},
		},
		DisplayID: displayID,
	}, nil
}

func textMessage(text, displayID string) *protocol.DisplayData {
	return &protocol.DisplayData{
		Data:      map[protocol.MIMEType]any{protocol.MIMETextPlain: text},
		DisplayID: displayID,
	}
}
