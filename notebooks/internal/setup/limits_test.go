package setup

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/pyenv"
)

func TestExplain(t *testing.T) {
	for _, test := range []struct {
		name, output string // what the program wrote
		err          error
		want         string
	}{
		{"Python, full disk", "OSError: [Errno 28] No space left on device", errors.New("exit status 1"), "the disk is full"},
		{"full disk", "", fmt.Errorf("write x: %w", syscall.ENOSPC), "the disk is full"},
		{"quota", "mkdir: Disk quota exceeded", errors.New("exit status 1"), "quota is exceeded"},
		{"read-only", "OSError: [Errno 30] Read-only file system: '/x'", errors.New("exit status 1"), "is read-only"},
		{"fork", "", fmt.Errorf("fork/exec x: %w", syscall.EAGAIN), "--pids-limit"},
		{"Python, fork", "BlockingIOError: [Errno 11] Resource temporarily unavailable", errors.New("exit status 1"), "--pids-limit"},
		{"Python, thread", "RuntimeError: can't start new thread", errors.New("exit status 1"), "--pids-limit"},
		{"Go, thread", "runtime: failed to create new OS thread (have 5 already; errno=11)\ngoroutine 1:\n\tmain.go:1", errors.New("exit status 2"), "--pids-limit"},
	} {
		python, command := &pyenv.Error{Output: test.output, Err: test.err}, &CommandError{Output: test.output, Err: test.err}
		for name, got := range map[string]error{
			"python": Explain(python), "go": Explain(command), "build": explainGo(gonb, command), "twice": Explain(Explain(python)),
		} {
			if strings.Count(got.Error(), test.want) != 1 || !errors.Is(got, test.err) {
				t.Errorf("%s, %s: got %q, want it to say %q once", test.name, name, got, test.want)
			}
		}
	}
	other := errors.New("other")
	if got := Explain(other); got != other {
		t.Errorf("got %v, want the same error", got)
	}
}

func TestCacheIsNotWritable(t *testing.T) {
	blocked := filepath.Join(t.TempDir(), "blocked")
	if err := os.WriteFile(blocked, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, cache := range []string{filepath.Join(blocked, "cache"), "/proc/cache"} {
		t.Setenv("EASY_GOMLX_CACHE", cache)
		s, err := New(NewConsole(os.Stderr))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Prepare(t.Context()); err == nil || !strings.Contains(err.Error(), filepath.Dir(cache)) || !strings.Contains(err.Error(), "set EASY_GOMLX_CACHE") {
			t.Errorf("got %v, want an error that names %s and says what to set", err, cache)
		}
	}
}

// TestOddCachePaths verifies that a path is written to the kernel's file unchanged, or is an error before anything is installed.
func TestOddCachePaths(t *testing.T) {
	for name, want := range map[string]string{
		"a cache": "", "näive ✓": "", "a%20b?c#d&e": "", "{connection}": "",
		"no\xffutf8": "UTF-8", "a:b": "PATH", "$HOME": "variable",
	} {
		cache := filepath.Join(t.TempDir(), name)
		t.Setenv("EASY_GOMLX_CACHE", cache)
		s, err := New(NewConsole(os.Stderr))
		if want != "" {
			if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "EASY_GOMLX_CACHE") {
				t.Errorf("%q: got %v, want an error with %q that says what to set", name, err, want)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		spec := readSpec(t, s)
		if spec.Argv[0] != s.program(gonb) || spec.Env["EASY_GOMLX_CACHE"] != cache || filepath.SplitList(spec.Env["PATH"])[0] != s.dir(goimports) {
			t.Errorf("%q: the kernel's file has %v", name, spec)
		}
	}
}
