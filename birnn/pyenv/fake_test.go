//go:build unix

package pyenv

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakePython makes a shell script the only Python on PATH. It reports the given
// version, copies itself into environments, and runs a command instead of pip.
func fakePython(t *testing.T, version, venv, pip string) (record string) {
	t.Helper()
	dir := t.TempDir()
	record = filepath.Join(dir, "record")
	script := fmt.Sprintf(`#!/bin/sh
case "$1 $2" in
"-c import"*) printf '%%s\n' %s %s "$0";;
"-m venv") /bin/mkdir -p "$4/bin" && /bin/cp "$0" "$4/bin/python" && echo venv >> %s;;
"-m pip") %s;;
esac
`, version, venv, record, strings.ReplaceAll(pip, "RECORD", record))
	if err := os.WriteFile(filepath.Join(dir, "python3"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	return record
}

func TestFindPython(t *testing.T) {
	for _, test := range []struct {
		why, version, venv string
		env                Env
		want               string // in the error
	}{
		{"the oldest", "3.10.0", "venv", Env{}, ""},
		{"too old", "3.9.18", "venv", Env{}, "3.10 or newer"},
		{"too old for these packages", "3.10.2", "venv", Env{Oldest: 11, Newest: 13}, "3.11 to 3.13"},
		{"too new for these packages", "3.14.0a1+", "venv", Env{Oldest: 11, Newest: 13}, "3.11 to 3.13"},
		{"a release candidate", "3.13.0rc2", "venv", Env{Oldest: 11, Newest: 13}, ""},
		{"another major version", "4.11.0", "venv", Env{}, "not supported"},
		{"no venv", "3.11.2", "none", Env{}, "install python3-venv"},
		{"no Python", "Install", "it", Env{}, "is not a Python interpreter"},
		{"a shim without one", "; exit 127;", "", Env{}, "does not run"},
	} {
		fakePython(t, test.version, test.venv, "")
		got, err := test.env.FindPython(t.Context())
		if test.want != "" {
			wantError(t, test.why, err, test.want)
		} else if got.Version != test.version || filepath.Base(got.Path) != "python3" || err != nil {
			t.Errorf("%s: got %v, %v", test.why, got, err)
		}
	}
	t.Setenv("PATH", t.TempDir())
	_, err := Env{}.FindPython(t.Context())
	wantError(t, "none", err, "no Python on PATH", "3.10")
}

// TestFindPythonPrefers a usable Python with a versioned name to an unusable python3.
func TestFindPythonPrefers(t *testing.T) {
	fakePython(t, "3.12.1", "venv", "")
	good := os.Getenv("PATH")
	if err := os.Rename(filepath.Join(good, "python3"), filepath.Join(good, "python3.12")); err != nil {
		t.Fatal(err)
	}
	fakePython(t, "3.14.0", "venv", "")
	t.Setenv("PATH", os.Getenv("PATH")+":"+good)
	if got, err := (Env{Newest: 13}).FindPython(t.Context()); got.Version != "3.12.1" || err != nil {
		t.Errorf("got %v, %v; want 3.12.1", got, err)
	}
}

func TestEnsureOnAFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("this system has no /dev/full:", err)
	}
	fakePython(t, "3.11.2", "venv", `/bin/cat "$0" > /dev/full`)
	env := Env{Dir: filepath.Join(t.TempDir(), "env")}
	if err := os.Mkdir(env.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(env.Complete(), []byte(env.fingerprint()), 0o644); err != nil { // but its Python is gone
		t.Fatal(err)
	}
	wantError(t, "full disk", env.Ensure(t.Context(), t.Logf), "No space left")
	wantError(t, "full disk", env.Check(t.Context()), "not finished")
}

// TestConcurrentEnsure: of several concurrent calls, one makes the environment.
func TestConcurrentEnsure(t *testing.T) {
	record := fakePython(t, "3.11.2", "venv", "/bin/sleep 0.3; echo pip >> RECORD")
	env := Env{Dir: filepath.Join(t.TempDir(), "env"), Requirements: []byte(six)}
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if err := env.Ensure(t.Context(), t.Logf); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	wantRecord(t, record, "venv pip")
	env.Requirements = nil
	if err := env.Ensure(t.Context(), t.Logf); err != nil {
		t.Error(err)
	}
	wantRecord(t, record, "venv pip venv pip")
}

// TestEnsureOnlyReads: a complete environment may be one that somebody else has
// made, in a directory that this user can't write to.
func TestEnsureOnlyReads(t *testing.T) {
	fakePython(t, "3.11.2", "venv", "")
	env := Env{Dir: filepath.Join(t.TempDir(), "env")}
	if err := env.Ensure(t.Context(), t.Logf); err != nil {
		t.Fatal(err)
	}
	lock := env.Dir + ".lock"
	if err := os.Remove(lock); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(lock, 0o755); err != nil { // fails to open, for root too
		t.Fatal(err)
	}
	if err := env.Ensure(t.Context(), t.Logf); err != nil {
		t.Error(err)
	}
	env.Requirements = []byte(six)
	wantError(t, "no lock", env.Ensure(t.Context(), t.Logf), lock)
}

// TestEnsureAfterAKill kills a process that makes an environment. Its pip keeps running; the next call waits for it, and then starts over.
func TestEnsureAfterAKill(t *testing.T) {
	env := Env{Dir: os.Getenv("PYENV_TEST_DIR")}
	if env.Dir != "" {
		env.Ensure(t.Context(), t.Logf)
		return
	}
	record := fakePython(t, "3.11.2", "venv", "echo begin >> RECORD; /bin/sleep 1; echo end >> RECORD")
	env.Dir = filepath.Join(t.TempDir(), "env")
	victim := exec.Command(os.Args[0], "-test.run=^TestEnsureAfterAKill$")
	victim.Env = append(os.Environ(), "PYENV_TEST_DIR="+env.Dir)
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); !strings.Contains(read(record), "begin"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("pip was not started")
		}
	}
	victim.Process.Kill()
	victim.Wait()
	wantError(t, "after the kill", env.Check(t.Context()), "not finished")

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	wantError(t, "a short deadline", env.Ensure(ctx, t.Logf), "another process", context.DeadlineExceeded.Error())
	if err := env.Ensure(t.Context(), t.Logf); err != nil {
		t.Fatal(err)
	}
	wantRecord(t, record, "venv begin end venv begin end")
}

func read(path string) string {
	content, _ := os.ReadFile(path)
	return string(content)
}

func wantRecord(t *testing.T, path, want string) {
	t.Helper()
	if got := strings.Join(strings.Fields(read(path)), " "); got != want {
		t.Errorf("the commands that ran are %q, want %q", got, want)
	}
}
