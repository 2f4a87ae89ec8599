// Package smalldisk gives a test a disk of its own, which is full soon or can't be written to. Root too meets the limits of a real disk
// there, where permissions would not stop it.
package smalldisk

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// variable tells the second process where its disk is to be.
const variable = "SMALLDISK_TEST_DIR"

// Inside runs the whole test once more, in another process that sees an empty disk of so many bytes. There it returns the
// directory of that disk and true. The first process waits, takes over the outcome and gets false: it has nothing more to do.
//
// The disk is in memory and gone when the process ends. It takes Linux with user namespaces; elsewhere the test is skipped.
func Inside(t *testing.T, bytes int) (dir string, inside bool) {
	t.Helper()
	if dir := os.Getenv(variable); dir != "" {
		if err := mount(dir, bytes); err != nil {
			t.Skipf("no disk of a test's own: mounting one: %v", err)
		}
		return dir, true
	}
	again := exec.Command(os.Args[0], "-test.v", "-test.run=^"+strings.ReplaceAll(t.Name(), "/", "$/^")+"$")
	again.Env = append(os.Environ(), variable+"="+t.TempDir())
	if err := isolate(again); err != nil {
		t.Skipf("no disk of a test's own: %v", err)
	}
	out, err := again.CombinedOutput()
	switch {
	case again.ProcessState == nil:
		t.Skipf("no disk of a test's own: starting a process in namespaces of its own: %v", err)
	case err != nil:
		t.Errorf("with a disk of its own: %v\n%s", err, out)
	case strings.Contains(string(out), "--- SKIP: "+t.Name()):
		t.Skipf("with a disk of its own:\n%s", out)
	case !strings.Contains(string(out), "--- PASS: "+t.Name()):
		t.Errorf("with a disk of its own nothing was tested:\n%s", out)
	default:
		t.Logf("with a disk of its own:\n%s", out)
	}
	return "", false
}

// ReadOnly forbids to write to the disk of this test from now on.
func ReadOnly(t *testing.T, dir string) {
	t.Helper()
	if err := protect(dir); err != nil {
		t.Fatal(err)
	}
}
