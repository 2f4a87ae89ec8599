// Package doctor examines what the notebooks need, without changing anything, and says what mends what is wrong.
package doctor

import (
	"context"
	"errors"

	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
)

// ErrUnwell: something is wrong, and has been told.
var ErrUnwell = errors.New("something is wrong")

const prepare = "go run ./notebooks -prepare"

// finding is what was found out about one part.
type finding struct {
	part   string
	detail string // when it is well
	err    error  // when it is not
	mend   string // the line that mends it; empty where the error says what to do
}

// Examine prints a line for each part, and what to do where one is unwell.
func Examine(ctx context.Context, s *setup.Setup, port int) error {
	p := patient{setup: s, port: port}
	unwell := 0
	for _, check := range []func(context.Context) finding{
		p.cache, p.disk, p.goCommand, p.python, p.jupyter, p.kernel, p.plugin, p.backend, p.mnist, p.freePort,
	} {
		f := check(ctx)
		if ctx.Err() != nil {
			return errors.New("stopped")
		}
		if f.err == nil {
			s.Console.Done("%s: %s", f.part, f.detail)
			continue
		}
		unwell++
		tell(s.Console, f)
	}
	if unwell > 0 {
		return ErrUnwell
	}
	return nil
}

func tell(c *setup.Console, f finding) {
	c.Fault("%s: %v", f.part, f.err)
	if f.mend != "" {
		c.Say("  mend it with: %s", f.mend)
	}
}
