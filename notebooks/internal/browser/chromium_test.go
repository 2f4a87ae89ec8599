package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// outcome records how a test of this package's would end.
type outcome struct {
	testing.TB
	said string
}

type ended struct{}

func (o *outcome) Helper() {}

func (o *outcome) Skipf(format string, args ...any) {
	o.said = "skipped: " + fmt.Sprintf(format, args...)
	panic(ended{})
}

func (o *outcome) Fatalf(format string, args ...any) {
	o.said = "failed: " + fmt.Sprintf(format, args...)
	panic(ended{})
}

// find returns what Find does: the program, or how it ends the test.
func find() (result string) {
	o := new(outcome)
	defer func() {
		if r := recover(); r == (ended{}) {
			result = o.said
		} else if r != nil {
			panic(r)
		}
	}()
	return Find(o)
}

// TestFind verifies that a missing Chromium fails the tests in CI and skips them elsewhere, in both cases with how to install it, and that an
// installed one is found.
func TestFind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	t.Setenv("CHROME", "")
	installed := names
	names = []string{"chromium"}
	defer func() { names = installed }()
	for ci, want := range map[string]string{"": "skipped: ", "true": "failed: "} {
		t.Setenv("CI", ci)
		if got := find(); !strings.HasPrefix(got, want) || !strings.Contains(got, "install") {
			t.Errorf("CI=%q, no Chromium: %q", ci, got)
		}
	}
	t.Setenv("CHROME", filepath.Join(dir, "missing"))
	if got := find(); !strings.HasPrefix(got, "failed: CHROME=") {
		t.Errorf("a wrong CHROME: %q", got)
	}
	t.Setenv("CHROME", "")
	program := filepath.Join(dir, "chromium")
	if err := os.WriteFile(program, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	if got := find(); got != program {
		t.Errorf("got %q, want %q", got, program)
	}
}
