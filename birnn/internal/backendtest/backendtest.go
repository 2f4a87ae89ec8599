// Package backendtest gives tests their backends: the pure-Go one always, XLA
// unless they run with -short, because its plugin may have to be downloaded.
package backendtest

import (
	"context"
	"os"
	"sync"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/backend"
	"github.com/easy-gomlx/tutorials/birnn/internal/kernel"
	"github.com/easy-gomlx/tutorials/birnn/internal/xlacall"
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"
)

// All tests of a package share a backend of each kind.
var (
	openXLA = sync.OnceValues(func() (compute.Backend, error) {
		return backend.OpenWith(context.Background(), backend.Options{CPUDevices: 4})
	})
	openPlainXLA = sync.OnceValues(func() (compute.Backend, error) {
		if set, ok := os.LookupEnv(kernelsVariable); ok {
			defer os.Setenv(kernelsVariable, set)
		} else {
			defer os.Unsetenv(kernelsVariable)
		}
		os.Setenv(kernelsVariable, "off")
		return backend.OpenWith(context.Background(), backend.Options{CPUDevices: 4})
	})
	openGo = sync.OnceValues(func() (compute.Backend, error) { return gobackend.New("") })
)

// kernelsVariable selects the LSTM kernels when a backend is opened.
const kernelsVariable = "EASY_GOMLX_KERNELS"

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

// KernelsAndPlain returns XLA with LSTM kernels, those that the environment
// selects, and without. It skips the test where there are none, and fails it if
// XLA keeps the plain loop of an LSTM that the kernels should compute.
func KernelsAndPlain(t testing.TB) (kernels, plain compute.Backend) {
	t.Helper()
	kernels = XLA(t)
	if !xlacall.Replaces(kernels, kernel.ForwardName) {
		t.Skip("no LSTM kernels: " + backend.Describe(kernels))
	}
	plain = opened(t, openPlainXLA)
	if xlacall.Replaces(plain, kernel.ForwardName) {
		t.Fatalf("with %s=off the backend has LSTM kernels: %s", kernelsVariable, backend.Describe(plain))
	}
	before := xlacall.CountOf(kernels).Kept
	t.Cleanup(func() {
		if now := xlacall.CountOf(kernels); now.Kept > before {
			t.Errorf("%d passes of LSTMs were not replaced by kernels: %v", now.Kept-before, now.Reason)
		}
	})
	return kernels, plain
}

func opened(t testing.TB, open func() (compute.Backend, error)) compute.Backend {
	t.Helper()
	b, err := open()
	if err != nil {
		t.Fatal(err)
	}
	return b
}
