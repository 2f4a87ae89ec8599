package fetch

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

const (
	slowest        = 1024 // bytes a second, on average over StallTimeout
	reportInterval = 500 * time.Millisecond
)

// watch ends a try whose server is too slow: at the end of each stretch of time it looks at what has come in since.
type watch struct {
	received atomic.Int64
	done     chan struct{}
}

func startWatch(stretch time.Duration, cancel context.CancelCauseFunc) *watch {
	w := &watch{done: make(chan struct{})}
	enough := max(1, int64(slowest*stretch.Seconds()))
	go func() {
		ticker := time.NewTicker(stretch)
		defer ticker.Stop()
		before := int64(0)
		for {
			select {
			case <-w.done:
				return
			case <-ticker.C:
			}
			now := w.received.Load()
			if now-before < enough {
				cancel(&StallError{Waited: stretch, Received: now})
				return
			}
			before = now
		}
	}()
	return w
}

func (w *watch) stop() { close(w.done) }

// meter reads the body of an answer: it feeds the watch, reports progress, and keeps how the connection itself ended.
type meter struct {
	body    io.Reader
	watch   *watch
	limit   int64 // the most bytes to receive, whatever they decode to
	total   int64 // the announced length; negative: unknown
	what    string
	report  func(format string, args ...any)
	err     error // the first error of body, io.EOF included
	webPage bool

	reported time.Time
}

func (m *meter) Read(p []byte) (int, error) {
	before := m.watch.received.Load()
	if before > m.limit {
		return 0, fmt.Errorf("more than %s came in without an end", amount(m.limit))
	}
	n, err := m.body.Read(p)
	if err != nil {
		m.err = err
	}
	if before == 0 && n > 0 {
		m.webPage = strings.HasPrefix(http.DetectContentType(p[:n]), "text/html")
	}
	m.progress(m.watch.received.Add(int64(n)))
	return n, err
}

func (m *meter) progress(received int64) {
	if now := time.Now(); now.Sub(m.reported) >= reportInterval {
		m.reported = now
		if m.total > 0 {
			m.report("%s: %s of %s", m.what, amount(received), amount(m.total))
		} else {
			m.report("%s: %s", m.what, amount(received))
		}
	}
}
