package setup

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"sync"
	"time"
)

// Console tells a person what is going on, a line for each thing. What is under way is shown too, and on a terminal overwritten by
// what comes next.
type Console struct {
	out      io.Writer
	terminal bool

	mu        sync.Mutex
	transient bool // the line on the screen has no end yet
}

// NewConsole writes to a file, which may be a terminal.
func NewConsole(f *os.File) *Console {
	info, err := f.Stat()
	return &Console{out: f, terminal: err == nil && info.Mode()&os.ModeCharDevice != 0}
}

// Done tells of something that is as it should be.
func (c *Console) Done(format string, args ...any) { c.line("✓ "+format, args...) }

// Fault tells of something that is wrong.
func (c *Console) Fault(format string, args ...any) { c.line("✗ "+format, args...) }

// Say tells anything else.
func (c *Console) Say(format string, args ...any) { c.line("  "+format, args...) }

// progress matches reports of a download under way.
var progress = regexp.MustCompile(`: [0-9.]+ [kMG]?B( of [0-9.]+ [kMG]?B)?$`)

// Report passes on the report of a package that downloads: the progress to a terminal only.
func (c *Console) Report(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !progress.MatchString(text) {
		c.Say("%s", text)
	} else if c.terminal {
		c.show("  " + text)
	}
}

// Working shows what has begun. The function that it returns tells that it is done, with the time it took.
func (c *Console) Working(format string, args ...any) (done func(format string, args ...any)) {
	start := time.Now()
	if c.terminal {
		c.show("… " + fmt.Sprintf(format, args...))
	} else {
		c.line("… "+format, args...)
	}
	return func(format string, args ...any) {
		c.Done("%s (%s)", fmt.Sprintf(format, args...), time.Since(start).Round(100*time.Millisecond))
	}
}

func (c *Console) line(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clear()
	fmt.Fprintf(c.out, format+"\n", args...)
}

func (c *Console) show(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clear()
	fmt.Fprint(c.out, text)
	c.transient = true
}

func (c *Console) clear() {
	if c.transient {
		fmt.Fprint(c.out, "\r\x1b[K")
		c.transient = false
	}
}
