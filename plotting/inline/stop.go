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

// The causes, as [context.Cause] returns them, for which the context of [Stoppable] is canceled.
var (
	ErrStopped    = errors.New("inline: the cell was stopped")
	ErrKernelGone = errors.New("inline: the kernel that runs the cell has exited")
)

// Stoppable returns a context that is canceled when the notebook's stop button is pressed. The button interrupts the cell's program, and
// kills it if it is still running five seconds later, so save what matters and return. A second interrupt ends the program immediately.
//
// The context is also canceled when the kernel exits, because it was restarted or killed: the program would otherwise keep running
// unnoticed. What it prints then is lost.
//
// Outside a notebook the context is canceled at the first Ctrl-C or SIGTERM.
func Stoppable() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		signal.Stop(signals) // the next one ends the program
		cancel(ErrStopped)
	}()
	if gonbui.IsNotebook {
		signal.Ignore(sigpipe) // or printing after the kernel has exited would end the program before it has saved
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

const (
	parentInterval = 200 * time.Millisecond // between checks that the kernel is still running
	sigpipe        = syscall.Signal(13)     // SIGPIPE, which package syscall does not define for js
)
