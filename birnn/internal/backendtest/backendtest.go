// Package backendtest gives tests their backends: the pure-Go one always, XLA
// unless they run with -short, because its plugin may have to be downloaded.
package backendtest

import (
	"context"
	"sync"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/backend"
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"
)

// All tests of a package share a backend of each kind.
var (
	openXLA = sync.OnceValues(func() (compute.Backend, error) {
		return backend.OpenWith(context.Background(), backend.Options{CPUDevices: 4})
	})
	openGo = sync.OnceValues(func() (compute.Backend, error) { return gobackend.New("") })
)

// Each runs a test on each backend.
func Each(t *testing.T, test func(t *testing.T, b compute.Backend)) {
	t.Run("go", func(t *testing.T) { test(t, Go(t)) })
	t.Run("xla", func(t *testing.T) { test(t, XLA(t)) })
}

// Go returns the pure-Go backend.
func Go(t testing.TB) compute.Backend {
	t.Helper()
	return opened(t, openGo)
}

// XLA returns the XLA backend with four devices. It skips the test with -short.
func XLA(t testing.TB) compute.Backend {
	t.Helper()
	if testing.Short() {
		t.Skip("not with -short: XLA's plugin may have to be downloaded")
	}
	return opened(t, openXLA)
}

func opened(t testing.TB, open func() (compute.Backend, error)) compute.Backend {
	t.Helper()
	b, err := open()
	if err != nil {
		t.Fatal(err)
	}
	return b
}
