package setup

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func newSetup(t *testing.T) *Setup {
	t.Helper()
	t.Setenv("EASY_GOMLX_CACHE", filepath.Join(t.TempDir(), "cache"))
	screen, err := os.Create(filepath.Join(t.TempDir(), "screen"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { screen.Close() })
	s, err := New(NewConsole(screen))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestExplainGo(t *testing.T) {
	for _, test := range []struct{ name, output, want string }{
		{"offline", `{"Error": "github.com/x@v1: Get \"https://proxy.golang.org/x\": dial tcp: lookup proxy.golang.org: no such host"}`, "no connection"},
		{"compiler", "# pkg\nx.go:1:1: syntax error", "syntax error"},
	} {
		err := explainGo(gonb, &CommandError{Output: test.output, Err: errors.New("exit status 1")})
		if !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %q, want one line with %q", test.name, err, test.want)
		}
	}
}

// kernelJSON has the parts of kernel.json that the tests need.
type kernelJSON struct {
	Argv     []string
	Language string
	Env      map[string]string
}

func readSpec(t *testing.T, s *Setup) (spec kernelJSON) {
	t.Helper()
	content, err := s.kernelSpec()
	if err == nil {
		err = json.Unmarshal(content, &spec)
	}
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

func TestKernelSpec(t *testing.T) {
	s := newSetup(t)
	spec := readSpec(t, s)
	if diff := cmp.Diff([]string{s.program(gonb), "--kernel", "{connection_file}"}, spec.Argv[:3]); diff != "" {
		t.Errorf("argv (-want +got):\n%s", diff)
	}
	path := filepath.SplitList(spec.Env["PATH"])
	if path[0] != s.dir(goimports) || path[len(path)-1] != "${PATH}" {
		t.Errorf("PATH is %q: want our helpers first and the user's PATH last", path)
	}
	if slices.Index(path, s.dir(starter))+1 != slices.Index(path, s.dir(gopls)) || s.dir(starter) == s.dir(gopls) {
		t.Errorf("PATH is %q: want starter just before gopls", path)
	}
	if spec.Env["EASY_GOMLX_CACHE"] != s.Cache || spec.Env["GOMLX_NO_AUTO_INSTALL"] != "1" || spec.Language != "go" {
		t.Errorf("got %v", spec)
	}
}

// TestStarterIsBuilt builds it from its embedded source, without a network, into a directory that depends on the source.
func TestStarterIsBuilt(t *testing.T) {
	t.Setenv("GOPROXY", "off")
	s := newSetup(t)
	if err := s.check(starter); err == nil {
		t.Fatal("it is already installed")
	}
	if err := s.build(t.Context(), starter); err != nil {
		t.Fatal(err)
	}
	if err := s.check(starter); err != nil {
		t.Error(err)
	}
	if other := digest(fstest.MapFS{"gopls/main.go": &fstest.MapFile{Data: []byte("package main")}}); strings.HasSuffix(s.dir(starter), other) {
		t.Errorf("another source has the same directory, %s", s.dir(starter))
	}
}

// TestEnviron verifies that Go code is built with SIMD instructions only where it computes, unless the user decides otherwise.
func TestEnviron(t *testing.T) {
	s := newSetup(t)
	for _, test := range []struct {
		backend, experiment string
		want                bool
	}{{"", "", false}, {"xla:cpu", "", false}, {"go", "", true}, {"go", "nosimd", false}} {
		t.Setenv("GOMLX_BACKEND", test.backend)
		t.Setenv("GOEXPERIMENT", test.experiment)
		if got := slices.Contains(s.Environ(), "GOEXPERIMENT=simd"); got != test.want {
			t.Errorf("GOMLX_BACKEND=%s GOEXPERIMENT=%s: SIMD is %v, want %v", test.backend, test.experiment, got, test.want)
		}
	}
}

func TestCheckKernel(t *testing.T) {
	s := newSetup(t)
	if err := s.CheckKernel(); err == nil || !strings.Contains(err.Error(), "gonb") {
		t.Errorf("no kernel: %v", err)
	}
	if err := os.MkdirAll(s.dir(gonb), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.program(gonb), []byte("cut off"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := s.CheckKernel(); err == nil || !strings.Contains(err.Error(), "corrupt") {
		t.Errorf("a corrupt kernel: %v", err)
	}
}

func TestOneSetupAtATime(t *testing.T) {
	s := newSetup(t)
	if err := os.MkdirAll(s.Cache, 0o755); err != nil {
		t.Fatal(err)
	}
	release, err := s.acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	other := &Setup{Cache: s.Cache, Console: s.Console}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := other.acquire(ctx); err == nil {
		t.Fatal("two setups at a time")
	}
	release()
	release, err = other.acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	release()
}

func TestPrepareStopsBeforeItsFirstStep(t *testing.T) {
	s := newSetup(t)
	t.Setenv("PATH", t.TempDir()) // no Python
	err := s.Prepare(t.Context())
	if err == nil || !strings.Contains(err.Error(), "prepare JupyterLab: no Python") {
		t.Errorf("got %v", err)
	}
}

func TestProgress(t *testing.T) {
	for text, want := range map[string]bool{
		"x.whl from host: 12.5 MB of 62.7 MB": true,
		"x.whl from host: 32.7 kB of 62.7 MB": true,
		"x.whl from host: 512 B":              true,
		"installed /a/b.so":                   false,
	} {
		if got := progress.MatchString(text); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

// TestShared verifies that a complete read-only setup is used, with settings elsewhere, and that an incomplete one is not.
func TestShared(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root can write everywhere")
	}
	s := newSetup(t)
	if err := os.MkdirAll(s.Jupyter().Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(s.Cache, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(s.Cache, 0o755) })
	if s.Shared() {
		t.Error("Shared reports an incomplete setup")
	}
	if _, err := s.acquire(t.Context()); err == nil || !strings.Contains(err.Error(), "EASY_GOMLX_CACHE") {
		t.Errorf("the lock of an incomplete setup: %v", err)
	}
	if err := os.WriteFile(s.Jupyter().Complete(), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	release, err := s.acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	release()
	if err := os.Chmod(s.Jupyter().Dir, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(s.Jupyter().Dir, 0o755) })
	if err := s.Prepare(t.Context()); err == nil || !strings.Contains(err.Error(), "another version") || !strings.Contains(err.Error(), s.Cache) {
		t.Errorf("a shared setup of another version: %v", err)
	}
	if state := s.state(); strings.HasPrefix(state, s.Cache) {
		t.Errorf("the settings go to %s, which is read-only", state)
	}
}
