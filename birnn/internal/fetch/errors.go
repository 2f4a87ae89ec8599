package fetch

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
)

// Error reports that no address served the content.
type Error struct {
	Dst      string  // where the file was to be stored
	SHA256   string  // the digest of its content, in hexadecimal
	Failures []error // the last failure of each address, which it names; in the order of Options.URLs
}

// Error lists the failures, each on a line of its own, and says where the file can be put by hand.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "fetch: can't download %s:\n", e.Dst)
	for _, failure := range e.Failures {
		fmt.Fprintf(&b, "  %v\n", failure)
	}
	fmt.Fprintf(&b, "check the network (and HTTPS_PROXY), or put the file there by hand (SHA-256 %s)", e.SHA256)
	return b.String()
}

// Unwrap returns the failures.
func (e *Error) Unwrap() []error { return e.Failures }

// StorageError is a failure of this machine's storage, such as a full or read-only disk.
type StorageError struct {
	Dst string
	Err error
}

func (e *StorageError) Error() string { return fmt.Sprintf("store %s: %v", e.Dst, e.Err) }

// Unwrap returns the error of the operating system.
func (e *StorageError) Unwrap() error { return e.Err }

// permanentError is a failure that another attempt would only repeat.
type permanentError struct{ error }

func (e *permanentError) Unwrap() error { return e.error }

// statusError returns the error for an HTTP status other than 200.
func statusError(code int) error {
	err := fmt.Errorf("HTTP %d %s", code, http.StatusText(code))
	if code >= 500 || code == http.StatusTooManyRequests || code == http.StatusRequestTimeout {
		return err
	}
	return &permanentError{err}
}

// requestError marks the errors of sending a request that are permanent.
func requestError(err error) error {
	var certificate *tls.CertificateVerificationError
	var dns *net.DNSError
	if errors.As(err, &certificate) || errors.As(err, &dns) && dns.IsNotFound {
		return &permanentError{err}
	}
	return err
}
