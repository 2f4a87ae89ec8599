package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// message has the parts of a JSON-RPC message that this program uses; text is the whole message.
type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params struct {
		TextDocument struct {
			URI     string `json:"uri"`
			Version int    `json:"version"`
			Text    string `json:"text"`
		} `json:"textDocument"`
		ContentChanges []struct {
			Text string `json:"text"`
		} `json:"contentChanges"`
	} `json:"params"`
	text []byte
}

// read reads a message: header lines, an empty line, and as many bytes as the header says.
func read(in *bufio.Reader) (*message, error) {
	length := -1
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return nil, err
		}
		line = strings.TrimSpace(line)
		if line == "" {
			break
		}
		name, value, _ := strings.Cut(line, ":")
		if strings.EqualFold(name, "Content-Length") {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return nil, err
			}
		}
	}
	if length < 0 || length > 1<<28 {
		return nil, fmt.Errorf("a message of %d bytes", length)
	}
	m := &message{text: make([]byte, length)}
	if _, err := io.ReadFull(in, m.text); err != nil {
		return nil, err
	}
	json.Unmarshal(m.text, m) // other messages are passed on unchanged
	return m, nil
}

func write(out io.Writer, text []byte) error {
	_, err := out.Write(fmt.Appendf(nil, "Content-Length: %d\r\n\r\n%s", len(text), text))
	return err
}
