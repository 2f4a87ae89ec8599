package birnn

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestSurvivesFullDisk saves to a file system of 7 MB that fills up: the save fails, what was
// there stays, and with room made the next one succeeds.
func TestSurvivesFullDisk(t *testing.T) {
	if dir := os.Getenv(childVariable); dir != "" {
		fullDisk(t, dir)
		return
	}
	cmd, lines := child(t, t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS} // where it can mount a disk of its own
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
	}
	err := cmd.Start()
	if errors.Is(err, syscall.EPERM) {
		t.Skipf("this machine allows no mount namespace: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for lines.Scan() {
		said = append(said, lines.Text())
	}
	out := strings.Join(said, "\n")
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if strings.Contains(out, "no mount:") {
		t.Skipf("this machine allows no mount: %s", out)
	}
}

// fullDisk runs in the child, which is root in its namespace.
func fullDisk(t *testing.T, dir string) {
	if err := syscall.Mount("", "/", "", syscall.MS_PRIVATE|syscall.MS_REC, ""); err != nil {
		t.Skip("no mount:", err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=7m"); err != nil {
		t.Skip("no mount:", err)
	}
	m := newModel(t, goBackend(t), markedConfig())
	home, err := lockDir(dir, thisProcess())
	if err != nil {
		t.Fatal(err)
	}
	m.home = home
	for step := 1; step <= 2; step++ {
		mark(t, m, step)
		if err := m.Save(dir); err != nil {
			t.Fatal(err)
		}
	}
	filler := filepath.Join(dir, "filler")
	writeFile(t, filler, make([]byte, 2<<20))
	mark(t, m, 3)
	for range 3 { // whole or not at all, however often it is tried
		err := m.Save(dir)
		if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), dir) {
			t.Fatalf("the error is %v; want one about a full disk that names %s", err, dir)
		}
		loaded, err := Load(goBackend(t), dir)
		if err != nil {
			t.Fatal(err)
		}
		if wantMarked(t, loaded); loaded.Step() != 2 {
			t.Errorf("the directory holds step %d, want 2", loaded.Step())
		}
		loaded.Close()
		wantFiles(t, dir, lockFile, checkpointFile, previousFile, "filler")
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if err := m.Save(dir); err != nil {
		t.Fatalf("with room made: %v", err)
	}
	loaded, err := Load(goBackend(t), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer loaded.Close()
	if wantMarked(t, loaded); loaded.Step() != 3 {
		t.Errorf("the directory holds step %d, want 3", loaded.Step())
	}
}
