package mnist

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/longtest"
)

// TestSurvivesKilledLoads kills processes at random moments while Load fetches: whatever lies in the cache under a final name
// is right, and the next Load succeeds.
func TestSurvivesKilledLoads(t *testing.T) {
	if source := os.Getenv("MNIST_TEST_SOURCE"); source != "" {
		fmt.Println("begin")
		_, err := childLoader(source).load(t.Context(), "")
		fmt.Println("end", err)
		time.Sleep(time.Minute) // for the kill
		return
	}
	seed := rand.Uint64()
	rng := rand.New(rand.NewPCG(seed, 1))
	_, cacheDir := smallLoader(t)
	module, _ := fakeModule(t, smallFiles)
	folder, _ := module(t.Context())
	sources := []string{slowMirror(t), folder}
	rounds := longtest.Rounds(6, 100)
	ended, files, temporaries := 0, 0, 0
	for round := range rounds {
		if killLoad(t, rng, sources[round%2]) {
			ended++
		}
		f, temps := lookIntoCache(t, cacheDir)
		files, temporaries = files+f, temporaries+temps
		data, err := childLoader(folder).load(t.Context(), "")
		if err != nil {
			t.Fatalf("round %d, seed %d: the next load: %v", round, seed, err)
		}
		wantSmall(t, data)
		if err := os.RemoveAll(cacheDir); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d rounds, seed %d: %d loads had ended before the kill; then the cache held %d of %d files, all right, and %d temporary files",
		rounds, seed, ended, files, 4*rounds, temporaries)
}

// childLoader loads the small set from a mirror or a module's folder, into the cache that the environment names.
func childLoader(source string) *loader {
	l := &loader{collection: small, report: func(string, ...any) {}, mirrors: []string{source}}
	l.module = func(context.Context) (string, error) { return source, nil }
	if strings.Contains(source, "://") {
		l.module = func(context.Context) (string, error) { return "", errNoModule }
	}
	return l
}

// slowMirror sends the files in pieces, and half of the time breaks off.
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

// killLoad kills a load soon after its beginning, and tells whether it had ended before.
func killLoad(t *testing.T, rng *rand.Rand, source string) (ended bool) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestSurvivesKilledLoads$")
	child.Env = append(os.Environ(), "MNIST_TEST_SOURCE="+source)
	stdout, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stdout)
	if line, err := lines.ReadString('\n'); line != "begin\n" {
		t.Errorf("the other process begins with %q, %v", line, err)
	}
	most := 30 * time.Millisecond
	if !strings.Contains(source, "://") {
		most = 5 * time.Millisecond
	}
	time.Sleep(time.Duration(rng.Int64N(int64(most))))
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(lines)
	child.Wait()
	return len(rest) > 0
}

// lookIntoCache counts the data files, which must be right, and the temporary files. There must be nothing else.
func lookIntoCache(t *testing.T, dir string) (files, temporaries int) {
	t.Helper()
	if _, err := os.Stat(dir); err != nil {
		return 0, 0
	}
	temporary := regexp.MustCompile(`^\.(.*-ubyte)[0-9]+$`)
	for name, content := range readFiles(t, dir) {
		switch want, ok := smallFiles[name]; {
		case ok && bytes.Equal(content, want):
			files++
		case ok:
			t.Errorf("%s has %d bytes that are not right", filepath.Join(dir, name), len(content))
		case temporary.MatchString(name):
			temporaries++
		default:
			t.Errorf("the cache holds %s", name)
		}
	}
	return files, temporaries
}

// TestLoadInProcessesAtOnce has processes, which share nothing but the folder, fetch at the same time.
func TestLoadInProcessesAtOnce(t *testing.T) {
	if source := os.Getenv("MNIST_TEST_SOURCE"); source != "" {
		data, err := childLoader(source).load(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		wantSmall(t, data)
		return
	}
	_, cacheDir := smallLoader(t)
	mirror, _ := fakeMirror(t, smallFiles)
	longtest.AtOnce(t, 3, "MNIST_TEST_SOURCE="+mirror)
	wantCached(t, cacheDir)
}
