package mnist

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/longtest"
)

const sourceVariable = "MNIST_TEST_SOURCE"

// TestSurvivesKilledLoads kills processes at random moments while Load fetches: each file in the cache is correct, and the next Load
// succeeds.
func TestSurvivesKilledLoads(t *testing.T) {
	if source := os.Getenv(sourceVariable); source != "" {
		longtest.UntilKilled(func() { childLoader(source).load(t.Context(), "") })
	}
	seed, rounds := rand.Uint64(), longtest.Rounds(6, 100)
	rng := rand.New(rand.NewPCG(seed, 1))
	_, cacheDir := smallLoader(t)
	module, _ := fakeModule(t, smallFiles)
	dir, _ := module(t.Context())
	ended, files, temporaries := 0, 0, 0
	for round := range rounds {
		source, most := dir, 5*time.Millisecond
		if round%2 == 0 {
			source, most = slowMirror(t), 30*time.Millisecond
		}
		wait := func() { time.Sleep(time.Duration(rng.Int64N(int64(most)))) }
		if longtest.Kill(t, wait, sourceVariable+"="+source) {
			ended++
		}
		f, temps := checkCache(t, cacheDir)
		files, temporaries = files+f, temporaries+temps
		data, err := childLoader(dir).load(t.Context(), "")
		if err != nil {
			t.Fatalf("round %d, seed %d: the next load: %v", round, seed, err)
		}
		wantSmall(t, data)
		if err := os.RemoveAll(cacheDir); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("seed %d: %d of %d loads had ended before the kill; the cache had %d of %d files, all correct, and %d temporary files",
		seed, ended, rounds, files, 4*rounds, temporaries)
}

// childLoader loads the small set from a mirror or a module's directory, into the cache that the environment names.
func childLoader(source string) *loader {
	l := &loader{collection: small, report: func(string, ...any) {}, mirrors: []string{source}, mapped: new(atomic.Bool)}
	l.module = func(context.Context) (string, error) { return source, nil }
	if strings.Contains(source, "://") {
		l.module = func(context.Context) (string, error) { return "", errNoModule }
	}
	return l
}

// slowMirror sends the files in pieces, and disconnects half of the time.
func slowMirror(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content := gzipped(smallFiles[strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/"), ".gz")])
		w.Header().Set("Content-Length", fmt.Sprint(len(content)))
		if rand.IntN(2) == 0 {
			w.Write(content[:len(content)/2])
			panic(http.ErrAbortHandler)
		}
		for len(content) > 0 && r.Context().Err() == nil {
			n, _ := w.Write(content[:min(500, len(content))])
			w.(http.Flusher).Flush()
			content = content[n:]
			time.Sleep(time.Millisecond)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL + "/"
}

// checkCache counts the four data files, which must be correct like the decoded images, and the temporary files. There must be no others.
func checkCache(t *testing.T, dir string) (files, temporaries int) {
	t.Helper()
	if _, err := os.Stat(dir); err != nil {
		return 0, 0
	}
	temporary := regexp.MustCompile(`^\.(.*-ubyte|images\.float32)[0-9]+$`)
	for name, content := range readFiles(t, dir) {
		want, ok := smallFiles[name]
		switch {
		case name == decodedName:
			if !bytes.Equal(content, decodedFile(small, smallFiles)) {
				t.Errorf("%s is wrong (%d bytes)", filepath.Join(dir, name), len(content))
			}
		case ok && bytes.Equal(content, want):
			files++
		case ok:
			t.Errorf("%s is wrong (%d bytes)", filepath.Join(dir, name), len(content))
		case temporary.MatchString(name):
			temporaries++
		default:
			t.Errorf("the cache holds %s", name)
		}
	}
	return files, temporaries
}

// TestLoadInProcessesAtOnce has processes, which share nothing but the directory, fetch at the same time.
func TestLoadInProcessesAtOnce(t *testing.T) {
	if source := os.Getenv(sourceVariable); source != "" {
		data, err := childLoader(source).load(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		wantSmall(t, data)
		return
	}
	_, cacheDir := smallLoader(t)
	mirror, _ := fakeMirror(t, smallFiles)
	longtest.AtOnce(t, 3, sourceVariable+"="+mirror)
	wantCached(t, cacheDir)
}
