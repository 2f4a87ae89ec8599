package inline

import (
	"bytes"
	"encoding/base64"
	"encoding/gob"
	"encoding/json"
	"image"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	"github.com/easy-gomlx/tutorials/plotting"
)

func smallFigure() *plotting.Figure {
	return &plotting.Figure{Image: image.NewGray(image.Rect(0, 0, 4, 2)), Alt: "Nothing but black.", Width: 2, Height: 1}
}

// TestFigureMessage: the message survives the pipe to the kernel, which converts it to JSON.
func TestFigureMessage(t *testing.T) {
	figure := smallFigure()
	message, err := figureMessage(figure, "the id")
	if err != nil {
		t.Fatal(err)
	}
	received := overGob(t, message)
	file, err := figure.PNG()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"Data":{"image/png":"` + base64.StdEncoding.EncodeToString(file) + `","text/plain":"Nothing but black."},` +
		`"Metadata":{"image/png":{"alt":"Nothing but black.","height":1,"width":2}},"DisplayID":"the id"}`
	got, err := json.Marshal(received)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func overGob(t *testing.T, message *protocol.DisplayData) *protocol.DisplayData {
	t.Helper()
	var pipe bytes.Buffer
	if err := gob.NewEncoder(&pipe).Encode(message); err != nil {
		t.Fatal(err)
	}
	received := &protocol.DisplayData{}
	if err := gob.NewDecoder(&pipe).Decode(received); err != nil {
		t.Fatal(err)
	}
	return received
}

func TestFigureMessageWithoutImage(t *testing.T) {
	if _, err := figureMessage(&plotting.Figure{}, ""); err == nil {
		t.Error("no error for a figure without an image")
	}
}

func TestTextMessage(t *testing.T) {
	want := &protocol.DisplayData{
		Data:      map[protocol.MIMEType]any{"text/plain": "step 1"},
		DisplayID: "the id",
	}
	if diff := cmp.Diff(want, overGob(t, textMessage("step 1", "the id"))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
