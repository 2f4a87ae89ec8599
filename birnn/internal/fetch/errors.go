package fetch

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Error tells that no address gave the content: which ones were tried, and why each failed.
type Error struct {
	Dst      string    // where the file was to be stored
	SHA256   string    // the digest that its content must have, in hexadecimal
	Failures []Failure // one for each address, in the order of Options.URLs
}

// Failure is why one address did not give the content.
type Failure struct {
	URL   string // the address, without its password
	Tries int
	Err   error // of the last try
}

// Error lists each address with its reason on a line of its own, and says where the file can be put by hand.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "fetch: could not download %s:\n", e.Dst)
	for _, f := range e.Failures {
		fmt.Fprintf(&b, "  %s: %v", f.URL, f.Err)
		if f.Tries > 1 {
			fmt.Fprintf(&b, " (%d tries)", f.Tries)
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "check the network (and HTTPS_PROXY), or get the file in another way and put it at %s (SHA-256 %s)", e.Dst, e.SHA256)
	return b.String()
}

// Unwrap gives the reason of each address.
func (e *Error) Unwrap() []error {
	errs := make([]error, len(e.Failures))
	for i, f := range e.Failures {
		errs[i] = f.Err
	}
	return errs
}

// StatusError tells that a server answered with an HTTP status other than 200.
type StatusError struct{ Code int }

func (e *StatusError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("the server answered HTTP %d %s", e.Code, http.StatusText(e.Code)))
}

// StallError tells that a server sent less than 1 KiB/s for too long.
type StallError struct {
	Waited   time.Duration // the length of the slow stretch
	Received int64         // the bytes that came in all
}

func (e *StallError) Error() string {
	return fmt.Sprintf("the server stalled: less than 1 KiB/s for %v, %s received", e.Waited, amount(e.Received))
}

// ContentError tells that a server gave something else than the content that was asked for.
type ContentError struct {
	Err     error
	WebPage bool // it begins like a web page: a login page of the network, or an error page
}

func (e *ContentError) Error() string {
	if e.WebPage {
		return fmt.Sprintf("wrong content: %v; it is a web page, perhaps the login page of this network", e.Err)
	}
	return fmt.Sprintf("wrong content: %v", e.Err)
}

// Unwrap gives what is wrong: a [*SizeError], a [*DigestError], or the error of Options.Decode.
func (e *ContentError) Unwrap() error { return e.Err }

// DigestError tells that content of the right size has another digest than expected, both in hexadecimal.
type DigestError struct{ Want, Got string }

func (e *DigestError) Error() string {
	return fmt.Sprintf("its SHA-256 is %s, expected %s", e.Got, e.Want)
}

// SizeError tells that the content is longer or shorter than it may be, in bytes.
type SizeError struct {
	Want int64 // the exact size, or the most that is allowed
	Got  int64 // where reading ended: at most Want+1
}

func (e *SizeError) Error() string {
	if e.Got > e.Want {
		return fmt.Sprintf("it is longer than the expected %d bytes", e.Want)
	}
	return fmt.Sprintf("it ends after %d of %d bytes", e.Got, e.Want)
}

// StorageError is a failure of this machine's storage, such as a full disk or a folder that can't be written to: no other
// address can mend it.
type StorageError struct{ Err error }

func (e *StorageError) Error() string { return e.Err.Error() }

// Unwrap gives the error of the operating system.
func (e *StorageError) Unwrap() error { return e.Err }

// badAddressError is an address that no try can mend.
type badAddressError struct{ reason string }

func (e *badAddressError) Error() string { return "not a usable address: " + e.reason }

// worthRetrying tells whether an address that has failed with err, tries times so far, may do better next time.
func worthRetrying(err error, tries int) bool {
	var (
		status      *StatusError
		content     *ContentError
		bad         *badAddressError
		certificate *tls.CertificateVerificationError
		dns         *net.DNSError
	)
	switch {
	case errors.As(err, &status):
		return status.Code >= 500 || status.Code == http.StatusTooManyRequests || status.Code == http.StatusRequestTimeout
	case errors.As(err, &content):
		return tries < contentTries
	case errors.As(err, &bad), errors.As(err, &certificate):
		return false
	case errors.As(err, &dns):
		return !dns.IsNotFound
	}
	return true
}

// redacted is the address as it may be shown: without a password.
func redacted(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "(an address that can't be read)"
	}
	return u.Redacted()
}

// amount is a number of bytes as a person reads it.
func amount(n int64) string {
	if n < 1e6 {
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
