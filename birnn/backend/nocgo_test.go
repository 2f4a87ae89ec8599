//go:build !cgo

package backend

import (
	"errors"
	"strings"
	"testing"
)

// TestWithoutCgo asks for XLA in every possible way. The error says what to do;
// no other backend is opened.
func TestWithoutCgo(t *testing.T) {
	for _, config := range []string{"", "xla", "xla:cpu", "xla:cuda", "xla:/path/to/plugin.so"} {
		t.Setenv("GOMLX_BACKEND", config)
		b, err := Open(t.Context())
		if b != nil || !errors.Is(err, ErrNoCgo) {
			t.Fatalf("GOMLX_BACKEND=%q: got %v, %v; want %v", config, b, err, ErrNoCgo)
		}
		for _, part := range []string{"without it", "CGO_ENABLED=1", "WSL", "GOMLX_BACKEND=go"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q lacks %q", err, part)
			}
		}
	}
	_, ensureErr := EnsurePlugin(t.Context(), nil)
	_, findErr := FindPlugin()
	if !errors.Is(ensureErr, ErrNoCgo) || !errors.Is(findErr, ErrNoCgo) || !errors.Is(Verify(""), ErrNoCgo) {
		t.Errorf("got %v and %v, want %v", ensureErr, findErr, ErrNoCgo)
	}
}
