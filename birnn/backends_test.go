package birnn

import (
	"context"
	"sync"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/backend"
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"
)

// openXLA opens one XLA backend for all tests; openGo the pure-Go one.
var (
	openXLA = sync.OnceValues(func() (compute.Backend, error) {
		return backend.OpenWith(context.Background(), backend.Options{CPUDevices: 4})
	})
	openGo = sync.OnceValues(func() (compute.Backend, error) { return gobackend.New("") })
)

// onBackends runs a test on each backend: with -short on the pure-Go one
// alone, because XLA may have to be downloaded.
func onBackends(t *testing.T, test func(t *testing.T, b compute.Backend)) {
	t.Run("go", func(t *testing.T) {
		b, err := openGo()
		if err != nil {
			t.Fatal(err)
		}
		test(t, b)
	})
	t.Run("xla", func(t *testing.T) { test(t, needXLA(t)) })
}

// needXLA returns the XLA backend, or skips the test with -short.
func needXLA(t *testing.T) compute.Backend {
	t.Helper()
	if testing.Short() {
		t.Skip("XLA is left out with -short: its plugin may have to be downloaded")
	}
	b, err := openXLA()
	if err != nil {
		t.Fatal(err)
	}
	return b
}
