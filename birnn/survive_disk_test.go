package birnn

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"
	"github.com/easy-gomlx/tutorials/birnn/internal/checkpoint"

	"github.com/easy-gomlx/tutorials/birnn/internal/smalldisk"
)

// TestSurvivesFullDisk saves to a disk of 7 MB that fills up: the save fails, the old checkpoints stay, and once there is room the next
// save succeeds.
func TestSurvivesFullDisk(t *testing.T) {
	dir, inside := smalldisk.Inside(t, 7<<20)
	if !inside {
		return
	}
	m := newModel(t, backendtest.Go(t), markedConfig())
	for step := 1; step <= 2; step++ {
		mark(t, m, step)
		if err := m.Save(dir); err != nil {
			t.Fatal(err)
		}
	}
	filler := filepath.Join(dir, "filler")
	writeFile(t, filler, make([]byte, 2<<20))
	mark(t, m, 3)
	for range 3 { // complete or not at all, however often it is tried
		err := m.Save(dir)
		if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), dir) {
			t.Fatalf("the error is %v; want one about a full disk that names %s", err, dir)
		}
		wantStep(t, dir, 2)
		wantFiles(t, dir, ".lock", checkpoint.Name, checkpoint.PreviousName, "filler")
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if err := m.Save(dir); err != nil {
		t.Fatalf("once there is room: %v", err)
	}
	wantStep(t, dir, 3)
}

// TestSurvivesReadOnlyDisk: training does not start where it can't be saved, but an existing checkpoint can be loaded.
func TestSurvivesReadOnlyDisk(t *testing.T) {
	dir, inside := smalldisk.Inside(t, 7<<20)
	if !inside {
		return
	}
	m := newModel(t, backendtest.Go(t), markedConfig())
	mark(t, m, 1)
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	smalldisk.ReadOnly(t, dir)
	for what, err := range map[string]error{
		"Save":   m.Save(dir),
		"Resume": func() error { _, err := Resume(backendtest.Go(t), markedConfig(), dir); return err }(),
	} {
		if !errors.Is(err, syscall.EROFS) || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: the error is %v; want one about a read-only disk that names %s", what, err, dir)
		}
	}
	wantStep(t, dir, 1)
}

// wantStep fails the test unless the directory holds a complete checkpoint of that step.
func wantStep(t *testing.T, dir string, step int) {
	t.Helper()
	m, err := Load(backendtest.Go(t), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if wantMarked(t, m); m.Step() != step {
		t.Errorf("the directory holds step %d, want %d", m.Step(), step)
	}
}
