package fetch

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/longtest"
)

// TestSurvivesKilledDownloads kills downloads from a server that stalls, sends wrong data and disconnects, at random moments. After each
// kill dst has its old content or the complete new content. In the end one call succeeds and removes the temporary files.
func TestSurvivesKilledDownloads(t *testing.T) {
	if dst := os.Getenv("FETCH_TEST_DST"); dst != "" {
		longtest.UntilKilled(func() {
			File(context.Background(), dst, childOptions(strings.Fields(os.Getenv("FETCH_TEST_URLS"))...))
		})
	}
	seed, rounds := rand.Uint64(), longtest.Rounds(9, 300)
	rng := rand.New(rand.NewPCG(seed, 1))
	m := newFlakyServer(t, seed)
	dst := filepath.Join(t.TempDir(), "file")
	older := []byte(strings.Repeat("an older edition\n", 1000))
	var early, ended, absent, untouched, downloaded int
	for round := range rounds {
		before := [][]byte{nil, content, older}[round%3]
		putBefore(t, dst, before)
		m.newRound()
		wait := func() {
			if rng.IntN(2) == 0 {
				time.Sleep(upTo(rng, 40*time.Millisecond))
				return
			}
			select {
			case <-m.served: // the last byte: the rename comes next
				time.Sleep(upTo(rng, 3*time.Millisecond))
			case <-time.After(upTo(rng, 300*time.Millisecond)):
			}
		}
		switch {
		case longtest.Kill(t, wait, "FETCH_TEST_DST="+dst, "FETCH_TEST_URLS="+strings.Repeat(m.URL+" ", 3)):
			ended++
		case m.requests.Load() == 0:
			early++
		}
		got, err := os.ReadFile(dst)
		switch {
		case os.IsNotExist(err) && before == nil:
			absent++
		case err == nil && before != nil && bytes.Equal(got, before):
			untouched++
		case err == nil && bytes.Equal(got, content):
			downloaded++
		default:
			t.Fatalf("round %d, seed %d: dst has %d bytes that are neither old nor new, %v", round, seed, len(got), err)
		}
	}
	temporaries := ageLeftovers(t, dst)
	t.Logf("seed %d: of %d kills %d came before the first request and %d after the end; then the file was absent %d times, unchanged %d times, "+
		"downloaded %d times, and never anything else; %d temporary files", seed, rounds, early, ended, absent, untouched, downloaded, temporaries)

	if err := File(t.Context(), dst, childOptions(serve(t, sends(gzipped(content))).URL)); err != nil {
		t.Fatalf("the uninterrupted call: %v", err)
	}
	wantContent(t, dst)
}

func childOptions(urls ...string) Options {
	o := options(urls...)
	o.Decode = gunzip
	o.stallTimeout = 100 * time.Millisecond
	return o
}

// putBefore sets the content of dst before a round; nil: there is no file.
func putBefore(t *testing.T, dst string, before []byte) {
	t.Helper()
	err := os.RemoveAll(dst)
	if before != nil {
		err = os.WriteFile(dst, before, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// ageLeftovers checks that only temporary files lie beside dst, and makes them so old that they may be removed.
func ageLeftovers(t *testing.T, dst string) (n int) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(dst))
	if err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-25 * time.Hour)
	for _, e := range entries {
		if e.Name() == filepath.Base(dst) {
			continue
		}
		if !regexp.MustCompile(`^\.file[0-9]+$`).MatchString(e.Name()) {
			t.Errorf("left beside the file: %s", e.Name())
		}
		n++
		if err := os.Chtimes(filepath.Join(filepath.Dir(dst), e.Name()), old, old); err != nil {
			t.Error(err)
		}
	}
	return n
}

// flakyServer is a server that serves well but slowly half of the time, and otherwise badly.
type flakyServer struct {
	*server
	served chan struct{} // receives a value when good content was sent in full
}

func newFlakyServer(t *testing.T, seed uint64) *flakyServer {
	packed := gzipped(content)
	wrong := bytes.Clone(content)
	wrong[7] ^= 1
	moods := []http.HandlerFunc{
		sends(gzipped(wrong)), sends(gzipped(content[:1000])), sends(packed[:len(packed)/3]), disconnects, stallsAfter(-1),
		stallsAfter(100_000), responds(500, "busy"), responds(200, "<!DOCTYPE html><title>Log in</title>"), responds(404, "gone"),
	}
	m := &flakyServer{served: make(chan struct{}, 100)}
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
		if r.Context().Err() == nil {
			m.served <- struct{}{}
		}
	})
	return m
}

func (m *flakyServer) newRound() {
	m.requests.Store(0)
	for len(m.served) > 0 {
		<-m.served
	}
}

func upTo(rng *rand.Rand, most time.Duration) time.Duration {
	return time.Duration(rng.Int64N(int64(most)))
}
