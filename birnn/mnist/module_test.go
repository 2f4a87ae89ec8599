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
)

// fakeGo puts a go command in front of PATH that runs the lines of a shell script.
func fakeGo(t *testing.T, script string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("takes a shell script for the go command")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go"), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

func TestModuleFolder(t *testing.T) {
	tests := []struct {
		name, script string
		dir, want    string // the folder, or part of the error
	}{
		{"found", `echo '{"Dir": "/some/where"}'`, "/some/where", ""},
		{"asked for as it should be", `echo "{\"Dir\": \"$*\"}"`, "mod download -json " + modulePath + "@" + moduleVersion, ""},
		{"away from other modules", `test -f go.mod && test "$PWD" = "$(pwd)" && echo "{\"Dir\": \"$GOFLAGS $GOWORK\"}"`, "-mod=mod off", ""},
		{"refused", `echo '{"Error": "module lookup disabled"}'; exit 1`, "", "module lookup disabled"},
		{"broken", "echo it broke >&2; exit 2", "", "exit status 2: it broke"},
		{"other output", "echo hello", "", "can't be read"},
		{"no folder", "echo '{}'", "", "names no folder"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fakeGo(t, tt.script)
			t.Setenv("GOFLAGS", "-modfile=other.mod")
			t.Setenv("GOWORK", "/other/go.work")
			dir, err := moduleFolder(t.Context())
			if dir != tt.dir || (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %q and %v, want %q and an error with %q", dir, err, tt.dir, tt.want)
			}
		})
	}
}

func TestModuleWithoutGo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := moduleFolder(t.Context()); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("got %v, want exec.ErrNotFound", err)
	}
}

func TestModuleStopsWithItsContext(t *testing.T) {
	fakeGo(t, "exec sleep 60")
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	start := time.Now()
	if _, err := moduleFolder(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("took %v to stop", d)
	}
}

func TestShortened(t *testing.T) {
	if got := shortened(" a\n\tb  c\n"); got != "a b c" {
		t.Errorf("got %q", got)
	}
	if got := shortened(strings.Repeat("é", 1000)); len(got) > 310 || !strings.HasSuffix(got, "é…") {
		t.Errorf("got %d bytes: %q", len(got), got)
	}
}
