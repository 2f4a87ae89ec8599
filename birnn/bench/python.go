package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/cachedir"
	"github.com/gofrs/flock"
	"github.com/google/renameio/v2"
)

// errNoPython says which Pythons would do: those that all pinned packages have files for.
var errNoPython = errors.New("no Python 3.11 to 3.13 with its venv module is on PATH")

const question = `import sys, ensurepip, venv
sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))`

// findPython returns a Python that the environments can be made with.
func findPython(ctx context.Context) (string, error) {
	for _, name := range []string{"python3", "python", "python3.11", "python3.12", "python3.13"} {
		if path, err := exec.LookPath(name); err == nil && exec.CommandContext(ctx, path, "-c", question).Run() == nil {
			return path, nil
		}
	}
	return "", errNoPython
}

// environment returns the Python of an environment in the user's cache that holds the packages of peers/NAME.txt, and makes it if it
// is missing or holds others. Each file that pip fetches is checked by its SHA-256.
func environment(ctx context.Context, name string, report func(string, ...any)) (string, error) {
	requirements, err := files.ReadFile("peers/" + name + ".txt")
	if err != nil {
		return "", err
	}
	cache, err := cachedir.Get()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "bench", name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("%w; set %s to a directory that can be written to", err, cachedir.Variable)
	}
	lock := flock.New(dir + ".lock")
	if _, err := lock.TryLockContext(ctx, 200*time.Millisecond); err != nil {
		return "", fmt.Errorf("waiting for another set-up: %w", err)
	}
	defer lock.Close()

	python, complete := filepath.Join(dir, "bin", "python"), filepath.Join(dir, "complete")
	fingerprint := fmt.Sprintf("%x\n", sha256.Sum256(requirements))
	if got, err := os.ReadFile(complete); err == nil && string(got) == fingerprint && exec.CommandContext(ctx, python, "-c", "").Run() == nil {
		return python, nil
	}
	base, err := findPython(ctx)
	if err != nil {
		return "", err
	}
	report("installing %s for Python into %s, which is needed once and takes a few minutes", name, dir)
	if err := run(ctx, base, "-m", "venv", "--clear", dir); err != nil { // takes away the mark of completeness too
		return "", err
	}
	list := filepath.Join(dir, "requirements.txt")
	if err := os.WriteFile(list, requirements, 0o644); err != nil {
		return "", err
	}
	err = run(ctx, python, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-cache-dir", "--retries", "2",
		"--only-binary", ":all:", "--no-deps", "--require-hashes", "-r", list)
	if err != nil {
		return "", err
	}
	return python, renameio.WriteFile(complete, []byte(fingerprint), 0o644)
}

// run runs a program and returns the last line that it wrote as an error, if it fails.
func run(ctx context.Context, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), "PYTHONPATH=", "PYTHONHOME=")
	out, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return fmt.Errorf("%s: %w: %s", strings.Join(append([]string{filepath.Base(program)}, args[:2]...), " "), err, lines[len(lines)-1])
}

// environments makes what the peers need. A peer whose environment can't be had is left out, and report says why.
func environments(ctx context.Context, chosen []peer, report func(string, ...any)) (left []peer, pythons map[string]string) {
	pythons = map[string]string{}
	failures := map[string]error{}
	for _, p := range chosen {
		if p.env != "" && pythons[p.env] == "" && failures[p.env] == nil {
			pythons[p.env], failures[p.env] = environment(ctx, p.env, report)
		}
		if err := failures[p.env]; err != nil {
			report("left out: %s, because of its Python environment: %v", p.name, err)
			continue
		}
		left = append(left, p)
	}
	return left, pythons
}
