package pad

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"strings"
	"testing"
)

func dataURL(t *testing.T, picture image.Image) string {
	t.Helper()
	var file bytes.Buffer
	if err := png.Encode(&file, picture); err != nil {
		t.Fatal(err)
	}
	return pngURL + base64.StdEncoding.EncodeToString(file.Bytes())
}

// hugePNG is the start of a PNG file that promises a picture of that size, in few bytes.
func hugePNG(width, height uint32) string {
	header := append([]byte("IHDR"), make([]byte, 13)...)
	binary.BigEndian.PutUint32(header[4:], width)
	binary.BigEndian.PutUint32(header[8:], height)
	header[12] = 8 // bits
	file := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), header...)
	file = binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(header))
	return pngURL + base64.StdEncoding.EncodeToString(file)
}

func TestParse(t *testing.T) {
	picture := dataURL(t, Example(3))
	m, err := parse(`{"type":"draw","seq":7,"final":true,"image":"` + picture + `"}`)
	if err != nil {
		t.Fatal(err)
	}
	if m.Type != "draw" || m.Seq != 7 || !m.Final || m.drawing.Bounds() != image.Rect(0, 0, Size, Size) {
		t.Errorf("parse returned %+v", m)
	}
	for _, kind := range []string{"hello", "clear", "done"} {
		if m, err := parse(`{"type":"` + kind + `","seq":2}`); err != nil || m.Type != kind || m.Seq != 2 {
			t.Errorf("%s: parse returned %+v, %v", kind, m, err)
		}
	}
}

func TestParseRejects(t *testing.T) {
	for _, test := range []struct{ why, text, want string }{
		{"nothing", "", "not JSON"},
		{"no JSON", "{", "not JSON"},
		{"a number", "1", "not JSON"},
		{"a wrong type", `{"type":"draw","seq":"1"}`, "not JSON"},
		{"a huge number", `{"type":"clear","seq":1e99}`, "not JSON"},
		{"no type", "{}", "unknown type"},
		{"another type", `{"type":"` + strings.Repeat("x", 100) + `"}`, `"xxxxxxxxxxxxxxxxxxxx"`},
		{"too long", `{"type":"` + strings.Repeat("x", maxMessage) + `"}`, "bytes; the most are"},
		{"no picture", `{"type":"draw"}`, "does not start with data:image/png"},
		{"not PNG", `{"type":"keep","image":"data:image/svg+xml;base64,AAAA"}`, "does not start with"},
		{"not base64", `{"type":"keep","image":"` + pngURL + `!"}`, "illegal base64"},
		{"not an image", `{"type":"draw","image":"` + pngURL + `AAAA"}`, "drawing in a message"},
		{"too large a picture", `{"type":"draw","image":"` + hugePNG(30000, 30000) + `"}`, "30000 by 30000 pixels; the most are 1024 by 1024"},
		{"too wide a picture", `{"type":"draw","image":"` + hugePNG(1025, 1) + `"}`, "the most are 1024"},
		{"half a picture", `{"type":"draw","image":"` + hugePNG(280, 280) + `"}`, "drawing in a message"},
	} {
		t.Run(test.why, func(t *testing.T) {
			_, err := parse(test.text)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v; want one with %q", err, test.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"type":"hello"}`)
	f.Add(`{"type":"draw","seq":1,"image":"` + hugePNG(10, 10) + `"}`)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := parse(text)
		if err == nil && (m.Type == "draw" || m.Type == "keep") && m.drawing == nil {
			t.Errorf("parse(%q) returned neither drawing nor error", text)
		}
	})
}

func TestReplyRejects(t *testing.T) {
	for _, a := range []Answer{{}, {Seen: make([]float32, 784)}, {Seen: make([]float32, 784), Probabilities: make([]float32, 9)}} {
		if _, err := replyTo(1, a); err == nil || !strings.Contains(err.Error(), "want 784 and 10") {
			t.Errorf("%d pixels, %d probabilities: the error is %v", len(a.Seen), len(a.Probabilities), err)
		}
	}
}
