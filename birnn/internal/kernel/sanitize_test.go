//go:build linux && amd64 && cgo

package kernel

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSanitizers compiles the C code with the address and undefined-behavior
// sanitizers, and with the thread sanitizer, and runs it on many odd sizes.
func TestSanitizers(t *testing.T) {
	if testing.Short() {
		t.Skip("takes twenty seconds: run it without -short")
	}
	cc, err := exec.Command("go", "env", "CC").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, sanitizers := range []string{"address,undefined", "thread"} {
		t.Run(sanitizers, func(t *testing.T) { sanitize(t, strings.Fields(string(cc)), sanitizers) })
	}
}

func sanitize(t *testing.T, cc []string, sanitizers string) {
	compile := func(program string, sources ...string) ([]byte, error) {
		args := append(cc[1:len(cc):len(cc)], "-O1", "-g", "-pthread", "-fsanitize="+sanitizers, "-fno-sanitize-recover=all", "-o", program)
		return exec.Command(cc[0], append(args, sources...)...).CombinedOutput()
	}
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty.c")
	if err := os.WriteFile(empty, []byte("int main(void) { return 0; }\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if output, err := compile(filepath.Join(dir, "empty"), empty); err != nil {
		t.Skipf("%s does not have the sanitizers: %v\n%s", cc, err, output)
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
