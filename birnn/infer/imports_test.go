package infer_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const (
	module = "github.com/easy-gomlx/tutorials/"

	// program uses all of the package's kinds of imports.
	program = `package main

import (
	"fmt"
	"os"

	"github.com/easy-gomlx/tutorials/birnn/infer"
)

func main() {
	n, err := infer.Load(os.DirFS("."), ".")
	if err == nil {
		_, err = n.Predict(nil)
	}
	fmt.Println(err)
}
`
)

// TestImports: a program that imports the package gets no GoMLX, no XLA and no
// cgo that it could not do without.
func TestImports(t *testing.T) {
	allowed := []string{
		module + "birnn/infer", module + "birnn/internal/kernel", module + "birnn/internal/checkpoint", module + "birnn/internal/safetensors",
		module + "birnn/internal/durable", "github.com/gofrs/flock", // which checkpoint uses to write
		"golang.org/x/sys/",
	}
	for _, system := range []string{"linux/amd64", "windows/amd64", "darwin/arm64", "js/wasm"} {
		goos, goarch, _ := strings.Cut(system, "/")
		out := goCommand(t, []string{"GOOS=" + goos, "GOARCH=" + goarch}, "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".")
	packages:
		for path := range strings.FieldsSeq(out) {
			for _, prefix := range allowed {
				if path == prefix || strings.HasSuffix(prefix, "/") && strings.HasPrefix(path, prefix) {
					continue packages
				}
			}
			t.Errorf("%s: it imports %s", system, path)
		}
	}
}

// TestBuilds builds a program for other systems, and runs a static one here.
func TestBuilds(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it compiles the standard library for other systems")
	}
	source := filepath.Join(t.TempDir(), "main.go")
	writeFile(t, source, []byte(program))
	for _, system := range []string{"linux/amd64", "linux/arm64", "windows/amd64", "darwin/arm64", "js/wasm"} {
		goos, goarch, _ := strings.Cut(system, "/")
		binary := filepath.Join(t.TempDir(), "program")
		goCommand(t, []string{"GOOS=" + goos, "GOARCH=" + goarch, "CGO_ENABLED=0"}, "build", "-ldflags=-s -w", "-o", binary, source)
		info, err := os.Stat(binary)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %.1f MB", system, float64(info.Size())/1e6)
		if system == runtime.GOOS+"/"+runtime.GOARCH {
			wantStatic(t, binary)
		}
	}
}

// wantStatic fails the test if the program needs shared libraries, or does not run.
func wantStatic(t *testing.T, binary string) {
	t.Helper()
	content, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(content), "libc.so") {
		t.Error("the program needs the C library")
	}
	run := exec.Command(binary)
	run.Dir = t.TempDir()
	if out, err := run.CombinedOutput(); err != nil || !strings.Contains(string(out), fileName) {
		t.Errorf("the program prints %q, %v; want an error that names %s", out, err, fileName)
	}
}

// goCommand returns what the go command prints.
func goCommand(t *testing.T, environment []string, args ...string) string {
	t.Helper()
	if runtime.GOOS == "js" {
		t.Skip("js has no processes")
	}
	command := exec.Command("go", args...)
	command.Env = append(os.Environ(), environment...)
	var stderr strings.Builder
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, &stderr)
	}
	return string(out)
}
