package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

// client has no overall time limit, since a large file over a slow connection takes long: watch ends an attempt that stalls.
var client = &http.Client{Transport: &http.Transport{
	Proxy:                 http.ProxyFromEnvironment,
	DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
	TLSHandshakeTimeout:   10 * time.Second,
	ResponseHeaderTimeout: 30 * time.Second,
	IdleConnTimeout:       10 * time.Second,
	ForceAttemptHTTP2:     true,
}}

// Page returns the content of a small page, at most 4 MiB, within 30 seconds.
func Page(ctx context.Context, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	response, err := get(ctx, address, false)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", redacted(address), err)
	}
	defer response.Body.Close()
	return io.ReadAll(io.LimitReader(response.Body, 4<<20))
}

// get sends a request and returns the response if its status is 200. fresh asks proxies for a new copy.
func get(ctx context.Context, address string, fresh bool) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, &permanentError{errors.New("invalid address")} // err may show a password
	}
	if s := request.URL.Scheme; s != "http" && s != "https" {
		return nil, &permanentError{errors.New("the address starts with neither http:// nor https://")}
	}
	request.Header.Set("Accept-Encoding", "identity") // the transport must not decode what Decode or the digest expects as stored
	if fresh {
		request.Header.Set("Cache-Control", "no-cache")
	}
	response, err := client.Do(request)
	var wrapped *url.Error
	if errors.As(err, &wrapped) { // the caller names the address
		err = wrapped.Err
	}
	if err != nil {
		return nil, requestError(err)
	}
	if response.StatusCode != http.StatusOK {
		response.Body.Close()
		return nil, statusError(response.StatusCode)
	}
	return response, nil
}

// try downloads from one address. The temporary file comes first, so that nothing is requested if it can't be stored.
func (o Options) try(ctx context.Context, address, dst string, fresh bool) error {
	f, err := create(dst)
	if err != nil {
		return err
	}
	defer f.Discard()

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	m := &meter{report: o.Report}
	go m.watch(ctx, o.stallTimeout, cancel)

	response, err := get(ctx, address, fresh)
	if err == nil {
		defer response.Body.Close()
		m.what, m.total = filepath.Base(dst)+" from "+response.Request.URL.Host, response.ContentLength
		m.body = io.LimitReader(response.Body, 2*o.Size+1<<20) // however little that decodes to
		err = o.store(f, m)
	}
	var stalled *stallError // which an HTTP/2 transport doesn't return
	if err != nil && errors.As(context.Cause(ctx), &stalled) {
		return stalled
	}
	var storage *StorageError
	if err != nil && response != nil && !errors.As(err, &storage) && strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
		return fmt.Errorf("%w; it is a web page, perhaps the login page of this network", err)
	}
	return err
}

const (
	slowest        = 1024 // bytes a second
	reportInterval = 500 * time.Millisecond
)

// meter counts what is read from body and reports progress.
type meter struct {
	body     io.Reader
	what     string
	total    int64 // the announced length; negative: unknown
	report   func(format string, args ...any)
	received atomic.Int64
	reported time.Time
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.body.Read(p)
	received := m.received.Add(int64(n))
	if now := time.Now(); now.Sub(m.reported) >= reportInterval {
		m.reported = now
		if m.total > 0 {
			m.report("%s: %.1f of %.1f MB", m.what, float64(received)/1e6, float64(m.total)/1e6)
		} else {
			m.report("%s: %.1f MB", m.what, float64(received)/1e6)
		}
	}
	return n, err
}

// stallError is the reason why watch cancels an attempt.
type stallError struct{ waited time.Duration }

func (e *stallError) Error() string {
	return fmt.Sprintf("the server stalled: less than 1 KiB/s for %v", e.waited)
}

// watch cancels when less than [slowest] was received during an interval. It ends with ctx.
func (m *meter) watch(ctx context.Context, interval time.Duration, cancel context.CancelCauseFunc) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for before := int64(0); ; {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		now := m.received.Load()
		if float64(now-before) < slowest*interval.Seconds() {
			cancel(&stallError{interval})
			return
		}
		before = now
	}
}
