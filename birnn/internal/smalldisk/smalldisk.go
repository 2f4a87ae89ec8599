// Package smalldisk gives a test a small disk of its own, which can be filled and made read-only. Its limits apply even to root, unlike
// file permissions.
package smalldisk

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// variable is set in the second process, and names the directory to mount its disk on.
const variable = "SMALLDISK_TEST_DIR"

// Inside runs the test a second time, in another process that has an empty disk of the given size in memory. There it returns the directory
// of that disk and true. In the first process it waits, reports the outcome of the second and returns false: the test has nothing more to
// do.
//
// It needs Linux with user namespaces; elsewhere the test is skipped.
func Inside(t *testing.T, bytes int) (dir string, inside bool) {
	t.Helper()
	if dir := os.Getenv(variable); dir != "" {
		if err := mount(dir, bytes); err != nil {
			t.Skipf("can't mount a disk: %v", err)
		}
		return dir, true
	}
	again := exec.Command(os.Args[0], "-test.v", "-test.run=^"+strings.ReplaceAll(t.Name(), "/", "$/^")+"$")
	again.Env = append(os.Environ(), variable+"="+t.TempDir())
	if err := isolate(again); err != nil {
		t.Skipf("no disk for this test: %v", err)
	}
	out, err := again.CombinedOutput()
	switch {
	case again.ProcessState == nil:
		t.Skipf("no disk for this test: can't start a process in a user namespace: %v", err)
	case err != nil:
		t.Errorf("on a small disk: %v\n%s", err, out)
	case strings.Contains(string(out), "--- SKIP: "+t.Name()):
		t.Skipf("on a small disk:\n%s", out)
	case !strings.Contains(string(out), "--- PASS: "+t.Name()):
		t.Errorf("nothing was tested on the small disk:\n%s", out)
	default:
		t.Logf("on a small disk:\n%s", out)
	}
	return "", false
}

// ReadOnly makes the disk of this test read-only.
func ReadOnly(t *testing.T, dir string) {
	t.Helper()
	if err := protect(dir); err != nil {
		t.Fatal(err)
	}
}
