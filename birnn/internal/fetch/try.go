package fetch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2"
)

// defaultClient has no overall time limit: the watch over each try is what ends a slow one.
var defaultClient = &http.Client{Transport: &http.Transport{
	Proxy:                 http.ProxyFromEnvironment,
	DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
	TLSHandshakeTimeout:   10 * time.Second,
	ResponseHeaderTimeout: 30 * time.Second,
	IdleConnTimeout:       10 * time.Second,
	ForceAttemptHTTP2:     true,
}}

// try downloads from one address to dst. The temporary file comes first, so that a folder that can't be written to is
// found before anything is sent. fresh asks caches on the way for a new copy.
func (j *job) try(ctx context.Context, address string, fresh bool) error {
	pending, err := j.pending()
	if err != nil {
		return &StorageError{Err: err}
	}
	defer pending.Cleanup()

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := startWatch(j.StallTimeout, cancel)
	defer watch.stop()

	err = j.receive(ctx, address, fresh, pending, watch)
	var stall *StallError
	if err != nil && errors.As(context.Cause(ctx), &stall) {
		return stall
	}
	if err != nil {
		return err
	}
	if err := pending.CloseAtomicallyReplace(); err != nil {
		return &StorageError{Err: err}
	}
	return nil
}

// pending opens the temporary file beside dst that is renamed to it in the end.
func (j *job) pending() (*renameio.PendingFile, error) {
	return renameio.NewPendingFile(j.dst, renameio.WithTempDir(filepath.Dir(j.dst)), renameio.WithPermissions(0o644))
}

// receive sends the request and copies the checked content of its answer to w.
func (j *job) receive(ctx context.Context, address string, fresh bool, w io.Writer, watch *watch) error {
	response, err := j.get(ctx, address, fresh)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return &StatusError{Code: response.StatusCode}
	}
	body := &meter{
		body:   response.Body,
		watch:  watch,
		limit:  2*j.limit + 1<<20,
		total:  response.ContentLength,
		what:   filepath.Base(j.dst) + " from " + response.Request.URL.Host,
		report: j.Report,
	}
	err = j.copyChecked(w, body)
	var storage *StorageError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &storage):
		return err
	case body.err != nil && body.err != io.EOF: // the connection failed, whatever the decoder made of that
		return body.err
	}
	return &ContentError{Err: err, WebPage: body.webPage}
}

// get sends the request. Content comes as it is stored: the transport is not to unpack it.
func (j *job) get(ctx context.Context, address string, fresh bool) (*http.Response, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, &badAddressError{"it can't be parsed"}
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, &badAddressError{"it begins neither with http:// nor with https://"}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, &badAddressError{err.Error()}
	}
	request.Header.Set("Accept-Encoding", "identity")
	if fresh {
		request.Header.Set("Cache-Control", "no-cache")
	}
	response, err := j.Client.Do(request)
	var wrapped *url.Error
	if errors.As(err, &wrapped) { // the address is named by whoever shows the error
		err = wrapped.Err
	}
	return response, err
}

// copyChecked decodes body into w and holds the result against size and digest.
func (j *job) copyChecked(w io.Writer, body io.Reader) error {
	decoded := body
	if j.Decode != nil {
		var err error
		if decoded, err = j.Decode(body); err != nil {
			return err
		}
	}
	digest := sha256.New()
	n, err := io.Copy(io.MultiWriter(storageWriter{w}, digest), io.LimitReader(decoded, j.limit+1))
	switch {
	case err != nil:
		return err
	case n > j.limit || j.Size > 0 && n < j.Size:
		return &SizeError{Want: j.limit, Got: n}
	case !bytes.Equal(digest.Sum(nil), j.want):
		return &DigestError{Want: hex.EncodeToString(j.want), Got: hex.EncodeToString(digest.Sum(nil))}
	}
	return nil
}

// storageWriter marks the errors of the file that it writes to.
type storageWriter struct{ w io.Writer }

func (s storageWriter) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	if err != nil {
		err = &StorageError{Err: err}
	}
	return n, err
}
