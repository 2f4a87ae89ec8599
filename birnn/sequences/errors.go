package sequences

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/easy-gomlx/tutorials/birnn/internal/pypi"
)

// CorruptError reports that a file is not the original one: it is truncated, corrupt, or of another version.
type CorruptError struct {
	File string // its path
	Err  error  // what is wrong with its content
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("sequences: %s is not the original file: %v", e.File, e.Err)
}

func (e *CorruptError) Unwrap() error { return e.Err }

// MissingError reports the files that are missing in a directory given by the caller.
type MissingError struct {
	Dir   string
	Files []string
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("sequences: %s lacks %s; put the files there, or name no directory to have them fetched", e.Dir, strings.Join(e.Files, ", "))
}

// UnavailableError reports that files are not in the cache and that the package index did not provide them.
type UnavailableError struct {
	Files   []string // their names
	Dir     string   // the cache, where they can be put by hand
	Reasons []error
}

// Error lists the reasons, one per line.
func (e *UnavailableError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "sequences: the package index did not provide %s:\n", strings.Join(e.Files, ", "))
	for _, reason := range e.Reasons {
		fmt.Fprintf(&b, "  %s\n", strings.TrimPrefix(reason.Error(), "sequences: "))
	}
	fmt.Fprintf(&b, "check the network (and PIP_INDEX_URL), or put the files from %s into %s, or into a directory that you name", aeon.Name, e.Dir)
	return b.String()
}

// Unwrap returns the reasons.
func (e *UnavailableError) Unwrap() []error { return e.Reasons }

// readFile returns the content of a file in dir. It takes no more memory than the right content needs, whatever the file contains. The
// error is a [*CorruptError] if that is not exactly the expected one.
func readFile(f pypi.File, dir string) ([]byte, error) {
	opened, err := os.Open(f.Path(dir))
	if err != nil {
		return nil, fmt.Errorf("sequences: %w", err)
	}
	defer opened.Close()
	content := make([]byte, f.Size+1)
	n, err := io.ReadFull(opened, content)
	switch digest := sha256.Sum256(content[:n]); {
	case err == nil:
		err = fmt.Errorf("it is longer than %d bytes", f.Size)
	case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
	case int64(n) < f.Size:
		err = fmt.Errorf("it ends after %d of %d bytes", n, f.Size)
	case hex.EncodeToString(digest[:]) != f.SHA256:
		err = fmt.Errorf("its SHA-256 is %x, want %s", digest, f.SHA256)
	default:
		return content[:n], nil
	}
	return nil, &CorruptError{File: f.Path(dir), Err: err}
}
