package longtest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// breakage is a way to break the code that a test must notice.
type breakage struct {
	what     string
	file     string // from the root of the module
	old, new string // in the file, where old stands once
	pkg      string // whose tests notice
	run      string // which ones
	flags    string // for go test
}

// TestSurvivesBreakage breaks the code in one place after the other, in a copy that only the compiler sees, and holds that the
// tests notice. What they must notice is in the tables beside this file.
func TestSurvivesBreakage(t *testing.T) {
	Need(t)
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, b := range breakages {
		t.Run(b.what, func(t *testing.T) {
			out, err := b.test(t, root)
			switch {
			case err == nil:
				t.Errorf("%s: %q became %q, and go test %s -run %s still passes", b.file, b.old, b.new, b.pkg, b.run)
			case !strings.Contains(out, "--- FAIL") && !strings.Contains(out, "DATA RACE") && !strings.Contains(out, "panic: test timed out"):
				t.Errorf("it failed for another reason than a test:\n%s", out)
			default:
				found++
			}
		})
	}
	t.Logf("%d of %d broken copies were found", found, len(breakages))
}

// TestBreakagesFit holds that the code has what the tables would break.
func TestBreakagesFit(t *testing.T) {
	for _, b := range breakages {
		b.content(t, filepath.Join("..", "..", ".."))
	}
}

// content returns the file that is to be broken, and the name that it has under the root of the module.
func (b breakage) content(t *testing.T, root string) (file, content string) {
	t.Helper()
	file = filepath.Join(root, filepath.FromSlash(b.file))
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(whole), b.old); n != 1 {
		t.Errorf("%s: %s holds %d times, not once: %s", b.what, b.file, n, b.old)
	}
	return file, string(whole)
}

// test runs the tests on the broken copy.
func (b breakage) test(t *testing.T, root string) (string, error) {
	file, content := b.content(t, root)
	dir := t.TempDir()
	broken, overlay := filepath.Join(dir, "broken.go"), filepath.Join(dir, "overlay.json")
	list, err := json.Marshal(map[string]any{"Replace": map[string]string{file: broken}})
	if err == nil {
		err = os.WriteFile(broken, []byte(strings.Replace(content, b.old, b.new, 1)), 0o600)
	}
	if err == nil {
		err = os.WriteFile(overlay, list, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"test", "-overlay", overlay, "-run", b.run, "-timeout", "120s", "./" + b.pkg}
	cmd := exec.Command("go", append(args, strings.Fields(b.flags)...)...)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	return string(out), err
}
