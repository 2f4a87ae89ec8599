package durable

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "with spaces and \xff")
	for _, content := range []string{"first", "", "third, longer than the first"} {
		if err := Replace(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); string(got) != content || err != nil {
			t.Errorf("got %q, %v; want %q", got, err, content)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := Replace(filepath.Join(dir, "folder"), nil); err == nil {
		t.Error("no error for a folder in place of the file")
	}
	if err := Replace(filepath.Join(dir, "missing", "file"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the error is %v; want one that wraps fs.ErrNotExist", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("files were left behind: %v", entries)
	}
}

func TestRemoveLeftovers(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	old := time.Now().Add(-time.Hour)
	for name, when := range map[string]time.Time{
		".file123":     old,        // of a killed program
		".file456":     time.Now(), // perhaps of one that still runs
		".file-notes7": old,        // not ours
		".other123":    old,        // of another file
		"file":         old,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(filepath.Join(dir, name), when, when); err != nil {
			t.Fatal(err)
		}
	}
	RemoveLeftovers(path, time.Now().Add(-time.Minute))
	RemoveLeftovers(filepath.Join(dir, "missing", "file"), time.Now())
	var left []string
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if got, want := strings.Join(left, " "), ".file-notes7 .file456 .other123 file"; got != want {
		t.Errorf("left are %s; want %s", got, want)
	}
}

// TestFlushed watches the system calls: a file is on the disk before it takes its name, and the name
// is on the disk before Replace returns. That is all that a program can do against a power cut.
func TestFlushed(t *testing.T) {
	if dir := os.Getenv("DURABLE_TEST_CHILD"); dir != "" {
		if err := Replace(filepath.Join(dir, "file"), []byte("content")); err != nil {
			t.Fatal(err)
		}
		return
	}
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace, which shows a program's system calls, is not installed")
	}
	dir := t.TempDir()
	trace := filepath.Join(t.TempDir(), "trace")
	cmd := exec.Command(strace, "-f", "-y", "-o", trace, "-e", "trace=fsync,fdatasync,rename,renameat,renameat2", os.Args[0], "-test.run=^TestFlushed$")
	cmd.Env = append(os.Environ(), "DURABLE_TEST_CHILD="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		if bytes.Contains(out, []byte("ptrace")) {
			t.Skipf("this machine allows no tracing: %s", out)
		}
		t.Fatalf("%v\n%s", err, out)
	}
	calls, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	quoted := regexp.QuoteMeta(dir)
	want := regexp.MustCompile(`(?s)fsync\(\d+<` + quoted + `/\.file\d+>.*rename\w*\([^\n]*` + quoted + `/file".*fsync\(\d+<` + quoted + `>`)
	if !want.Match(calls) {
		t.Errorf("the calls were\n%s\nwant the file flushed, then renamed, then its directory flushed", calls)
	}
}
