package lab

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
)

// fakePython returns a setup whose Python is a shell script. The script may write to the file $RECORD; screen returns what the launcher prints.
func fakePython(t *testing.T, script string) (s *setup.Setup, record string, screen func() string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("EASY_GOMLX_CACHE", filepath.Join(dir, "a cache"))
	record = filepath.Join(dir, "record")
	t.Setenv("RECORD", record)
	out, err := os.Create(filepath.Join(dir, "screen"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { out.Close() })
	if s, err = setup.New(setup.NewConsole(out)); err != nil {
		t.Fatal(err)
	}
	if script != "" {
		if err := os.MkdirAll(filepath.Dir(s.Jupyter().Python()), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(s.Jupyter().Python(), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return s, record, func() string {
		said, err := os.ReadFile(out.Name())
		if err != nil {
			t.Fatal(err)
		}
		return string(said)
	}
}

// recorded returns the arguments that the fake Python was started with, or nil if it was not started.
func recorded(t *testing.T, record string) []string {
	t.Helper()
	content, err := os.ReadFile(record)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(content), "\x00"), "\x00")
}

const recordArguments = `printf '%s\0' "$@" > "$RECORD"`

// oddNames contain characters that are special in shells, URLs or text encodings.
var oddNames = []string{"with a space", "a%20b?c#d&e", "$HOME;*'\"", "näive ✓", "no\xffutf8"}
