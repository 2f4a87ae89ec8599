//go:build linux && amd64 && cgo

package kernel

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSanitizers compiles the C code with the sanitizers for addresses and
// undefined behavior, and runs it on many odd sizes.
func TestSanitizers(t *testing.T) {
	if testing.Short() {
		t.Skip("takes ten seconds: run it without -short")
	}
	cc, err := exec.Command("go", "env", "CC").Output()
	if err != nil {
		t.Fatal(err)
	}
	compile := func(program string, sources ...string) ([]byte, error) {
		args := append(strings.Fields(string(cc)), "-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-o", program)
		return exec.Command(args[0], append(args[1:], sources...)...).CombinedOutput()
	}
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty.c")
	if err := os.WriteFile(empty, []byte("int main(void) { return 0; }\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if output, err := compile(filepath.Join(dir, "empty"), empty); err != nil {
		t.Skipf("%s has no sanitizers: %v\n%s", strings.TrimSpace(string(cc)), err, output)
	}
	program := filepath.Join(dir, "sanitize")
	if output, err := compile(program, "testdata/sanitize.c", "avx512.c", "avx2.c"); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	output, err := exec.Command(program).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for _, i := range native {
		if i.Supported() && !strings.Contains(string(output), i.Name+"\n") {
			t.Errorf("%s was not run", i.Name)
		}
	}
}
