package inline

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	"github.com/easy-gomlx/tutorials/birnn/history"
	"github.com/easy-gomlx/tutorials/plotting"
)

const (
	redrawEvery = 400 * time.Millisecond // at most
	restFactor  = 19                     // the pause after drawing, relative to its time: drawing takes at most 5%
)

// Live shows a training run as it proceeds: a line of progress and the learning curves of
// [plotting.Curves], redrawn in place.
//
//	live := inline.NewLive(epochs, stepsPerEpoch)
//	for ... {
//		live.Step(step, loss, accuracy)
//	}
//	err := live.Done()
//
// It redraws every 400 ms at most, and less often if drawing would take more than 5% of the time.
// Outside a GoNB notebook it shows nothing and only records, so that the same training loop works in
// a program or a test. Its methods may be called from several goroutines.
type Live struct {
	run    run
	now    func() time.Time
	send   func(*protocol.DisplayData) // nil outside a notebook
	flush  func() error
	lineID string
	plotID string

	mu       sync.Mutex
	nextDraw time.Time
	finished bool
	err      error // if set, nothing more is drawn
}

// NewLive returns a Live for a run of epochs times stepsPerEpoch steps that starts now. Either may be
// zero, for unknown: the line of progress then shows no totals and no remaining time.
func NewLive(epochs, stepsPerEpoch int) *Live {
	l := &Live{now: time.Now, lineID: gonbui.UniqueId(), plotID: gonbui.UniqueId()}
	if gonbui.IsNotebook {
		l.send, l.flush = gonbui.SendData, flush
	}
	l.run = newRun(max(0, epochs), max(0, stepsPerEpoch), l.now())
	l.reserve()
	return l
}

// reserve shows placeholders for the line and the curves, so that they stay together, above what the
// cell prints later.
func (l *Live) reserve() {
	if l.send != nil {
		l.send(textMessage("preparing the first step", l.lineID))
		l.send(textMessage("", l.plotID))
		l.err = l.flush()
	}
}

// Resume starts the curves with the record of the run that this one resumes. An empty record
// changes nothing. Call it before the first Step.
func (l *Live) Resume(record history.Record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.run.resume(record)
	if l.run.before > 0 {
		l.drawIfDue()
	}
}

// Step records a training step, counted from 1, with the loss and the accuracy (0..1) of its batch.
// Steps may be left out, but must ascend.
func (l *Live) Step(step int, loss, accuracy float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.run.step(l.now(), step, loss, accuracy)
	l.drawIfDue()
}

// Validation records the loss and the accuracy (0..1) on the validation set after a step.
func (l *Live) Validation(step int, loss, accuracy float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.run.evaluation(l.now(), step, loss, accuracy)
	l.drawIfDue()
}

// History returns a copy of the record so far.
func (l *Live) History() history.Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.run.Clone()
}

// Done shows the final curves with a closing line, and returns once the notebook has received them.
// If the curves could not be drawn, because of steps out of order for example, it returns that
// error. Further calls do nothing; what is recorded after Done is not shown.
func (l *Live) Done() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.finished || l.send == nil {
		return l.err
	}
	l.finished = true
	l.send(textMessage(l.run.closingLine(l.now()), l.lineID))
	l.draw()
	return errors.Join(l.err, l.flush())
}

func (l *Live) drawIfDue() {
	start := l.now()
	if l.finished || l.send == nil || l.err != nil || start.Before(l.nextDraw) {
		return
	}
	l.send(textMessage(l.run.progressLine(), l.lineID))
	l.draw()
	end := l.now()
	l.nextDraw = end.Add(max(redrawEvery, restFactor*end.Sub(start)))
}

func (l *Live) draw() {
	if l.run.lastStep() == 0 || l.err != nil {
		return
	}
	figure, err := plotting.Curves(l.run.Record)
	if err != nil {
		l.err = fmt.Errorf("inline: drawing the curves: %w", err)
		return
	}
	message, err := figureMessage(figure, l.plotID)
	if err != nil {
		l.err = fmt.Errorf("inline: drawing the curves: %w", err)
		return
	}
	l.send(message)
}
