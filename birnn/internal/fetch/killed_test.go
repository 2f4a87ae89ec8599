package fetch

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/longtest"
)

// edition is what some destinations hold before a download: whole, but another edition of the content.
var edition = []byte(strings.Repeat("an older edition\n", 1000))

// tally counts what the kills hit and what they left.
type tally struct {
	before, during, after         int // the first request; the download; its end, well or with an error
	absent, untouched, downloaded int // the destination
	temporaries                   int
	partial                       int64 // bytes in temporary files
}

func (n tally) String() string {
	return fmt.Sprintf("killed %d times before the first request, %d during the download, %d after it; "+
		"then the destination was absent %d times, as before %d times, downloaded %d times, and never anything else; %d temporary files with %d bytes",
		n.before, n.during, n.after, n.absent, n.untouched, n.downloaded, n.temporaries, n.partial)
}

// TestSurvivesKilledDownloads kills downloads from a server that stalls, lies and breaks off, at random moments. After each
// kill the destination holds what it held before or what was to be downloaded, whole; at the end one call sets all right.
func TestSurvivesKilledDownloads(t *testing.T) {
	if dst := os.Getenv("FETCH_TEST_DST"); dst != "" {
		downloadAsChild(dst, strings.Fields(os.Getenv("FETCH_TEST_URLS")))
	}
	seed := rand.Uint64()
	rng := rand.New(rand.NewPCG(seed, 1))
	m := newMoody(t, seed)
	dst := filepath.Join(t.TempDir(), "file")
	rounds := longtest.Rounds(9, 300)
	var n tally
	for round := range rounds {
		start := [][]byte{nil, content, edition}[round%3]
		putBefore(t, dst, start)
		m.newRound()
		ended := killAtRandom(t, rng, m, dst)
		switch {
		case ended:
			n.after++
		case m.requests.Load() == 0:
			n.before++
		default:
			n.during++
		}
		n.look(t, dst, start)
		if t.Failed() {
			t.Fatalf("round %d, seed %d", round, seed)
		}
	}
	n.leftovers(t, dst)
	t.Logf("%d rounds, seed %d: %v", rounds, seed, n)

	good := serve(t, gives(gzipped(content)))
	o := childOptions(m.URL, good.URL)
	if err := File(t.Context(), dst, o); err != nil {
		t.Fatalf("the call that nothing interrupts: %v", err)
	}
	wantContent(t, dst)
}

func childOptions(urls ...string) Options {
	o := options(urls...)
	o.Decode = gunzip
	o.StallTimeout = 100 * time.Millisecond
	return o
}

// downloadAsChild is what the process does that is to be killed. It tells when it begins and when it has ended.
func downloadAsChild(dst string, urls []string) {
	fmt.Println("begin")
	File(context.Background(), dst, childOptions(urls...))
	fmt.Println("end")
	time.Sleep(time.Minute) // for the kill
	os.Exit(1)
}

// putBefore sets what the destination holds before a round; nil: nothing.
func putBefore(t *testing.T, dst string, start []byte) {
	t.Helper()
	err := os.RemoveAll(dst)
	if start != nil {
		err = os.WriteFile(dst, start, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// killAtRandom starts a download in another process and kills that: some time after its beginning, or right after the server
// has sent the last byte. It tells whether the download had ended before.
func killAtRandom(t *testing.T, rng *rand.Rand, m *moody, dst string) (ended bool) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestSurvivesKilledDownloads$")
	child.Env = append(os.Environ(), "FETCH_TEST_DST="+dst, "FETCH_TEST_URLS="+strings.Repeat(m.URL+" ", 3))
	stdout, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stdout)
	if line, err := lines.ReadString('\n'); line != "begin\n" {
		child.Process.Kill()
		t.Fatalf("the other process begins with %q, %v", line, err)
	}
	if rng.IntN(2) == 0 {
		time.Sleep(upTo(rng, 40*time.Millisecond))
	} else {
		select {
		case <-m.served:
			time.Sleep(upTo(rng, 3*time.Millisecond))
		case <-time.After(upTo(rng, 300*time.Millisecond)):
		}
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(lines)
	child.Wait()
	return string(rest) == "end\n"
}

// look checks the destination after a kill.
func (n *tally) look(t *testing.T, dst string, start []byte) {
	t.Helper()
	got, err := os.ReadFile(dst)
	switch {
	case os.IsNotExist(err) && start == nil:
		n.absent++
	case err != nil:
		t.Errorf("what was there is lost: %v", err)
	case start != nil && bytes.Equal(got, start):
		n.untouched++
	case bytes.Equal(got, content):
		n.downloaded++
	default:
		t.Errorf("the destination holds %d bytes that are neither what was there nor the content", len(got))
	}
}

// leftovers checks that only temporary files lie beside the destination, and makes them so old that they may be removed.
func (n *tally) leftovers(t *testing.T, dst string) {
	t.Helper()
	temporary := regexp.MustCompile(`^\.file[0-9]+$`)
	entries, err := os.ReadDir(filepath.Dir(dst))
	if err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-25 * time.Hour)
	for _, e := range entries {
		if e.Name() == filepath.Base(dst) {
			continue
		}
		info, err := e.Info()
		if err != nil || !temporary.MatchString(e.Name()) {
			t.Errorf("left beside the destination: %s, %v", e.Name(), err)
			continue
		}
		n.temporaries++
		n.partial += info.Size()
		if err := os.Chtimes(filepath.Join(filepath.Dir(dst), e.Name()), old, old); err != nil {
			t.Error(err)
		}
	}
}

// moody is a server that behaves differently at each request: half of the time well but slowly, else in one of the wrong ways.
type moody struct {
	*server
	served chan struct{} // gets a value when a good answer was sent in full
}

func newMoody(t *testing.T, seed uint64) *moody {
	packed := gzipped(content)
	wrong := bytes.Clone(content)
	wrong[7] ^= 1
	moods := []http.HandlerFunc{
		gives(gzipped(wrong)), gives(gzipped(content[:1000])), gives(packed[:len(packed)/3]), breaksOff, stallsAfter(-1),
		stallsAfter(100_000), answers(500, "busy"), answers(200, "<!DOCTYPE html><title>Log in</title>"), answers(404, "gone"),
	}
	m := &moody{served: make(chan struct{}, 100)}
	m.server = serve(t, func(w http.ResponseWriter, r *http.Request) {
		rng := rand.New(rand.NewPCG(seed, uint64(time.Now().UnixNano())))
		if rng.IntN(2) == 0 {
			moods[rng.IntN(len(moods))](w, r)
			return
		}
		for at := 0; at < len(packed); at += 10_000 {
			w.Write(packed[at:min(at+10_000, len(packed))])
			w.(http.Flusher).Flush()
			time.Sleep(upTo(rng, 2*time.Millisecond))
		}
		m.served <- struct{}{}
	})
	return m
}

func (m *moody) newRound() {
	m.requests.Store(0)
	for len(m.served) > 0 {
		<-m.served
	}
}

func upTo(rng *rand.Rand, most time.Duration) time.Duration {
	return time.Duration(rng.Int64N(int64(most)))
}
