//go:build unix

// Package pyenv makes Python environments with pinned packages, on Linux and
// macOS:
//
//	env := pyenv.Env{Dir: dir, Requirements: requirements}
//	if err := env.Ensure(ctx, log.Printf); err != nil {
//		return err
//	}
//	out, err := env.Command(ctx, "script.py").Output()
package pyenv

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// Env is a Python environment in a directory of its own.
type Env struct {
	// Dir is the directory. Ensure deletes its contents, unless they are the
	// complete environment. Dir + ".lock" is a lock file.
	Dir string

	// Requirements is a requirements file in pip's format. It lists each
	// package, indirect ones included, with its version and its hashes.
	Requirements []byte

	// Oldest and Newest are the minor versions of Python 3 that the packages
	// support: 11 and 13 stand for Python 3.11 to 3.13. Zero means 10 for
	// Oldest, and no limit for Newest.
	Oldest, Newest int
}

// Python returns the path of the environment's interpreter.
func (e Env) Python() string {
	return filepath.Join(e.Dir, "bin", "python")
}

// Command returns the command that runs the environment's interpreter with
// the given arguments. Packages outside the environment are hidden from it.
func (e Env) Command(ctx context.Context, args ...string) *exec.Cmd {
	return command(ctx, e.Python(), args...)
}

// Complete returns the path of the file that marks the environment as complete.
func (e Env) Complete() string { return filepath.Join(e.Dir, "complete") }

// Check returns nil if the environment is complete, has the required packages
// and has an interpreter that runs. Otherwise the error says which of these
// fails.
func (e Env) Check(ctx context.Context) error {
	got, err := os.ReadFile(e.Complete())
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(e.Dir); errors.Is(err, fs.ErrNotExist) {
			return errors.New("not installed")
		}
		return errors.New("its installation was not finished")
	}
	if err != nil {
		return err
	}
	if string(got) != e.fingerprint() {
		return errors.New("its packages have other versions than the required ones")
	}
	if _, err := run(ctx, e.Command(ctx, "-c", "")); err != nil {
		return fmt.Errorf("its Python does not run: %w", err)
	}
	return nil
}

// fingerprint identifies the required packages.
func (e Env) fingerprint() string { return fmt.Sprintf("%x\n", sha256.Sum256(e.Requirements)) }

// Ensure makes the environment, unless [Env.Check] finds nothing wrong with it.
// Several processes may call it at the same time: one makes the environment,
// the others wait. If one is interrupted or even killed, the next call starts
// over. Ensure calls report before anything that takes a while.
func (e Env) Ensure(ctx context.Context, report func(format string, args ...any)) error {
	if e.Check(ctx) == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(e.Dir), 0o755); err != nil {
		return err
	}
	lock, err := acquire(ctx, e.Dir+".lock", report)
	if err != nil {
		return err
	}
	defer lock.Close()
	if e.Check(ctx) == nil { // made by the process that had the lock
		return nil
	}
	if err := os.Remove(e.Complete()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	python, err := e.FindPython(ctx)
	if err != nil {
		return err
	}
	report("making an environment of Python %s in %s", python.Version, e.Dir)
	return e.install(ctx, python, lock)
}

// install makes the environment and marks it as complete. The programs that
// it starts hold the lock too: pip may outlive a process that is killed.
func (e Env) install(ctx context.Context, python Python, lock *lock) error {
	venv := command(ctx, python.Path, "-m", "venv", "--clear", e.Dir)
	lock.share(venv)
	if _, err := run(ctx, venv); err != nil {
		return err
	}
	list := filepath.Join(e.Dir, "requirements.txt")
	if err := os.WriteFile(list, e.Requirements, 0o644); err != nil {
		return err
	}
	pip := e.Command(ctx, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-cache-dir",
		"--retries", "2", "--only-binary", ":all:", "--no-deps", "--require-hashes", "-r", list)
	lock.share(pip)
	if _, err := run(ctx, pip); err != nil {
		return err
	}
	return os.WriteFile(e.Complete(), []byte(e.fingerprint()), 0o644)
}
