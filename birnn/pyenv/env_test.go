//go:build unix

package pyenv

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// six is a requirements file: one small package without dependencies.
const six = `six==1.17.0 \
    --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274 \
    --hash=sha256:ff70335d468e7eb6ec65b95b99d3a2836546063f63acc5171de367e834932a81
`

// TestEnsure makes an environment with the machine's Python and the package
// index: it holds the pinned package, and hides others.
func TestEnsure(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped with -short: needs Python and a package index")
	}
	env := Env{Dir: filepath.Join(t.TempDir(), "an envirönment"), Requirements: []byte(six)}
	if err := env.Ensure(t.Context(), t.Logf); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PYTHONPATH", t.TempDir())
	out, err := env.Command(t.Context(), "-c", "import os, six; print(six.__version__ + os.environ['PYTHONPATH'])").Output()
	if got := strings.TrimSpace(string(out)); got != "1.17.0" || err != nil {
		t.Errorf("got %q, %v; want six 1.17.0 and no PYTHONPATH", got, err)
	}

	env.Requirements = []byte(strings.ReplaceAll(six, "sha256:", "sha256:0000"))
	if err := env.Check(t.Context()); err == nil {
		t.Error("Check finds nothing wrong although other packages are required")
	}
	env.Requirements = []byte(strings.NewReplacer("sha256:4", "sha256:5", "sha256:f", "sha256:e").Replace(six))
	err = env.Ensure(t.Context(), t.Logf)
	if err == nil || !strings.Contains(err.Error(), "hash") || !strings.Contains(err.Error(), "six") {
		t.Errorf("a wrong hash: got %v, want an error that names the hash and six", err)
	}
	if err := env.Check(t.Context()); err == nil {
		t.Error("Check finds nothing wrong although pip failed")
	}
}

func TestCheck(t *testing.T) {
	env := Env{Dir: filepath.Join(t.TempDir(), "env"), Requirements: []byte(six)}
	wantError(t, "missing", env.Check(t.Context()), "not installed")
	if err := os.Mkdir(env.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	wantError(t, "incomplete", env.Check(t.Context()), "not finished")
	if err := os.WriteFile(env.Complete(), []byte("other\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	wantError(t, "other packages", env.Check(t.Context()), "other versions")
	if err := os.WriteFile(env.Complete(), []byte(env.fingerprint()), 0o644); err != nil {
		t.Fatal(err)
	}
	wantError(t, "without its Python", env.Check(t.Context()), "does not run")
}

// TestErrorIsOneSentence: pip's output takes a page.
func TestErrorIsOneSentence(t *testing.T) {
	t.Setenv("PIP_INDEX_URL", "")
	exit := errors.New("exit status 1")
	for _, test := range []struct{ why, output, want string }{
		{"offline", "WARNING: Retrying after connection broken by 'NewConnectionError(...)': /simple/anyio/\nERROR: No matching distribution found for anyio==4.16.0", "connection to pypi.org"},
		{"not on the index", "ERROR: No matching distribution found for anyio==4.16.0", "no anyio==4.16.0"},
		{"hash", "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated...\n    six==1.17.0 from https://x:\n  Expected sha256 a", "six==1.17.0"},
		{"other", "noise\nERROR: Something else\nnoise", "Something else"},
		{"not pip's", "Traceback\nOSError: no such thing", "OSError: no such thing"},
		{"silent", "", "exit status 1"},
	} {
		err := &Error{Args: []string{"python", "-m", "pip", "install"}, Output: test.output, Err: exit}
		wantError(t, test.why, err, "python -m pip: ", test.want)
		if strings.Contains(err.Error(), "\n") || !errors.Is(err, exit) {
			t.Errorf("%s: %q is not one line with the cause", test.why, err)
		}
	}
	t.Setenv("PIP_INDEX_URL", "https://mirror.example/simple")
	wantError(t, "own index", &Error{Output: "ProxyError"}, "mirror.example")
}

func wantError(t *testing.T, why string, err error, words ...string) {
	t.Helper()
	for _, word := range words {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%s: got %v, want an error with %q", why, err, word)
		}
	}
}
