package pad

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/easy-gomlx/tutorials/plotting"
)

// fake is a page and the output of a cell.
type fake struct {
	sent  []string // messages to the page: their types
	shown []string // what is displayed, in order
	texts []string
}

// sees returns a Recognize that answers with a digit.
func sees(digit int) func(image.Image) (Answer, error) {
	return func(image.Image) (Answer, error) {
		a := Answer{Seen: make([]float32, 784), Probabilities: make([]float32, 10)}
		a.Probabilities[digit] = 1
		return a, nil
	}
}

func (f *fake) session(p Pad, served bool) *session {
	var l *line
	if served {
		l = &line{
			received: make(chan string, queue),
			send: func(text string) {
				var m struct{ Type string }
				if err := json.Unmarshal([]byte(text), &m); err != nil {
					panic(err)
				}
				f.sent = append(f.sent, m.Type)
			},
			show: func(id string, _ *plotting.Figure) error { f.shown = append(f.shown, "page"); return nil },
		}
	}
	s := newSession(p, l)
	s.padID, s.plotID = "pad", "plot"
	s.figure = func(_ *plotting.Figure, id string) error { f.shown = append(f.shown, id); return nil }
	s.text = func(text string) { f.texts = append(f.texts, text) }
	return s
}

// run runs a session as Run does, with messages from the page.
func run(ctx context.Context, s *session, messages ...string) error {
	err := s.begin()
	for _, m := range messages {
		s.line.deliver(m)
	}
	if err == nil {
		err = s.serve(ctx)
	}
	return errors.Join(err, s.end())
}

func picture(t *testing.T, kind string, seq int, final bool) string {
	return fmt.Sprintf(`{"type":%q,"seq":%d,"final":%v,"image":%q}`, kind, seq, final, dataURL(t, Example(3)))
}

const hello, done = `{"type":"hello"}`, `{"type":"done","seq":1000}`

func want[T comparable](t *testing.T, what string, got []T, want ...T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestDrawing(t *testing.T) {
	var f fake
	calls := 0
	explain := func(image.Image) (*plotting.Figure, error) { calls++; return &plotting.Figure{}, nil }
	s := f.session(Pad{Recognize: sees(3), Explain: explain}, true)
	if err := run(t.Context(), s, hello, picture(t, "draw", 1, false), picture(t, "draw", 2, true), `{"type":"clear","seq":3}`, done); err != nil {
		t.Fatal(err)
	}
	want(t, "sent", f.sent, "welcome", "answer", "answer", "end")
	want(t, "texts", f.texts, sentenceDrawn)
	if calls != 1 {
		t.Errorf("Explain was called %d times, want once, when the stroke had ended", calls)
	}
	slices.Sort(f.shown)
	want(t, "shown", f.shown, "pad", "page", "plot")
}

// The kernel may deliver messages in another order than the page has sent them.
func TestOvertakenMessages(t *testing.T) {
	var f fake
	s := f.session(Pad{Recognize: sees(3)}, true)
	err := run(t.Context(), s, hello, picture(t, "draw", 2, false), picture(t, "draw", 1, false), `{"type":"clear","seq":5}`, picture(t, "draw", 4, true), done)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "sent", f.sent, "welcome", "answer", "end")
}

// While Explain runs, only the last of the drawings that arrive waits for it.
func TestExplainIsThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f fake
		calls := 0
		explain := func(image.Image) (*plotting.Figure, error) {
			calls++
			time.Sleep(time.Second)
			return &plotting.Figure{}, nil
		}
		s := f.session(Pad{Recognize: sees(3), Explain: explain}, true)
		go func() {
			for seq := range 10 {
				s.line.deliver(picture(t, "draw", 1+seq, true))
				time.Sleep(10 * time.Millisecond)
			}
			time.Sleep(5 * time.Second)
			s.line.deliver(done)
		}()
		if err := run(t.Context(), s, hello); err != nil {
			t.Fatal(err)
		}
		if calls != 2 {
			t.Errorf("Explain was called %d times for ten strokes in 100 ms, want 2", calls)
		}
		if n := len(f.sent); n != 12 {
			t.Errorf("the page got %d messages, want welcome, ten answers and end", n)
		}
	})
}

// A drawing that was cleared while it waited is not explained.
func TestClearedDrawingIsNotExplained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f fake
		calls := 0
		explain := func(image.Image) (*plotting.Figure, error) {
			calls++
			time.Sleep(time.Second)
			return &plotting.Figure{}, nil
		}
		s := f.session(Pad{Recognize: sees(3), Explain: explain}, true)
		err := run(t.Context(), s, hello, picture(t, "draw", 1, true), picture(t, "draw", 2, true), `{"type":"clear","seq":3}`)
		if err != nil {
			t.Fatal(err)
		}
		if calls != 1 {
			t.Errorf("Explain was called %d times, want once", calls)
		}
	})
}

func TestFloodIsDropped(t *testing.T) {
	var f fake
	s := f.session(Pad{Recognize: sees(3)}, true)
	for range 10 * queue {
		s.line.deliver(hello)
	}
	if n := len(s.line.received); n != queue {
		t.Errorf("%d messages wait, want %d", n, queue)
	}
}

