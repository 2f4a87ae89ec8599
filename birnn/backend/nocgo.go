//go:build !cgo

package backend

import (
	"context"
	"errors"

	"github.com/gomlx/compute"
)

var errNoCgo = errors.New("XLA needs cgo, and this program was built without it: install a C compiler and build with CGO_ENABLED=1 on Linux or macOS " +
	"(on Windows use WSL 2 or Docker), or " + useGo)

func openXLA(context.Context, string, Options) (compute.Backend, error) { return nil, errNoCgo }

func describeXLA(b compute.Backend) string { return b.Description() }

// EnsurePlugin returns an error, because this program was built without cgo.
func EnsurePlugin(ctx context.Context, report func(format string, args ...any)) (path string, err error) {
	return "", errNoCgo
}

// FindPlugin returns an error, because this program was built without cgo.
func FindPlugin() (path string, err error) { return "", errNoCgo }

// Verify returns an error, because this program was built without cgo.
func Verify(path string) error { return errNoCgo }
