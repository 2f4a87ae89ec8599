//go:build unix

package frameworks

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestEnvironment: each environment lies in the cache and pins every package with a hash.
func TestEnvironment(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("EASY_GOMLX_CACHE", cache)
	for _, name := range []string{JAX, ONNXRuntime, PyTorch, TensorFlow} {
		env, err := Environment(name)
		if err != nil {
			t.Fatal(err)
		}
		if want := filepath.Join(cache, "bench", name); env.Dir != want {
			t.Errorf("%s is in %s, want %s", name, env.Dir, want)
		}
		packages := strings.Count("\n"+string(env.Requirements), "==")
		if hashed := strings.Count(string(env.Requirements), " \\\n    --hash=sha256:"); packages == 0 || hashed < packages {
			t.Errorf("%s requires %d packages; %d hashes follow", name, packages, hashed)
		}
	}
	if _, err := Environment("theano"); err == nil || !strings.Contains(err.Error(), "theano") {
		t.Errorf("the error is %v, want one that names theano", err)
	}
}