func TestBlankIsIgnored(t *testing.T) {
	var f fake
	s := f.session(Pad{Recognize: func(i image.Image) (Answer, error) {
		if blank(i) {
			return Answer{}, errors.New("blank")
		}
		return sees(1)(i)
	}}, true)
	empty := fmt.Sprintf(`{"type":"draw","seq":1,"image":%q}`, dataURL(t, Draw(nil)))
	if err := run(t.Context(), s, hello, empty, done); err != nil {
		t.Fatal(err)
	}
	want(t, "sent", f.sent, "welcome", "end")
	want(t, "texts", f.texts, sentenceExample)
}

func TestKeep(t *testing.T) {
	var f fake
	var kept []int
	s := f.session(Pad{Recognize: sees(3), Keep: func(digit int, _ image.Image) error { kept = append(kept, digit); return nil }}, true)
	messages := []string{hello}
	for seq := range 10 {
		messages = append(messages, picture(t, "keep", 1+seq, false))
	}
	if err := run(t.Context(), s, messages...); err != nil { // ends without done
		t.Fatal(err)
	}
	want(t, "kept", kept, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
	if n := len(f.sent); n != 11 || f.sent[9] != "ask" || f.sent[10] != "end" {
		t.Errorf("sent %v, want welcome, ask nine times, end", f.sent)
	}
}

func TestEnds(t *testing.T) {
	for _, test := range []struct {
		why   string
		after time.Duration
		send  []string
		want  string
	}{
		{"no browser", connectTimeout, nil, sentenceNobody},
		{"nobody draws", idleTimeout, []string{hello}, sentenceExample},
		{"nobody draws any more", idleTimeout, []string{hello, picture(t, "draw", 1, true)}, sentenceDrawn},
	} {
		t.Run(test.why, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var f fake
				start := time.Now()
				if err := run(t.Context(), f.session(Pad{Recognize: sees(3)}, true), test.send...); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(start); took != test.after {
					t.Errorf("the pad ended after %v, want %v", took, test.after)
				}
				want(t, "texts", f.texts, test.want)
				if f.shown[len(f.shown)-1] != "pad" {
					t.Errorf("shown: %v; want a figure in the pad's place at the end", f.shown)
				}
				if test.send == nil && len(f.sent) > 0 {
					t.Errorf("sent %v, to nobody", f.sent) // GoNB would leave a script in the output
				}
			})
		})
	}
	t.Run("nobody draws, and the page asks whether the program still runs", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var f fake
			s, start := f.session(Pad{Recognize: sees(3)}, true), time.Now()
			time.AfterFunc(idleTimeout/2, func() { s.line.deliver(hello) })
			if err := run(t.Context(), s, hello); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took != idleTimeout {
				t.Errorf("the pad ended after %v, want %v", took, idleTimeout)
			}
			if !slices.Equal(f.sent, []string{"welcome", "welcome", "end"}) {
				t.Errorf("sent %v, want an answer to each hello", f.sent)
			}
		})
	})
	t.Run("stop button", func(t *testing.T) {
		var f fake
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := run(ctx, f.session(Pad{Recognize: sees(3)}, true)); err != nil {
			t.Errorf("the stop button makes the error %v", err)
		}
	})
	t.Run("without a server", func(t *testing.T) {
		var f fake
		if err := f.session(Pad{Recognize: sees(3)}, false).end(); err != nil {
			t.Fatal(err)
		}
		want(t, "shown", f.shown, "pad")
		want(t, "texts", f.texts, sentenceExample)
	})
}

func TestErrorsEndRun(t *testing.T) {
	broken := errors.New("broken")
	fails := func(image.Image) (Answer, error) { return Answer{}, broken }
	seven := func(i image.Image) (Answer, error) { // fails for the page's drawing only
		if i.(*image.Gray).Pix[Size*40+150] < 100 {
			return fails(i)
		}
		return sees(7)(i)
	}
	for _, test := range []struct {
		why, message, want string
		pad                Pad
	}{
		{"no JSON", "nonsense", "not JSON", Pad{Recognize: sees(3)}},
		{"a digit to keep that nobody asked for", picture(t, "keep", 1, true), "nobody asked", Pad{Recognize: sees(3)}},
		{"Recognize", picture(t, "draw", 1, true), "broken", Pad{Recognize: seven}},
		{"Keep", picture(t, "keep", 1, true), "broken", Pad{Recognize: sees(3), Keep: func(int, image.Image) error { return broken }}},
		{"Explain", picture(t, "draw", 1, true), "broken", Pad{Recognize: sees(3), Explain: func(image.Image) (*plotting.Figure, error) { return nil, broken }}},
	} {
		t.Run(test.why, func(t *testing.T) {
			var f fake
			err := run(t.Context(), f.session(test.pad, true), hello, test.message)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v; want one with %q", err, test.want)
			}
		})
	}
	if err := (Pad{}).Run(t.Context()); err == nil || !strings.Contains(err.Error(), "Recognize is nil") {
		t.Errorf("without Recognize the error is %v", err)
	}
	if err := (Pad{Recognize: sees(3)}).Run(t.Context()); err == nil || !strings.Contains(err.Error(), "not running in a GoNB notebook") {
		t.Errorf("outside a notebook the error is %v", err)
	}
}
