package birnn

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"
	"github.com/easy-gomlx/tutorials/birnn/internal/checkpoint"

	"github.com/easy-gomlx/tutorials/birnn/internal/longtest"
)

// The tests whose names start with TestSurvives run this test program again as another process, and kill it, interrupt it or fill its disk.

// childVariable is set in the environment of a child, and names its role.
const childVariable = "BIRNN_TEST_CHILD"

// child returns the command that runs the current test again, as a child with a directory, and its output.
func child(t *testing.T, dir string, environment ...string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := longtest.Child(t, append(environment, childVariable+"="+dir)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

// mark sets all weights to a number that identifies a save.
func mark(t testing.TB, m *Model, number int) {
	t.Helper()
	w := mustWeights(t, m)
	for _, f := range w.fields() {
		for k := range *f.values {
			(*f.values)[k] = float32(number)
		}
	}
	if err := m.SetWeights(w); err != nil {
		t.Fatal(err)
	}
	m.step = number
}

// wantMarked fails the test unless all weights have the number of the step.
func wantMarked(t testing.TB, m *Model) {
	t.Helper()
	w := mustWeights(t, m)
	for _, f := range w.fields() {
		for k, v := range *f.values {
			if v != float32(m.Step()) {
				t.Fatalf("a mixed checkpoint: step %d, but %s[%d] is %v", m.Step(), f.name, k, v)
			}
		}
	}
}

// markedConfig is a network whose checkpoints have the size of the tutorial's, 2 MB.
func markedConfig() Config {
	cfg := tinyConfig()
	cfg.NumInput, cfg.NumHidden, cfg.NumClasses = 28, 128, 10
	return cfg
}

// TestSurvivesKilledSaves kills a process again and again while it saves. Afterwards the directory holds the last complete save or the one
// in progress, to the last bit, and the one preceding it.
func TestSurvivesKilledSaves(t *testing.T) {
	if dir := os.Getenv(childVariable); dir != "" {
		m, err := Load(backendtest.Go(t), dir)
		if errors.Is(err, fs.ErrNotExist) {
			m, err = New(backendtest.Go(t), markedConfig())
		}
		if err != nil {
			t.Fatal(err)
		}
		for k := m.Step() + 1; ; k++ {
			mark(t, m, k)
			fmt.Println("saving", k)
			if err := m.Save(dir); err != nil {
				t.Fatal(err)
			}
			fmt.Println("saved", k)
		}
	}
	dir, rounds, seed := t.TempDir(), longtest.Rounds(10, 1000), rand.Uint64()
	rng := rand.New(rand.NewPCG(seed, 0))
	var before, during int // kills that left the last complete save, and kills that left the one in progress
	leftovers := 0
	for range rounds {
		cmd, lines := child(t, dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		saves, saved, saving := 1+rng.IntN(3), 0, 0
		for saves > 0 && lines.Scan() {
			verb, number, _ := strings.Cut(lines.Text(), " ")
			switch k, _ := strconv.Atoi(number); verb {
			case "saving":
				saving = k
				saves--
			case "saved":
				saved = k
			}
		}
		time.Sleep(time.Duration(rng.IntN(20_000)) * time.Microsecond)
		cmd.Process.Kill()
		for lines.Scan() { // the rest of its output
			fmt.Sscanf(lines.Text(), "saved %d", &saved)
			fmt.Sscanf(lines.Text(), "saving %d", &saving)
		}
		cmd.Wait()
		if saving == 0 {
			t.Fatal("the child saved nothing")
		}
		entries, _ := filepath.Glob(filepath.Join(dir, ".model*"))
		leftovers += min(1, len(entries))

		m, err := Load(backendtest.Go(t), dir)
		if errors.Is(err, fs.ErrNotExist) && saved == 0 {
			before++
			continue
		}
		if err != nil {
			t.Fatalf("seed %d: after saving %d was killed: %v", seed, saving, err)
		}
		wantMarked(t, m)
		switch {
		case m.Step() < saved || m.Step() > saving:
			t.Fatalf("seed %d: it reported that it had saved %d and was saving %d; the directory holds %d", seed, saved, saving, m.Step())
		case m.Step() == saving && saved < saving:
			during++
		case m.Step() < saving:
			before++
		}
		if previous, err := readCheckpointFile(filepath.Join(dir, checkpoint.PreviousName)); err == nil && previous.Step != m.Step()-1 && previous.Step != m.Step() {
			t.Fatalf("seed %d: the checkpoint before %d is %d", seed, m.Step(), previous.Step)
		} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("seed %d: %v", seed, err)
		}
		m.Close()
	}
	if rounds >= 1000 && (during == 0 || leftovers == 0) {
		t.Error("no kill came in the middle of a save")
	}
	t.Logf("%d kills (seed %d): %d left the last complete save, %d the one in progress although Save had not returned, %d a temporary file; nothing lost",
		rounds, seed, before, during, leftovers)
}

// TestSurvivesManyWriters: processes that save to one directory at the same time do not mix their files, and a reader always finds a
// complete checkpoint.
func TestSurvivesManyWriters(t *testing.T) {
	rounds := longtest.Rounds(10, 200)
	if dir := os.Getenv(childVariable); dir != "" {
		m, err := New(backendtest.Go(t), markedConfig())
		if err != nil {
			t.Fatal(err)
		}
		for range rounds {
			mark(t, m, rand.IntN(1_000_000)+1)
			if err := m.Save(dir); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	dir := t.TempDir()
	m, err := New(backendtest.Go(t), markedConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	mark(t, m, 1)
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 3 {
		cmd, _ := child(t, dir)
		group.Go(func() {
			cmd.Stdout = nil
			if out, err := cmd.Output(); err != nil {
				t.Errorf("a writer: %v\n%s", err, out)
			}
		})
	}
	done := make(chan struct{})
	go func() { group.Wait(); close(done) }()
	reads := 0
	for running := true; running; reads++ {
		select {
		case <-done:
			running = false
		default:
		}
		m, err := Load(backendtest.Go(t), dir)
		if err != nil {
			t.Fatal(err)
		}
		wantMarked(t, m)
		m.Close()
	}
	if _, err := readCheckpointFile(filepath.Join(dir, checkpoint.PreviousName)); err != nil {
		t.Error(err)
	}
	t.Logf("3 processes saved %d times each, %d reads meanwhile: all complete", rounds, reads)
}

// wait reads what a child prints until a line begins with the text.
func wait(lines *bufio.Scanner, text string) (string, error) {
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), text) {
			return lines.Text(), nil
		}
	}
	return "", errors.Join(io.ErrUnexpectedEOF, lines.Err())
}
