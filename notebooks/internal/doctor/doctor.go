// Package doctor checks what the notebooks need, without changing anything, and
// reports how to fix what is wrong.
package doctor

import (
	"context"
	"errors"

	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
)

// ErrProblems means that Check found problems and printed them.
var ErrProblems = errors.New("some checks failed")

// prepare is the command that installs what is missing.
var prepare = setup.Command() + " -prepare"

// finding is the result of a check.
type finding struct {
	part   string
	detail string // printed if err is nil
	err    error
	fix    string // a command; empty if err says what to do
}

// Check prints a line for each part, and for each problem how to fix it.
func Check(ctx context.Context, s *setup.Setup, port int) error {
	c := checks{setup: s, port: port}
	problems := false
	for _, check := range []func(context.Context) finding{
		c.cache, c.disk, c.goCommand, c.python, c.jupyter, c.kernel, c.plugin, c.backend, c.mnist, c.speech, c.freePort,
	} {
		f := check(ctx)
		if ctx.Err() != nil {
			return errors.New("stopped")
		}
		if f.err == nil {
			s.Console.Done("%s: %s", f.part, f.detail)
			continue
		}
		problems = true
		s.Console.Failed("%s: %v", f.part, f.err)
		if f.fix != "" {
			s.Console.Say("  to fix it: %s", f.fix)
		}
	}
	if problems {
		return ErrProblems
	}
	return nil
}
