//go:build !cgo

package backend

import (
	"context"

	"github.com/gomlx/compute"
)

func openXLA(context.Context, string, Options) (compute.Backend, error) { return nil, ErrNoCgo }

func describeXLA(b compute.Backend) string { return b.Description() }

// EnsurePlugin returns an error, because this program was built without cgo.
func EnsurePlugin(ctx context.Context, report func(format string, args ...any)) (path string, err error) {
	return "", ErrNoCgo
}

// FindPlugin returns an error, because this program was built without cgo.
func FindPlugin() (path string, err error) { return "", ErrNoCgo }

// Verify returns an error, because this program was built without cgo.
func Verify(path string) error { return ErrNoCgo }
