package inline

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
)

// The reasons for which the context of [Stoppable] ends, as [context.Cause] gives them.
var (
	ErrStopped    = errors.New("inline: the cell was stopped")
	ErrKernelGone = errors.New("inline: the kernel that runs the cell is gone")
)

// Stoppable returns a context for work that takes long. It ends when the notebook's stop button is
// pressed, which sends the cell's program an interrupt and kills it five seconds later if it still
// runs; so save what is worth it and return. A second interrupt ends the program at once.
//
// It also ends when the kernel is gone, restarted or killed, which would otherwise leave the program
// running with nobody to see it. What it prints then goes nowhere.
//
// Outside a notebook it ends at the first Ctrl-C, or SIGTERM.
func Stoppable() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		signal.Stop(signals) // the next one has its usual effect
		cancel(ErrStopped)
	}()
	if gonbui.IsNotebook {
		signal.Ignore(syscall.SIGPIPE) // printing after the kernel has gone is no reason to end before all is saved
		kernel := os.Getppid()
		go func() {
			for os.Getppid() == kernel {
				time.Sleep(parentInterval)
			}
			cancel(ErrKernelGone)
		}()
	}
	return ctx
}

// parentInterval is how often a program looks whether its kernel is still there.
const parentInterval = 200 * time.Millisecond
