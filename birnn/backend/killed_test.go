package backend

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/longtest"
)

// TestSurvivesKilledInstalls kills installations of the wheel at random moments: the library is there as a whole or not at all,
// the lock is free, and the next installation succeeds and clears away what was left.
func TestSurvivesKilledInstalls(t *testing.T) {
	content := strings.Repeat("the library ", 100_000)
	dir := os.Getenv("BACKEND_TEST_DIR")
	if dir != "" {
		w := index(t, content)
		usePinned(t, w)
		fmt.Println("begin")
		_, err := installIn(t.Context(), dir, []source{{"the wheel", w.install}}, silent)
		fmt.Println("end", err)
		time.Sleep(time.Minute) // for the kill
		return
	}
	dir = filepath.Join(nothingInstalled(t), "xla")
	w := index(t, content)
	usePinned(t, w)
	seed := rand.Uint64()
	rng := rand.New(rand.NewPCG(seed, 1))
	rounds := longtest.Rounds(12, 200)
	installed, leftovers := 0, 0
	for round := range rounds {
		killInstall(t, dir, time.Duration(rng.Int64N(int64(12*time.Millisecond))))
		got, err := os.ReadFile(w.path(dir))
		if err == nil {
			installed++
		}
		if err == nil && string(got) != content || err != nil && !os.IsNotExist(err) {
			t.Fatalf("round %d, seed %d: the library has %d bytes that are not right, %v", round, seed, len(got), err)
		}
		if _, err := os.Stat(filepath.Join(dir, "tmp")); err == nil {
			leftovers++
		}
		if _, err := installIn(t.Context(), dir, []source{{"the wheel", w.install}}, silent); err != nil {
			t.Fatalf("round %d, seed %d: the next installation: %v", round, seed, err)
		}
		if got, _ := os.ReadFile(w.path(dir)); string(got) != content {
			t.Fatalf("round %d, seed %d: the next installation has %d bytes that are not right", round, seed, len(got))
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d rounds, seed %d: after the kill the library was there, whole, %d times, and a half-done installation %d times", rounds, seed, installed, leftovers)
}

// killInstall starts an installation in another process and kills that after some time.
func killInstall(t *testing.T, dir string, after time.Duration) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestSurvivesKilledInstalls$")
	child.Env = append(os.Environ(), "BACKEND_TEST_DIR="+dir)
	stdout, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "begin\n" {
		t.Errorf("the other process begins with %q, %v", line, err)
	}
	time.Sleep(after)
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	child.Wait()
}
