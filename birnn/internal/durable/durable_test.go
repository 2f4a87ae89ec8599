package durable

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "with spaces and ✓")
	for _, content := range []string{"first", "", "third, longer than the first"} {
		if err := Replace(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); string(got) != content || err != nil {
			t.Errorf("got %q, %v; want %q", got, err, content)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "directory"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := Replace(filepath.Join(dir, "directory"), nil); err == nil {
		t.Error("no error for a directory in place of the file")
	}
	if err := Replace(filepath.Join(dir, "missing", "file"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("files were left behind: %v", entries)
	}
}

func TestReplaceKeepsPermissions(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "js" {
		t.Skip("this system has no Unix permissions")
	}
	path := filepath.Join(t.TempDir(), "private")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Replace(path, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v; want a file that only its owner can read", info, err)
	}
}

func TestRemoveLeftovers(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	old := time.Now().Add(-time.Hour)
	for name, when := range map[string]time.Time{
		".file123":     old,        // left by a killed program
		".file456":     time.Now(), // perhaps of a running program
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
		t.Errorf("the files left are %s; want %s", got, want)
	}
}

// TestFlushed traces the system calls: the file is flushed before it is
// renamed, and the directory after that. That is all that a program can do to
// survive a power cut.
func TestFlushed(t *testing.T) {
	if dir := os.Getenv("DURABLE_TEST_CHILD"); dir != "" {
		if err := Replace(filepath.Join(dir, "file"), []byte("content")); err != nil {
			t.Fatal(err)
		}
		return
	}
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed")
	}
	dir := t.TempDir()
	trace := filepath.Join(t.TempDir(), "trace")
	cmd := exec.Command(strace, "-f", "-y", "-o", trace, "-e", "trace=fsync,fdatasync,rename,renameat,renameat2", os.Args[0], "-test.run=^TestFlushed$")
	cmd.Env = append(os.Environ(), "DURABLE_TEST_CHILD="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		if bytes.Contains(out, []byte("ptrace")) {
			t.Skipf("strace may not trace here: %s", out)
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
		t.Errorf("got the calls\n%s\nwant the file flushed, then renamed, then its directory flushed", calls)
	}
}
