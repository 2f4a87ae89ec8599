package fetch

import (
	"fmt"
	"io"
)

// Copy stores what r gives under dst, for content that is on this machine already: decoded, checked and moved to its final
// name in one step, as [File] does. Of the options it uses Decode, SHA256, Size and MaxSize.
//
// Wrong content gives a wrapped [*SizeError], [*DigestError] or error of Decode; a failure to store it gives
// a wrapped [*StorageError]. An existing dst then stays as it was.
func Copy(dst string, r io.Reader, o Options) error {
	j, err := newJob(dst, o)
	if err != nil {
		return err
	}
	if err := makeRoom(dst); err != nil {
		return err
	}
	pending, err := j.pending()
	if err != nil {
		return fmt.Errorf("fetch: storing %s: %w", dst, &StorageError{Err: err})
	}
	defer pending.Cleanup()
	if err := j.copyChecked(pending, r); err != nil {
		return fmt.Errorf("fetch: storing %s: %w", dst, err)
	}
	if err := pending.CloseAtomicallyReplace(); err != nil {
		return fmt.Errorf("fetch: storing %s: %w", dst, &StorageError{Err: err})
	}
	return nil
}
