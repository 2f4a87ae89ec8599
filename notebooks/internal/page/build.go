package page

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
)

// build compiles the page's program to WebAssembly. It also returns the script that connects such programs to the browser, which belongs to
// the same version of Go.
func build(ctx context.Context) (program []byte, runtime string, err error) {
	module, err := setup.ModuleDir(ctx)
	if err != nil {
		return nil, "", err
	}
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		return nil, "", err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "page.wasm")
	_, err = setup.Go(ctx, module, forBrowsers, "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", file, "./notebooks/internal/page/wasm")
	var failed *setup.CommandError
	if errors.As(err, &failed) {
		return nil, "", fmt.Errorf("build the page's program: %w\n%s", err, failed.Output)
	}
	if err != nil {
		return nil, "", err
	}
	root, err := setup.Go(ctx, module, forBrowsers, "env", "GOROOT")
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

// forBrowsers makes the go command build for WebAssembly.
var forBrowsers = []string{"GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0", "GOEXPERIMENT="}

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
