package inline

import (
	"encoding/gob"

	"github.com/janpfeifer/gonb/gonbui/protocol"

	"github.com/easy-gomlx/tutorials/plotting"
)

func init() {
	// Nested metadata travels to the kernel as gob, which must know its type on both sides.
	gob.Register(map[string]any{})
}

// figureMessage is what the notebook gets for a figure. Messages with the same displayID, unless it
// is empty, replace one another.
//
// Both the picture's size and its text alternative are in the metadata, under the names that
// JupyterLab and nbconvert look for. The plain text is for where no picture can be shown.
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
