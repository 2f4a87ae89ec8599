//go:build linux && amd64 && cgo

package xlacall_test

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// TestParallelUnderSanitizers runs testdata/parallel.c, a thread pool of its own, because XLA's isn't built for the sanitizers.
func TestParallelUnderSanitizers(t *testing.T) {
	compiler, err := exec.LookPath("gcc")
	if err != nil {
		t.Skip("needs gcc: ", err)
	}
	for _, sanitizers := range []string{"thread", "address,undefined"} {
		t.Run(sanitizers, func(t *testing.T) {
			program := filepath.Join(t.TempDir(), "parallel")
			build := exec.Command(compiler, "-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-fno-sanitize-recover", "-fsanitize="+sanitizers,
				"-pthread", "-o", program, "testdata/parallel.c", "parallel_linux_amd64.c")
			if output, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, output)
			}
			if output, err := exec.Command(program).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, output)
			}
		})
	}
}
