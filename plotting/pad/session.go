package pad

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"time"

	"github.com/janpfeifer/gonb/gonbui"

	"github.com/easy-gomlx/tutorials/plotting"
	"github.com/easy-gomlx/tutorials/plotting/inline"
)

// session is one run of a pad.
type session struct {
	pad  Pad
	line *line // to the page; nil if there is none

	// Shown in the cell's output; tests replace them.
	figure        func(f *plotting.Figure, displayID string) error
	text          func(string)
	padID, plotID string

	seq       int // of the newest message
	connected bool
	asked     int // the digit that is asked for, if pad.Keep is set
	drawing   image.Image
	explained chan error
	busy      bool        // while Explain runs
	toExplain image.Image // when that has ended, or nil
}

func newSession(p Pad, l *line) *session {
	return &session{
		pad: p, line: l,
		figure: inline.Update, text: showText, padID: gonbui.UniqueId(), plotID: gonbui.UniqueId(),
		explained: make(chan error, 1),
	}
}

// begin shows the page's part of the pad.
func (s *session) begin() error {
	example, err := s.card(Example(7))
	if err != nil {
		return err
	}
	return s.line.show(s.padID, example)
}

// serve answers the page until the reader has finished.
func (s *session) serve(ctx context.Context) error {
	idle := time.NewTimer(connectTimeout)
	defer idle.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-idle.C:
			return nil
		case err := <-s.explained:
			if s.busy = false; err != nil {
				return err
			}
			s.explain()
		case text := <-s.line.received:
			m, err := parse(text)
			if err != nil {
				return err
			}
			if m.Type != "hello" || !s.connected { // later, hello only asks whether the program still runs
				idle.Reset(idleTimeout)
			}
			if done, err := s.handle(m); done || err != nil {
				return err
			}
		}
	}
}

// handle returns true when the reader has finished. Messages that a newer one has overtaken are ignored.
func (s *session) handle(m message) (done bool, err error) {
	if m.Type == "hello" {
		s.connected = true
		w := welcome{Type: "welcome"}
		if s.pad.Keep != nil {
			w.Ask = &s.asked
		}
		return false, s.send(w)
	}
	if m.Seq <= s.seq {
		return false, nil
	}
	s.seq = m.Seq
	switch m.Type {
	case "draw":
		return false, s.draw(m)
	case "keep":
		return s.keep(m.drawing)
	case "clear":
		s.toExplain = nil
	}
	return m.Type == "done", nil
}

func (s *session) draw(m message) error {
	if blank(m.drawing) {
		return nil
	}
	answer, err := s.pad.Recognize(m.drawing)
	if err != nil {
		return err
	}
	s.drawing = m.drawing
	r, err := replyTo(m.Seq, answer)
	if err != nil {
		return err
	}
	if err := s.send(r); err != nil {
		return err
	}
	if m.Final {
		s.toExplain = m.drawing
		s.explain()
	}
	return nil
}

func (s *session) keep(drawing image.Image) (done bool, err error) {
	if s.pad.Keep == nil {
		return false, errors.New("pad: the page sent a digit to keep, which nobody asked for")
	}
	if err := s.pad.Keep(s.asked, drawing); err != nil {
		return false, err
	}
	s.drawing = drawing
	s.asked++
	if s.asked == 10 {
		return true, nil
	}
	return false, s.send(ask{Type: "ask", Digit: s.asked})
}

// explain starts Explain for the last drawing, unless it is running.
func (s *session) explain() {
	if s.pad.Explain == nil || s.busy || s.toExplain == nil {
		return
	}
	drawing := s.toExplain
	s.busy, s.toExplain = true, nil
	go func() {
		figure, err := s.pad.Explain(drawing)
		if err == nil {
			err = s.figure(figure, s.plotID)
		}
		s.explained <- err
	}()
}

// end replaces the pad by a figure and a sentence.
func (s *session) end() error {
	if s.connected {
		if err := s.send(end{Type: "end"}); err != nil {
			return err
		}
	}
	if s.busy {
		<-s.explained
	}
	drawing, sentence := s.drawing, sentenceDrawn
	if drawing == nil {
		drawing, sentence = Example(7), sentenceExample
		if s.line != nil && !s.connected {
			sentence = sentenceNobody
		}
	}
	figure, err := s.card(drawing)
	if err != nil {
		return err
	}
	if err := s.figure(figure, s.padID); err != nil {
		return err
	}
	if s.drawing == nil && s.pad.Explain != nil { // as it looks
		if figure, err = s.pad.Explain(drawing); err != nil {
			return err
		}
		if err := s.figure(figure, s.plotID); err != nil {
			return err
		}
	}
	s.text(sentence)
	return nil
}

func (s *session) card(drawing image.Image) (*plotting.Figure, error) {
	answer, err := s.pad.Recognize(drawing)
	if err != nil {
		return nil, err
	}
	return card(drawing, answer)
}

func (s *session) send(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("pad: a message to the page: %w", err) // a probability that is not a number, for instance
	}
	s.line.send(string(text))
	return nil
}
