package inline

import (
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	"github.com/easy-gomlx/tutorials/birnn/history"
)

// stage is a Live with a fake clock, and records what it sends.
type stage struct {
	*Live
	clock    time.Time
	drawTime time.Duration // added to the clock for each figure
	lines    []string
	figures  []string // their text alternatives
	sentAt   []time.Time
	flushed  int
}

func newStage(epochs, stepsPerEpoch int) *stage {
	s := &stage{clock: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	s.Live = &Live{lineID: "line", plotID: "plot"}
	s.now = func() time.Time { return s.clock }
	s.flush = func() error { s.flushed++; return nil }
	s.send = func(message *protocol.DisplayData) {
		text := message.Data[protocol.MIMETextPlain].(string)
		if message.DisplayID == "line" {
			s.lines = append(s.lines, text)
			return
		}
		s.clock = s.clock.Add(s.drawTime)
		s.figures, s.sentAt = append(s.figures, text), append(s.sentAt, s.clock)
	}
	s.run = newRun(epochs, stepsPerEpoch, s.clock)
	return s
}

// train takes steps, each of which takes the given time.
func (s *stage) train(from, to int, each time.Duration) {
	for step := from; step <= to; step++ {
		s.clock = s.clock.Add(each)
		s.Step(step, 1/float64(step), 0.5)
	}
}

func TestLiveLimitsRedrawing(t *testing.T) {
	for _, test := range []struct {
		why      string
		drawTime time.Duration
		want     int // figures in ten seconds of steps
	}{
		{"every 400 ms if drawing is fast", 10 * time.Millisecond, 25},
		{"less often if drawing is slow", 100 * time.Millisecond, 5},
	} {
		t.Run(test.why, func(t *testing.T) {
			s := newStage(10, 550)
			s.drawTime = test.drawTime
			s.train(1, 1000, 10*time.Millisecond)
			if n := len(s.figures); n < test.want-1 || n > test.want+1 {
				t.Errorf("%d figures in ten seconds, want about %d", n, test.want)
			}
			for i := 1; i < len(s.sentAt); i++ {
				if gap := s.sentAt[i].Sub(s.sentAt[i-1]); gap < redrawEvery {
					t.Fatalf("figure %d came %v after the previous one", i, gap)
				}
			}
			if len(s.lines) != len(s.figures) {
				t.Errorf("%d lines for %d figures", len(s.lines), len(s.figures))
			}
		})
	}
}

func TestLiveProgressLine(t *testing.T) {
	s := newStage(10, 550)
	s.clock = s.clock.Add(3 * time.Second) // compiling, which is not part of the pace
	s.Step(1, 2.3026, 0.1)
	s.nextDraw = s.clock.Add(time.Hour) // only the line matters here
	s.train(2, 1400, 25*time.Millisecond)
	if want := "epoch 1/10 · step 1 of 5,500 · loss 2.30 · accuracy 10.0%"; s.lines[0] != want {
		t.Errorf("first line is %q, want %q: the pace is not known yet", s.lines[0], want)
	}
	want := "epoch 3/10 · step 1,400 of 5,500 · loss 0.00071 · accuracy 50.0% · 25 ms/step · 1 min 43 s left"
	if got := s.run.progressLine(); got != want {
		t.Errorf("line is %q, want %q", got, want)
	}
}

func TestEpoch(t *testing.T) {
	r := newRun(10, 550, time.Time{})
	for step, want := range map[int]string{
		0: "epoch 1/10", 1: "epoch 1/10", 550: "epoch 1/10", 551: "epoch 2/10", 5500: "epoch 10/10", 5501: "epoch 10/10",
	} {
		if got := r.epoch(step); got != want {
			t.Errorf("step %d is in %q, want %q", step, got, want)
		}
	}
}

func TestLiveUnknownLength(t *testing.T) {
	s := newStage(0, 0)
	s.nextDraw = s.clock.Add(time.Hour)
	s.train(1, 100, 30*time.Millisecond)
	if want := "step 100 · loss 0.01 · accuracy 50.0% · 30 ms/step"; s.run.progressLine() != want {
		t.Errorf("line is %q, want %q", s.run.progressLine(), want)
	}
}

func TestLiveDoneShowsTheLastState(t *testing.T) {
	s := newStage(1, 20)
	s.train(1, 20, time.Millisecond) // all but the first are too early to be redrawn
	s.Validation(20, 0.07, 0.977)
	if len(s.figures) != 1 {
		t.Fatalf("%d figures before Done, want 1", len(s.figures))
	}
	if err := s.Done(); err != nil {
		t.Fatal(err)
	}
	if want := "20 steps in 0 s · last batch: loss 0.05, accuracy 50.0% · validation: loss 0.07, accuracy 97.7%"; s.lines[1] != want {
		t.Errorf("closing line is %q, want %q", s.lines[1], want)
	}
	if last := s.figures[1]; !strings.Contains(last, "steps 1 to 20") || !strings.Contains(last, "97.7%") {
		t.Errorf("last figure shows %q, want all 20 steps and the evaluation", last)
	}
	if err := s.Done(); err != nil || s.flushed != 1 || len(s.figures) != 2 {
		t.Errorf("a second Done: error %v, %d flushes, %d figures; want no effect", err, s.flushed, len(s.figures))
	}
	s.train(21, 30, time.Second)
	if len(s.figures) != 2 {
		t.Error("a step after Done was drawn")
	}
}

func TestLiveStoppedEarly(t *testing.T) {
	s := newStage(10, 550)
	s.train(1, 3, time.Second)
	s.train(1400, 1400, 137*time.Second)
	if err := s.Done(); err != nil {
		t.Fatal(err)
	}
	want := "stopped at step 1,400 of 5,500 in 2 min 20 s · "
	if last := s.lines[len(s.lines)-1]; !strings.HasPrefix(last, want) {
		t.Errorf("closing line is %q, want it to start with %q", last, want)
	}
}

// TestLiveResumes: the curves include those of the resumed run, pace and
// closing line do not.
func TestLiveResumes(t *testing.T) {
	before := newStage(2, 100)
	before.train(1, 120, 10*time.Millisecond)
	before.Validation(100, 0.5, 0.9)
	s := newStage(2, 100)
	s.Resume(before.History())
	if len(s.figures) != 1 || !strings.Contains(s.figures[0], "steps 1 to 120") {
		t.Errorf("figures %q; want one of the resumed run", s.figures)
	}
	s.train(121, 200, time.Second)
	if err := s.Done(); err != nil {
		t.Fatal(err)
	}
	if last := s.figures[len(s.figures)-1]; !strings.Contains(last, "steps 1 to 200") {
		t.Errorf("last figure shows %q, want both runs", last)
	}
	if got, want := s.lines[len(s.lines)-1], "200 steps, the last 80 in 1 min 20 s · "; !strings.HasPrefix(got, want) {
		t.Errorf("closing line is %q, want it to start with %q", got, want)
	}
	again := newStage(2, 100) // of a finished run
	again.Resume(s.History())
	if err := again.Done(); err != nil {
		t.Fatal(err)
	}
	if got, want := again.lines[len(again.lines)-1], "200 steps · "; !strings.HasPrefix(got, want) {
		t.Errorf("closing line is %q, want it to start with %q", got, want)
	}
	fresh := newStage(1, 10)
	fresh.Resume(history.Record{})
	if len(fresh.figures)+len(fresh.lines) != 0 {
		t.Error("an empty record was drawn")
	}
}

func TestLiveWithoutSteps(t *testing.T) {
	s := newStage(10, 550)
	if err := s.Done(); err != nil {
		t.Fatal(err)
	}
	if len(s.figures) != 0 || s.lines[0] != "stopped at step 0 of 5,500 in 0 s" {
		t.Errorf("%d figures, lines %q; want only a line", len(s.figures), s.lines)
	}
}

func TestLiveDiverging(t *testing.T) {
	s := newStage(1, 3)
	s.Step(1, math.NaN(), math.NaN())
	s.Step(2, math.Inf(1), 0)
	if err := s.Done(); err != nil {
		t.Errorf("a run that diverges: %v; want it drawn", err)
	}
}

func TestLiveStepsOutOfOrder(t *testing.T) {
	s := newStage(10, 550)
	s.train(1, 3, time.Second)
	s.Step(2, 1, 0.5)
	err := s.Done()
	if err == nil || !strings.Contains(err.Error(), "Training.Steps[3] is 2 after 3") {
		t.Errorf("error is %v; want the step that is out of order", err)
	}
}

func TestLiveOutsideNotebook(t *testing.T) {
	live := NewLive(1, 2)
	live.Step(1, 2.3, 0.1)
	live.Validation(1, 2.2, 0.2)
	if err := live.Done(); err != nil {
		t.Error(err)
	}
	record := live.History()
	want := history.Record{
		Training:   history.Series{Steps: []int{1}, Loss: []float64{2.3}, Accuracy: []float64{0.1}},
		Validation: history.Series{Steps: []int{1}, Loss: []float64{2.2}, Accuracy: []float64{0.2}},
	}
	if diff := cmp.Diff(want, record); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	record.Training.Loss[0] = 9
	if live.History().Training.Loss[0] != 2.3 {
		t.Error("History shares memory with Live")
	}
}

// TestLiveFromSeveralGoroutines is for -race.
func TestLiveFromSeveralGoroutines(t *testing.T) {
	s := newStage(1, 100)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 50 {
				s.Step(1, 1, 0.5)
				s.History()
			}
		})
	}
	group.Wait()
	if training := s.History().Training; len(training.Steps) != 200 {
		t.Errorf("%d steps recorded, want 200", len(training.Steps))
	}
}
