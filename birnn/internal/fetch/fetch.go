// Package fetch is the only place in this module that downloads.
//
// [File] tries a list of addresses until one of them serves exactly the content whose SHA-256 is known beforehand. The content is
// moved to its final name in one step once it is verified.
package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/durable"
)

const rounds = 3 // how often an address is tried when its failure may be temporary

// Options say what to fetch. SHA256 and Size are needed, and URLs for [File].
type Options struct {
	// URLs are http or https addresses of the same content, tried in turn.
	URLs []string
	// Decode turns what is received into what is stored, for example by gzip. If it is nil, the content is stored as received.
	Decode func(io.Reader) (io.Reader, error)
	// SHA256 is the digest of the decoded content, in lower-case hexadecimal.
	SHA256 string
	// Size is the size of the decoded content in bytes.
	Size int64
	// Report receives lines for the user, without a newline: progress about twice a second, and one line for each failed attempt. It is
	// called from the goroutine that called File. If it is nil, nothing is reported.
	Report func(format string, args ...any)

	stallTimeout time.Duration // how long a server may send less than 1 KiB/s; 0: 30 s
	backoff      time.Duration // the pause before the second round; 0: 500 ms
}

// File downloads to dst, whose directory is created if necessary; an existing dst is replaced.
//
// The content goes to a temporary file beside dst, which is flushed to disk and renamed once size and digest are verified. It never exceeds
// Size by more than one byte. An address whose failure may be temporary (a lost connection, a stalled server, wrong content, a server
// error) is tried up to three times, after the other addresses; one that answers 404 only once. A failure of this machine, such as a full
// disk, ends the download at once with a wrapped [*StorageError].
//
// Several processes may fetch the same dst at the same time: temporary names are unique, and all store the same content. A killed
// process leaves its temporary file behind (named .NAME and digits); a later call for the same dst removes it a day after that.
//
// When no address serves the content, the error is an [*Error]. When ctx ends first, it wraps ctx.Err().
func File(ctx context.Context, dst string, o Options) error {
	if o.Report == nil {
		o.Report = func(string, ...any) {}
	}
	if o.stallTimeout == 0 {
		o.stallTimeout = 30 * time.Second
	}
	if o.backoff == 0 {
		o.backoff = 500 * time.Millisecond
	}
	failures := make([]error, len(o.URLs))
	for round := range rounds {
		again := false
		for i, address := range o.URLs {
			var permanent *permanentError
			if errors.As(failures[i], &permanent) {
				continue
			}
			err := o.try(ctx, address, dst, round > 0)
			var storage *StorageError
			switch {
			case err == nil:
				return nil
			case ctx.Err() != nil:
				return fmt.Errorf("fetch: the download of %s was stopped: %w", dst, ctx.Err())
			case errors.As(err, &storage):
				return err
			}
			failures[i] = fmt.Errorf("%s: %w", redacted(address), err)
			again = again || !errors.As(err, &permanent)
			o.Report("%v", failures[i])
		}
		if !again {
			break
		}
		if round < rounds-1 {
			select {
			case <-time.After(o.backoff << (2 * round)):
			case <-ctx.Done():
			}
		}
	}
	return &Error{Dst: dst, SHA256: o.SHA256, Failures: failures}
}

// Copy stores the content of r, which is already on this machine, as [File] does: decoded, verified and renamed in one step. A failure to
// store it is a wrapped [*StorageError]; an existing dst is then unchanged.
func Copy(dst string, r io.Reader, o Options) error {
	f, err := create(dst)
	if err != nil {
		return err
	}
	defer f.Discard()
	if err := o.store(f, r); err != nil {
		return fmt.Errorf("%s: %w", dst, err)
	}
	return nil
}

// create makes the directory of dst, removes the temporary files that killed downloads left there a day ago or earlier, and opens a new
// one.
func create(dst string) (*durable.File, error) {
	err := os.MkdirAll(filepath.Dir(dst), 0o755)
	if err != nil {
		return nil, &StorageError{Dst: dst, Err: err}
	}
	if info, err := os.Stat(dst); err == nil && info.IsDir() {
		return nil, &StorageError{Dst: dst, Err: errors.New("it is a directory")}
	}
	durable.RemoveLeftovers(dst, time.Now().Add(-24*time.Hour))
	f, err := durable.Create(dst)
	if err != nil {
		return nil, &StorageError{Dst: dst, Err: err}
	}
	return f, nil
}

// store decodes r into f, verifies size and digest, and renames f.
func (o Options) store(f *durable.File, r io.Reader) (err error) {
	if o.Decode != nil {
		if r, err = o.Decode(r); err != nil {
			return err
		}
	}
	digest := sha256.New()
	n, err := io.Copy(storageWriter{f}, io.TeeReader(io.LimitReader(r, o.Size+1), digest))
	switch got := hex.EncodeToString(digest.Sum(nil)); {
	case err != nil:
		return err
	case n > o.Size:
		return fmt.Errorf("the content is longer than the expected %d bytes", o.Size)
	case n < o.Size:
		return fmt.Errorf("the content ends after %d of %d bytes", n, o.Size)
	case got != o.SHA256:
		return fmt.Errorf("the content has SHA-256 %s, want %s", got, o.SHA256)
	}
	if err := f.Commit(); err != nil {
		return &StorageError{Dst: f.Path, Err: err}
	}
	return nil
}

// storageWriter marks the errors of the file that it writes to.
type storageWriter struct{ f *durable.File }

func (s storageWriter) Write(p []byte) (int, error) {
	n, err := s.f.Write(p)
	if err != nil {
		err = &StorageError{Dst: s.f.Path, Err: err}
	}
	return n, err
}

// redacted is the address as it may be shown: without a password.
func redacted(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "(an address that can't be parsed)"
	}
	return u.Redacted()
}
