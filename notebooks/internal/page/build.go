package page

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
)

// build compiles the page's program to WebAssembly. It also returns the script that connects such programs to the browser, which belongs to
// the same version of Go.
func build(ctx context.Context) (program []byte, runtime string, err error) {
	module, err := moduleDir(ctx)
	if err != nil {
		return nil, "", err
	}
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		return nil, "", err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "page.wasm")
	if _, err := goCommand(ctx, module, "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", file, "./notebooks/internal/page/wasm"); err != nil {
		return nil, "", fmt.Errorf("build the page's program: %w", err)
	}
	root, err := goCommand(ctx, module, "env", "GOROOT")
	if err != nil {
		return nil, "", err
	}
	script, err := os.ReadFile(filepath.Join(root, "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		return nil, "", fmt.Errorf("this installation of Go lacks a file for WebAssembly: %w; install Go from go.dev/dl", err)
	}
	program, err = os.ReadFile(file)
	return program, string(script) + "\n", err
}

// moduleDir returns the directory of this module: that of the clone, or of the module cache.
func moduleDir(ctx context.Context) (string, error) {
	version := setup.Version()
	if version == "" {
		file, err := goCommand(ctx, ".", "env", "GOMOD")
		if err != nil || filepath.Base(file) != "go.mod" {
			return "", fmt.Errorf("run this command inside a clone of %s (%v)", setup.Module, err)
		}
		return filepath.Dir(file), nil
	}
	out, err := goCommand(ctx, os.TempDir(), "mod", "download", "-json", setup.Module+"@"+version)
	if err != nil {
		return "", err
	}
	var module struct{ Dir string }
	err = json.Unmarshal([]byte(out), &module)
	return module.Dir, err
}

// goCommand runs the go command for WebAssembly in a directory, and returns what it prints.
func goCommand(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0", "GOEXPERIMENT=", "GOFLAGS=", "GOWORK=off")
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return "", fmt.Errorf("go %s: %w\n%s", args[0], err, exit.Stderr)
	}
	return strings.TrimSpace(string(out)), err
}

func gzipped(content []byte) ([]byte, error) {
	var small bytes.Buffer
	w, err := gzip.NewWriterLevel(&small, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	return small.Bytes(), err
}
