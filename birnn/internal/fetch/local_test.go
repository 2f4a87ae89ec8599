package fetch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func reportTo(w io.Writer) func(string, ...any) {
	return func(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }
}

// TestFileWithoutAPlace: what this machine can't store is told before any server is asked.
func TestFileWithoutAPlace(t *testing.T) {
	s := serve(t, gives(content))
	blocked := filepath.Join(t.TempDir(), "blocked")
	if err := os.WriteFile(blocked, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	dsts := map[string]string{"a file where the folder belongs": filepath.Join(blocked, "file")}
	if os.Geteuid() != 0 {
		readOnly := t.TempDir()
		if err := os.Chmod(readOnly, 0o555); err != nil {
			t.Fatal(err)
		}
		dsts["read-only folder"] = filepath.Join(readOnly, "file")
	} else {
		t.Log("root writes to read-only folders too: that part is left out; TestReadOnlyDisk has a disk that root can't write to")
	}
	for name, dst := range dsts {
		t.Run(name, func(t *testing.T) {
			err := File(t.Context(), dst, options(s.URL))
			if err == nil || !strings.Contains(err.Error(), dst) {
				t.Errorf("got %v, want an error that names %s", err, dst)
			}
		})
	}
	if n := s.requests.Load(); n != 0 {
		t.Errorf("%d requests, want none", n)
	}
}

// TestFullDisk writes to /dev/full, which answers every write as a full disk does.
func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this system has no /dev/full")
	}
	defer full.Close()
	s := serve(t, gives(content))
	j, err := newJob("file", options(s.URL))
	if err != nil {
		t.Fatal(err)
	}
	watch := startWatch(time.Minute, func(error) {})
	defer watch.stop()
	var local *StorageError
	if err := j.receive(t.Context(), s.URL, false, full, watch); !errors.As(err, &local) {
		t.Errorf("got %v, want a local error, which ends the download", err)
	}
}

func TestLeftovers(t *testing.T) {
	s := serve(t, gives(content))
	folder := t.TempDir()
	old := time.Now().Add(-25 * time.Hour)
	for name, when := range map[string]time.Time{
		".file123":     old,        // left by a killed download
		".file456":     time.Now(), // perhaps of a download that still runs
		".file-notes7": old,        // not ours
		".other123":    old,        // of another file
	} {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, when, when); err != nil {
			t.Fatal(err)
		}
	}
	dst := filepath.Join(folder, "file")
	if err := File(t.Context(), dst, options(s.URL)); err != nil {
		t.Fatal(err)
	}
	wantOnly(t, dst, ".file-notes7", ".file456", ".other123", "file")
}

// TestKilled kills a process in the middle of a download: only its temporary file may remain, and the next call succeeds.
func TestKilled(t *testing.T) {
	if dst := os.Getenv("FETCH_TEST_DST"); dst != "" { // this is the process to be killed
		o := options(os.Getenv("FETCH_TEST_URL"))
		o.StallTimeout = time.Minute
		t.Fatal(File(t.Context(), dst, o))
	}
	s := serve(t, stallsAfter(100_000))
	dst := filepath.Join(t.TempDir(), "file")
	child := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	child.Env = append(os.Environ(), "FETCH_TEST_DST="+dst, "FETCH_TEST_URL="+s.URL)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	temporary := waitForHalf(t, filepath.Dir(dst))
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	child.Wait()
	wantOnly(t, dst, temporary)

	good := serve(t, gives(content))
	if err := File(t.Context(), dst, options(good.URL)); err != nil {
		t.Fatal(err)
	}
	wantOnly(t, dst, temporary, "file")
}

// waitForHalf waits until a file in the folder holds the bytes that the stalling server sends, and gives its name.
func waitForHalf(t *testing.T, folder string) string {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		entries, _ := os.ReadDir(folder)
		for _, e := range entries {
			if info, err := e.Info(); err == nil && info.Size() > 0 {
				return e.Name()
			}
		}
	}
	t.Fatal("the other process stored nothing within 20 s")
	return ""
}

func TestProgressIsRare(t *testing.T) {
	var lines strings.Builder
	watch := startWatch(time.Minute, func(error) {})
	defer watch.stop()
	m := &meter{body: strings.NewReader(string(content)), watch: watch, limit: 1 << 20, total: int64(len(content)),
		what: "file from host", report: reportTo(&lines)}
	buffer := make([]byte, 100) // 2,000 reads
	for {
		if _, err := m.Read(buffer); err != nil {
			break
		}
	}
	if got, want := lines.String(), "file from host: 0.1 kB of 200.0 kB\n"; got != want {
		t.Errorf("reported %q, want %q", got, want)
	}
}

func TestCopy(t *testing.T) {
	dst := filepath.Join(t.TempDir(), "new folder", "file")
	o := options()
	o.Decode = gunzip
	if err := Copy(dst, bytes.NewReader(gzipped(content)), o); err != nil {
		t.Fatal(err)
	}
	wantContent(t, dst)

	flipped := bytes.Clone(content)
	flipped[7] ^= 4
	var digest *DigestError
	if err := Copy(dst, bytes.NewReader(gzipped(flipped)), o); !errors.As(err, &digest) {
		t.Errorf("got %v, want a *DigestError", err)
	}
	wantContent(t, dst)
}
