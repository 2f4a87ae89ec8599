// Package fetch is the one place of this project that downloads.
//
// [File] tries a list of addresses until one of them gives exactly the content whose SHA-256 is known beforehand. What is
// right is moved to its final name in one step; what is wrong is never seen under that name.
package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	// rounds is how often an address is tried when its failures look passing.
	rounds = 3
	// contentTries is how often an address is tried when it gives wrong content: a caching proxy may hold a damaged copy.
	contentTries = 2

	defaultStallTimeout = 30 * time.Second
	defaultBackoff      = 500 * time.Millisecond
)

// Options says what to fetch and how its content is known to be right. URLs, SHA256 and one of Size and MaxSize are needed.
type Options struct {
	// URLs are http or https addresses of the same content, tried in turn.
	URLs []string
	// Decode turns what is received into what is stored, for example by gzip. Nil: stored as received.
	Decode func(io.Reader) (io.Reader, error)
	// SHA256 is the digest of the decoded content, in hexadecimal.
	SHA256 string
	// Size is the exact size of the decoded content in bytes. 0: unknown, and MaxSize bounds it.
	Size int64
	// MaxSize bounds the decoded content in bytes where Size is 0.
	MaxSize int64
	// Report takes lines for the user, without a line end: progress about twice a second, and one line for each failed
	// try. It is called from the goroutine that called File. Nil: silence.
	Report func(format string, args ...any)
	// Client sends the requests. Nil: a client that waits 10 s for a connection and takes its proxy from the environment
	// (HTTPS_PROXY, HTTP_PROXY, NO_PROXY).
	Client *http.Client
	// StallTimeout is how long a server may be slower than 1 KiB/s, from the first step of connecting on, before it is
	// given up. 0: 30 s.
	StallTimeout time.Duration

	backoff time.Duration // the pause before the second round; 0: 500 ms
}

// File downloads to dst, whose folder is created if need be; an existing dst is replaced.
//
// The content goes into a temporary file beside dst, which is flushed to disk and renamed to dst once size and digest are
// right. At most one byte more than the allowed size is ever written, and about twice that size received. A failure that
// may pass (a lost connection, a stall, a server error) sends the work to the next address, then round again, three times
// at most; wrong content is tried twice, and an answer such as 404 once. A failure of this machine, such as a full disk,
// ends it at once with a wrapped [*StorageError].
//
// Processes that fetch the same dst at the same time do not hurt each other: temporary names are unique, the rename is
// atomic, and each of them stores the same content; so there is no lock. When File returns, its temporary file is gone; a
// killed process leaves one behind (named .NAME and digits), which a later call for the same dst removes when it is more than
// a day old.
//
// When no address gives the content, the error is an [*Error]. When ctx ends first, it wraps ctx.Err().
func File(ctx context.Context, dst string, o Options) error {
	if len(o.URLs) == 0 {
		return fmt.Errorf("fetch: no address to download %s from", dst)
	}
	j, err := newJob(dst, o)
	if err != nil {
		return err
	}
	if err := makeRoom(dst); err != nil {
		return err
	}
	return j.run(ctx)
}

// job is one call of File, its options checked and their defaults filled in.
type job struct {
	Options
	dst   string
	limit int64 // the most bytes that the decoded content may have
	want  []byte
}

func newJob(dst string, o Options) (*job, error) {
	want, err := hex.DecodeString(o.SHA256)
	limit := o.Size
	if limit == 0 {
		limit = o.MaxSize
	}
	switch {
	case dst == "":
		return nil, errors.New("fetch: no name to store the download under")
	case err != nil || len(want) != sha256.Size:
		return nil, fmt.Errorf("fetch: %q is no SHA-256 digest for %s: it takes 64 hexadecimal digits", o.SHA256, dst)
	case o.Size < 0 || limit <= 0:
		return nil, fmt.Errorf("fetch: no bound on the size of %s: set Size or MaxSize above 0", dst)
	}
	if o.Report == nil {
		o.Report = func(string, ...any) {}
	}
	if o.Client == nil {
		o.Client = defaultClient
	}
	if o.StallTimeout <= 0 {
		o.StallTimeout = defaultStallTimeout
	}
	if o.backoff <= 0 {
		o.backoff = defaultBackoff
	}
	return &job{Options: o, dst: dst, limit: limit, want: want}, nil
}

// run goes round the addresses until one gives the content, none is worth another try, or ctx ends.
func (j *job) run(ctx context.Context) error {
	failures := make([]Failure, len(j.URLs))
	final := make([]bool, len(j.URLs))
	for round := range rounds {
		left := false
		for i, address := range j.URLs {
			if final[i] {
				continue
			}
			err := j.try(ctx, address, round > 0)
			var storage *StorageError
			switch {
			case err == nil:
				return nil
			case ctx.Err() != nil:
				return stopped(ctx, j.dst)
			case errors.As(err, &storage):
				return fmt.Errorf("fetch: storing %s: %w", j.dst, storage)
			}
			tries := failures[i].Tries + 1
			failures[i] = Failure{URL: redacted(address), Tries: tries, Err: err}
			final[i] = !worthRetrying(err, tries)
			left = left || !final[i]
			j.Report("%s: %v", redacted(address), err)
		}
		if !left {
			break
		}
		if round < rounds-1 && !pause(ctx, j.backoff<<(2*round)) {
			return stopped(ctx, j.dst)
		}
	}
	return &Error{Dst: j.dst, SHA256: j.SHA256, Failures: failures}
}

// pause waits for d, and tells whether ctx let it.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func stopped(ctx context.Context, dst string) error {
	if cause := context.Cause(ctx); cause != ctx.Err() {
		return fmt.Errorf("fetch: the download of %s was stopped: %w (%w)", dst, ctx.Err(), cause)
	}
	return fmt.Errorf("fetch: the download of %s was stopped: %w", dst, ctx.Err())
}
