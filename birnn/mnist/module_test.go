package mnist

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/leaktest"
)

// fakeGo puts a go command that is a shell script at the front of PATH.
func fakeGo(t *testing.T, script string) {
	t.Helper()
	if runtime.GOOS == "windows" || runtime.GOOS == "js" {
		t.Skipf("the fake go command is a shell script, and %s has no shell", runtime.GOOS)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go"), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

func TestDownloadModule(t *testing.T) {
	tests := []struct {
		name, script string
		dir, want    string // the directory, or part of the error
	}{
		{"found", `echo '{"Dir": "/some/where"}'`, "/some/where", ""},
		{"arguments", `echo "{\"Dir\": \"$*\"}"`, "mod download -json " + modulePath + "@" + moduleVersion, ""},
		{"environment", `test ! -f go.mod && test "$PWD" = "$(pwd)" && echo "{\"Dir\": \"$GOFLAGS $GOWORK\"}"`, "-mod=mod off", ""},
		{"refused", `echo '{"Error": "module lookup disabled"}'; exit 1`, "", "module lookup disabled"},
		{"broken", "echo it broke >&2; exit 2", "", "exit status 2: it broke"},
		{"other output", "echo hello", "", "no directory"},
		{"no directory", "echo '{}'", "", "no directory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fakeGo(t, tt.script)
			t.Setenv("GOFLAGS", "-modfile=other.mod")
			t.Setenv("GOWORK", "/other/go.work")
			dir, err := downloadModule(t.Context())
			if dir != tt.dir || (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %q and %v, want %q and an error with %q", dir, err, tt.dir, tt.want)
			}
		})
	}
}

func TestDownloadModuleWithoutGo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := downloadModule(t.Context()); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("got %v, want exec.ErrNotFound", err)
	}
}

func TestDownloadModuleStopsWithItsContext(t *testing.T) {
	fakeGo(t, "exec sleep 60")
	start := time.Now()
	leaktest.Check(t, func() {
		for range 5 {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			if _, err := downloadModule(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, want context.DeadlineExceeded", err)
			}
			cancel()
		}
	})
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("took %v to stop", d)
	}
}
