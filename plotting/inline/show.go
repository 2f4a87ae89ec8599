// Package inline shows figures in the output of a GoNB notebook's cell: one at a time with [Show], or
// with [Live] the learning curves of a training run, redrawn in place.
package inline

import (
	"errors"
	"fmt"
	"time"

	"github.com/janpfeifer/gonb/gonbui"

	"github.com/easy-gomlx/tutorials/plotting"
)

// Show displays a figure in the output of the running cell, and returns once the notebook has
// received it. Outside a GoNB notebook it returns an error.
func Show(f *plotting.Figure) error { return Update(f, "") }

// Update is like Show, but the figure replaces what this cell, or an earlier one, displayed with the
// same displayID, which may be any text that is unique in the notebook.
func Update(f *plotting.Figure, displayID string) error {
	if !gonbui.IsNotebook {
		return errors.New("inline: this program is not running in a GoNB notebook; use Figure.Save to write the figure to a file")
	}
	message, err := figureMessage(f, displayID)
	if err != nil {
		return fmt.Errorf("inline: showing the figure: %w", err)
	}
	gonbui.SendData(message)
	return flush()
}

// flushTimeout is how long the kernel may take to confirm what was sent. It usually takes milliseconds.
const flushTimeout = 10 * time.Second

// flush waits until the kernel has received everything that was sent. What it has not received when
// the cell's program ends is lost.
func flush() error {
	if err := gonbui.Error(); err != nil {
		return fmt.Errorf("inline: talking to the GoNB kernel: %w", err)
	}
	synced := make(chan struct{})
	go func() {
		defer close(synced)
		gonbui.Sync()
	}()
	deadline := time.After(flushTimeout)
	for { // Sync never returns if the pipe breaks meanwhile
		select {
		case <-synced:
			return nil
		case <-time.After(100 * time.Millisecond):
			if err := gonbui.Error(); err != nil {
				return fmt.Errorf("inline: the GoNB kernel has exited: %w", err)
			}
		case <-deadline:
			return fmt.Errorf("inline: the GoNB kernel did not confirm within %v; restart the kernel and run the cell again", flushTimeout)
		}
	}
}
