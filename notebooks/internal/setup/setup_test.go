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

func TestParseAnswer(t *testing.T) {
	got, err := parseAnswer("/usr/bin/python3\n3.11.7\nvenv")
	if want := (Python{"/usr/bin/python3", "3.11.7", true}); got != want || err != nil {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	if got, err := parseAnswer("/usr/bin/python3\r\n3.11.2\r\nnone"); got.HasVenv || err != nil {
		t.Errorf("without venv: got %v, %v", got, err)
	}
	if _, err := parseAnswer("Install Python from the store"); err == nil {
		t.Error("no error for what is no answer")
	}
}

func TestNewEnough(t *testing.T) {
	for version, want := range map[string]bool{
		"3.9.18": false, "3.10.0": true, "3.13.0rc2": true, "3.14.0a1+": true, "4.0.0": true, "2.7.18": false, "": false, "x.y": false,
	} {
		if got := newEnough(version); got != want {
			t.Errorf("%q: got %v, want %v", version, got, want)
		}
	}
}

func TestFindPythonExplains(t *testing.T) {
	s := newSetup(t)
	for _, test := range []struct{ name, answer, want string }{
		{"none", "", "no Python found"},
		{"old", `/usr/bin/python3\n3.8.10\nvenv`, "too old"},
		{"no venv", `/usr/bin/python3\n3.11.2\nnone`, "apt install python3-venv"},
		{"a shim without one", `'; echo pyenv: not installed >&2; exit 127; '`, "does not run: "},
		{"good", `/usr/bin/python3\n3.11.2\nvenv`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			bin := t.TempDir()
			t.Setenv("PATH", bin)
			if test.answer != "" {
				script := "#!/bin/sh\nprintf '" + test.answer + "\\n'\n"
				if err := os.WriteFile(filepath.Join(bin, "python3"), []byte(script), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			_, err := s.FindPython(t.Context())
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestExplainPip(t *testing.T) {
	t.Setenv("PIP_INDEX_URL", "")
	for _, test := range []struct{ name, output, want string }{
		{"offline", "WARNING: Retrying after connection broken by 'NewConnectionError(...)': /simple/anyio/\nERROR: No matching distribution found for anyio==4.16.0", "pip can't reach pypi.org"},
		{"not on the index", "ERROR: No matching distribution found for anyio==4.16.0", "has no anyio==4.16.0"},
		{"digest", "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated...\n    six==1.17.0 from https://x:\n  Expected sha256 a", "six==1.17.0"},
		{"other", "noise\nERROR: Something else\nnoise", "pip: Something else"},
		{"silent", "", "exit"},
	} {
		err := explainPip(&CommandError{Program: "python", Output: test.output, Err: errors.New("exit status 1")})
		if !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %q, want one line with %q", test.name, err, test.want)
		}
	}
}

func TestExplainGo(t *testing.T) {
	for _, test := range []struct{ name, output, want string }{
		{"offline", `{"Error": "github.com/x@v1: Get \"https://proxy.golang.org/x\": dial tcp: lookup proxy.golang.org: no such host"}`, "no connection"},
		{"compiler", "# pkg\nx.go:1:1: syntax error", "syntax error"},
	} {
		err := explainGo(gonb, &CommandError{Program: "go", Output: test.output, Err: errors.New("exit status 1")})
		if !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %q, want one line with %q", test.name, err, test.want)
		}
	}
}

// kernelJSON is what the tests need of kernel.json.
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
		t.Errorf("PATH is %q: our helpers should come first and the user's PATH last", path)
	}
	if slices.Index(path, s.dir(starter))+1 != slices.Index(path, s.dir(gopls)) || s.dir(starter) == s.dir(gopls) {
		t.Errorf("PATH is %q: what starts gopls should come just before it", path)
	}
	if spec.Env["EASY_GOMLX_CACHE"] != s.Cache || spec.Env["GOMLX_NO_AUTO_INSTALL"] != "1" || spec.Language != "go" {
		t.Errorf("got %v", spec)
	}
}

// TestStarterIsBuilt: from its embedded source, without a network, into a folder that another source would not have.
func TestStarterIsBuilt(t *testing.T) {
	t.Setenv("GOPROXY", "off")
	s := newSetup(t)
	if err := s.check(starter); err == nil {
		t.Fatal("it is there already")
	}
	if err := s.build(t.Context(), starter); err != nil {
		t.Fatal(err)
	}
	if err := s.check(starter); err != nil {
		t.Error(err)
	}
	if other := digest(fstest.MapFS{"gopls/main.go": &fstest.MapFile{Data: []byte("package main")}}); strings.HasSuffix(s.dir(starter), other) {
		t.Errorf("another source has the same folder, %s", s.dir(starter))
	}
}

func TestChecksNameWhatIsMissing(t *testing.T) {
	s := newSetup(t)
	if err := s.CheckJupyter(t.Context()); err == nil || err.Error() != "not installed" {
		t.Errorf("no environment: %v", err)
	}
	if err := os.MkdirAll(s.Venv(), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := s.CheckJupyter(t.Context()); err == nil || !strings.Contains(err.Error(), "not finished") {
		t.Errorf("an unfinished environment: %v", err)
	}
	if err := os.WriteFile(s.complete(), []byte("other\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := s.CheckJupyter(t.Context()); err == nil || !strings.Contains(err.Error(), "other versions") {
		t.Errorf("an environment with other packages: %v", err)
	}
	if err := s.CheckKernel(); err == nil || !strings.Contains(err.Error(), "gonb") {
		t.Errorf("no kernel: %v", err)
	}
	if err := os.MkdirAll(s.dir(gonb), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.program(gonb), []byte("cut off"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := s.CheckKernel(); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("a damaged kernel: %v", err)
	}
}

func TestOneSetUpAtATime(t *testing.T) {
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
		t.Fatal("two set-ups at a time")
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

func TestProgressIsToldApart(t *testing.T) {
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

// TestShared holds that who may only read a complete set-up uses it, with their settings elsewhere, and that an incomplete one is not taken for one.
func TestShared(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	s := newSetup(t)
	if err := os.MkdirAll(s.Venv(), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(s.Cache, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(s.Cache, 0o755) })
	if s.Shared() {
		t.Error("an incomplete set-up is called shared")
	}
	if _, err := s.acquire(t.Context()); err == nil || !strings.Contains(err.Error(), "EASY_GOMLX_CACHE") {
		t.Errorf("the lock of an incomplete set-up: %v", err)
	}
	if err := os.WriteFile(s.complete(), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	release, err := s.acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	release()
	if err := os.Chmod(s.Venv(), 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(s.Venv(), 0o755) })
	if err := s.Prepare(t.Context()); err == nil || !strings.Contains(err.Error(), "another version") || !strings.Contains(err.Error(), s.Cache) {
		t.Errorf("a shared set-up of another version: %v", err)
	}
	if state := s.state(); strings.HasPrefix(state, s.Cache) {
		t.Errorf("the settings go to %s, which can't be written to", state)
	}
}
