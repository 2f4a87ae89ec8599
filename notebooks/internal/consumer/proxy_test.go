// Package consumer tests the module as others find it after its publication: downloaded from a module proxy, without a clone.
package consumer

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
)

// root is the directory of the module.
var root = filepath.Join("..", "..", "..")

// published is this module as others find it after its publication: a version in a module proxy, and the variables with which the go
// command downloads it from there.
type published struct {
	version string
	environ []string
}

// publish packs the module for a proxy in a directory, https://go.dev/ref/mod#serving-from-proxy. Other modules come from where the
// go command of this machine finds them.
func publish(t *testing.T) published {
	t.Helper()
	names, pack := files(t), sha256.New()
	for _, name := range names {
		fmt.Fprintf(pack, "%s\n%x\n", name, sha256.Sum256(read(t, filepath.Join(root, name))))
	}
	// A version for each content, because the go command never downloads a version twice.
	version := fmt.Sprintf("v0.0.0-test-%.6x", pack.Sum(nil))
	var content bytes.Buffer
	archive := zip.NewWriter(&content)
	for _, name := range names {
		f, err := archive.Create(path.Join(setup.Module+"@"+version, filepath.ToSlash(name)))
		if err == nil {
			_, err = f.Write(read(t, filepath.Join(root, name)))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	proxy := t.TempDir()
	dir := filepath.Join(proxy, filepath.FromSlash(setup.Module), "@v")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, version+".zip"), content.Bytes())
	write(t, filepath.Join(dir, version+".mod"), read(t, filepath.Join(root, "go.mod")))
	write(t, filepath.Join(dir, "list"), []byte(version+"\n"))
	write(t, filepath.Join(dir, version+".info"), fmt.Appendf(nil, `{"Version":%q,"Time":"2026-01-01T00:00:00Z"}`, version))
	t.Cleanup(func() { forget(t, version) })
	return published{version, []string{
		"GOPROXY=file://" + filepath.ToSlash(proxy) + "," + goEnv(t, "GOPROXY"),
		"GONOSUMDB=" + setup.Module, // the public checksum database does not know this version
		"GOWORK=off",
	}}
}

// files returns the names of the module's files: all that .gitignore does not exclude. Its patterns are those of base names.
func files(t *testing.T) []string {
	t.Helper()
	ignored := append(strings.Split(string(read(t, filepath.Join(root, ".gitignore"))), "\n"), ".git")
	var names []string
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		isIgnored := slices.ContainsFunc(ignored, func(pattern string) bool {
			match, _ := path.Match(strings.TrimSuffix(pattern, "/"), entry.Name())
			return match
		})
		switch {
		case isIgnored && entry.IsDir():
			return filepath.SkipDir
		case !isIgnored && entry.Type().IsRegular():
			name, err = filepath.Rel(root, name)
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// forget removes the version from the module cache of this machine.
func forget(t *testing.T, version string) {
	module := filepath.FromSlash(setup.Module)
	cache := goEnv(t, "GOMODCACHE")
	downloads := filepath.Join(cache, "cache", "download", module, "@v")
	garbage, err := filepath.Glob(filepath.Join(downloads, version+".*"))
	if err != nil {
		t.Error(err)
	}
	source := filepath.Join(cache, module+"@"+version)
	_ = filepath.WalkDir(source, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			err = os.Chmod(name, 0o755) // the go command makes directories read-only
		}
		return err // of a version that was not downloaded
	})
	for _, name := range append(garbage, filepath.Join(downloads, "list"), source) {
		if err := os.RemoveAll(name); err != nil {
			t.Error(err)
		}
	}
}

// execute returns what a command in a directory prints to its standard output.
func execute(t *testing.T, dir string, environ []string, command string, args ...string) string {
	t.Helper()
	cmd := exec.Command(command, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), environ...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s%s", command, args, err, out, &errs)
	}
	return string(out)
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func write(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name, content, 0o644); err != nil {
		t.Fatal(err)
	}
}
