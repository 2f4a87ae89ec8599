package setup

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"sync"
	"time"
)

// Console prints what happens, a line for each event. A terminal also shows what is in progress, in a line that the next one
// overwrites.
type Console struct {
	out      io.Writer
	terminal bool

	mu        sync.Mutex
	transient bool // the last line is to be overwritten
}

// NewConsole returns a console that writes to a file, which may be a terminal.
func NewConsole(f *os.File) *Console {
	info, err := f.Stat()
	return &Console{out: f, terminal: err == nil && info.Mode()&os.ModeCharDevice != 0}
}

// Done prints what succeeded.
func (c *Console) Done(format string, args ...any) { c.line("✓ "+format, args...) }

// Failed prints what failed.
func (c *Console) Failed(format string, args ...any) { c.line("✗ "+format, args...) }

// Say prints anything else.
func (c *Console) Say(format string, args ...any) { c.line("  "+format, args...) }

// progress matches reports of a download in progress.
var progress = regexp.MustCompile(`: [0-9.]+ [kMG]?B( of [0-9.]+ [kMG]?B)?$`)

// Report prints a report of a package that downloads. Only a terminal shows the progress of a download.
func (c *Console) Report(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !progress.MatchString(text) {
		c.Say("%s", text)
	} else if c.terminal {
		c.show("  " + text)
	}
}

// Working prints what is in progress. The function that it returns prints what was done, and how long it took.
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
