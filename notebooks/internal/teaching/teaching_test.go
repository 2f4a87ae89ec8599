package teaching

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestEnvironment: the environment lies in the cache and pins every package with a hash.
func TestEnvironment(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("EASY_GOMLX_CACHE", cache)
	env, err := Environment()
	if want := filepath.Join(cache, "teaching"); env.Dir != want || err != nil {
		t.Errorf("got %s, %v, want %s", env.Dir, err, want)
	}
	for _, requirement := range strings.Split(string(env.Requirements), "\n") {
		name, _, pinned := strings.Cut(requirement, "==")
		if pinned && !strings.Contains(string(env.Requirements), requirement+"\n    --hash=sha256:") {
			t.Errorf("%s has no hash", name)
		}
	}
	for _, tool := range []string{"nbgrader", "jupytext"} {
		if !strings.Contains(string(env.Requirements), "\n"+tool+"==") {
			t.Errorf("%s is missing", tool)
		}
	}
}
