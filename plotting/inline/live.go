package inline

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	"github.com/easy-gomlx/tutorials/plotting"
)

const (
	// redrawEvery is the shortest time from one redrawing to the next.
	redrawEvery = 400 * time.Millisecond
	// restFactor makes drawing take at most one part in twenty of the time.
	restFactor = 19
)

// Live shows a training run while it happens: one line of progress and the curves of
// [plotting.Curves], which replace themselves in place.
//
//	live := inline.NewLive(epochs, stepsPerEpoch)
//	for ... {
//		live.Step(step, loss, accuracy)
//	}
//	err := live.Done()
//
// A run that goes on with an earlier one begins with its curves: see [Live.GoOn].
//
// It redraws at most every 400 ms, and less often where drawing would take more than 5% of the time.
// Outside a GoNB notebook it shows nothing and only collects, so that a training loop works
// unchanged in a program or a test. Its methods may be called from several goroutines.
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
	err      error // what made drawing stop
}

// NewLive starts a run of epochs times stepsPerEpoch steps, and shows where its progress will be;
// its clock starts now. Zero for either
// means unknown: the progress line then goes without totals and remaining time.
func NewLive(epochs, stepsPerEpoch int) *Live {
	l := &Live{now: time.Now, lineID: gonbui.UniqueId(), plotID: gonbui.UniqueId()}
	if gonbui.IsNotebook {
		l.send, l.flush = gonbui.SendData, flush
	}
	l.run = newRun(max(0, epochs), max(0, stepsPerEpoch), l.now())
	l.reserve()
	return l
}

// reserve puts two empty outputs where line and curves will be, so that they stay together, above
// what the cell prints from now on.
func (l *Live) reserve() {
	if l.send != nil {
		l.send(textMessage("preparing the first step", l.lineID))
		l.send(textMessage("", l.plotID))
		l.err = l.flush()
	}
}

// GoOn begins the curves with what an earlier run recorded that this one goes on with; empty series
// change nothing. It comes before the first Step.
func (l *Live) GoOn(training, validation plotting.Series) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.run.goOn(clone(training), clone(validation))
	if l.run.before > 0 {
		l.drawIfDue()
	}
}

// Step records a training step: the number of steps made so far (1 after the first), and the loss
// and the accuracy (0..1) of its batch. It need not be called for every step, but in their order.
func (l *Live) Step(step int, loss, accuracy float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.run.step(l.now(), step, loss, accuracy)
	l.drawIfDue()
}

// Validation records loss and accuracy (0..1) on the validation set after the given number of steps.
func (l *Live) Validation(step int, loss, accuracy float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.run.evaluation(l.now(), step, loss, accuracy)
	l.drawIfDue()
}

// Series returns copies of what was recorded so far.
func (l *Live) Series() (training, validation plotting.Series) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return clone(l.run.training), clone(l.run.validation)
}

// Done shows the last state with a closing line, and returns once the notebook has it. It returns
// the error that kept the curves from being drawn, such as steps out of order. Further calls do
// nothing; what is recorded after Done is not shown.
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
	if len(l.run.training.Steps)+len(l.run.validation.Steps) == 0 || l.err != nil {
		return
	}
	figure, err := plotting.Curves(l.run.training, l.run.validation)
	if err != nil {
		l.err = fmt.Errorf("inline: drawing the run: %w", err)
		return
	}
	message, err := figureMessage(figure, l.plotID)
	if err != nil {
		l.err = fmt.Errorf("inline: drawing the run: %w", err)
		return
	}
	l.send(message)
}

func clone(s plotting.Series) plotting.Series {
	return plotting.Series{Steps: slices.Clone(s.Steps), Loss: slices.Clone(s.Loss), Accuracy: slices.Clone(s.Accuracy)}
}
