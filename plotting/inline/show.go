// Package inline shows figures in the output of a GoNB notebook cell: one at a time with [Show], or
// a training run that redraws itself in place with [Live].
package inline

import (
	"errors"
	"fmt"
	"time"

	"github.com/janpfeifer/gonb/gonbui"

	"github.com/easy-gomlx/tutorials/plotting"
)

// Show displays a figure below the notebook cell that is running, and returns once the notebook has
// it. Outside a GoNB notebook it returns an error: save the figure to a file there.
func Show(f *plotting.Figure) error {
	if !gonbui.IsNotebook {
		return errors.New("inline: this program does not run in a GoNB notebook; write the figure to a file with its Save method")
	}
	message, err := figureMessage(f, "")
	if err != nil {
		return fmt.Errorf("inline: showing the figure: %w", err)
	}
	gonbui.SendData(message)
	return flush()
}

// flushTimeout is how long the kernel may take to confirm what was sent; usually it is milliseconds.
const flushTimeout = 10 * time.Second

// flush waits until the kernel has taken over all that was sent: what is still on its way when the
// program of a cell ends is lost.
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
	for { // Sync itself waits for ever if the pipe breaks meanwhile
		select {
		case <-synced:
			return nil
		case <-time.After(100 * time.Millisecond):
			if err := gonbui.Error(); err != nil {
				return fmt.Errorf("inline: the GoNB kernel is gone: %w", err)
			}
		case <-deadline:
			return fmt.Errorf("inline: the GoNB kernel did not confirm within %v; restart the kernel and run the cell again", flushTimeout)
		}
	}
}
