package mnist

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/leaktest"
)

// fakeModule makes a directory like the Go module's, and returns a function that returns it and counts its calls.
func fakeModule(t *testing.T, files map[string][]byte) (module func(context.Context) (string, error), calls *atomic.Int64) {
	t.Helper()
	dir := t.TempDir()
	writeFiles(t, filepath.Join(dir, "data"), allGzipped(files))
	calls = new(atomic.Int64)
	return func(context.Context) (string, error) { calls.Add(1); return dir, nil }, calls
}

func allGzipped(files map[string][]byte) map[string][]byte {
	packed := map[string][]byte{}
	for name, content := range files {
		packed[name+".gz"] = gzipped(content)
	}
	return packed
}

// fakeMirror serves files as NAME.gz below /mnist/, and counts the requests.
func fakeMirror(t *testing.T, files map[string][]byte) (address string, requests *atomic.Int64) {
	t.Helper()
	packed := allGzipped(files)
	requests = new(atomic.Int64)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		content, ok := packed[strings.TrimPrefix(r.URL.Path, "/mnist/")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Write(content)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/mnist/", requests
}

// wantLoaded loads, and checks the data and that the cache holds the four files unpacked, the decoded images, and nothing else.
func wantLoaded(t *testing.T, l *loader, cacheDir string) {
	t.Helper()
	data, err := l.load(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	wantSmall(t, data)
	wantCached(t, cacheDir)
}

func wantCached(t *testing.T, cacheDir string) {
	t.Helper()
	got, want := readFiles(t, cacheDir), maps.Clone(smallFiles)
	if canMap {
		want[decodedName] = decodedFile(small, smallFiles)
	}
	if !sameFiles(got, want) {
		t.Errorf("the cache has %v, want %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
}

func TestFetchFromModule(t *testing.T) {
	l, cacheDir := smallLoader(t)
	module, calls := fakeModule(t, smallFiles)
	l.module = module
	wantLoaded(t, l, cacheDir)
	wantLoaded(t, l, cacheDir)
	if calls.Load() != 1 {
		t.Errorf("the go command ran %d times in two loads, want once", calls.Load())
	}
}

// TestFetchFromMirror: what the module lacks comes from the mirrors, in their order.
func TestFetchFromMirror(t *testing.T) {
	page := []byte("<!DOCTYPE html><title>Log in</title>")
	tests := []struct {
		name   string
		module map[string][]byte // nil: no go command
		first  map[string][]byte // what the first mirror has
	}{
		{"no module, a good mirror", nil, smallFiles},
		{"no module, an empty mirror", nil, nil},
		{"a module without a file", changed("t10k-images-idx3-ubyte", nil), smallFiles},
		{"a module with a wrong file", changed("t10k-images-idx3-ubyte", []byte("wrong")), smallFiles},
		{"a captive portal", nil, changed("train-images-idx3-ubyte", page)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, cacheDir := smallLoader(t)
			if tt.module != nil {
				l.module, _ = fakeModule(t, tt.module)
			}
			first, _ := fakeMirror(t, tt.first)
			second, _ := fakeMirror(t, smallFiles)
			l.mirrors = []string{first, second}
			wantLoaded(t, l, cacheDir)
		})
	}
}

// TestOffline: with all files in the cache, unpacked or put there by hand as downloaded, nothing is fetched or reported.
func TestOffline(t *testing.T) {
	for name, files := range map[string]map[string][]byte{"unpacked": smallFiles, "gzip": allGzipped(smallFiles)} {
		t.Run(name, func(t *testing.T) {
			l, cacheDir := smallLoader(t)
			l.report = func(format string, args ...any) { t.Errorf("reported "+format, args...) }
			writeFiles(t, cacheDir, files)
			data, err := l.load(t.Context(), "")
			if err != nil {
				t.Fatal(err)
			}
			wantSmall(t, data)
		})
	}
}

func TestCorruptCache(t *testing.T) {
	const name = "train-images-idx3-ubyte"
	corrupt := changed(name, smallFiles[name][:1000])
	l, cacheDir := smallLoader(t)
	writeFiles(t, cacheDir, corrupt)
	_, err := l.load(t.Context(), "")
	if !as[*UnavailableError](err) || !as[*CorruptError](err) || !strings.Contains(err.Error(), filepath.Join(cacheDir, name)) {
		t.Errorf("with no source: got %v, want an *UnavailableError that names the corrupt file", err)
	}
	if !sameFiles(readFiles(t, cacheDir), corrupt) {
		t.Error("with no source: the cache was changed")
	}
	l.module, _ = fakeModule(t, smallFiles)
	wantLoaded(t, l, cacheDir)
}

// TestNoSource: one error names every source, why it failed, and where the files can be put. It comes with the first file.
func TestNoSource(t *testing.T) {
	l, cacheDir := smallLoader(t)
	first, requests := fakeMirror(t, nil)
	second, _ := fakeMirror(t, changed("train-images-idx3-ubyte", []byte("wrong")))
	l.mirrors = []string{first, second}
	_, err := l.load(t.Context(), "")
	if !as[*UnavailableError](err) || !errors.Is(err, errNoModule) {
		t.Fatalf("got %v, want an *UnavailableError that wraps the reasons", err)
	}
	for _, part := range []string{first, second, "404", "ends after", modulePath, errNoModule.Error(), cacheDir, "MNIST_DIR"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error lacks %q:\n%v", part, err)
		}
	}
	if n := strings.Count(err.Error(), "check the network"); n != 1 {
		t.Errorf("the advice appears %d times, want once:\n%v", n, err)
	}
	if got := readFiles(t, cacheDir); len(got) > 0 {
		t.Errorf("the cache holds %d files, want none", len(got))
	}
	if n := requests.Load(); n != 1 {
		t.Errorf("%d requests to the first mirror, want 1", n)
	}
}

func TestLoadStopsWithItsContext(t *testing.T) {
	l, _ := smallLoader(t)
	stalled := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer stalled.Close()
	l.mirrors = []string{stalled.URL + "/"}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	start := time.Now()
	if _, err := l.load(ctx, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("took %v to stop", d)
	}
}

// TestNothingLeaks counts goroutines and open files after loads of every outcome.
func TestNothingLeaks(t *testing.T) {
	const name = "t10k-images-idx3-ubyte"
	for what, files := range map[string]map[string][]byte{
		"complete":       smallFiles,
		"a missing file": changed(name, nil),
		"a short file":   changed(name, smallFiles[name][:99]),
		"not gzip":       changed(name, []byte{0x1f, 0x8b, 0}),
		"other content":  changed(name, bytes.ToUpper(smallFiles[name])),
	} {
		t.Run(what, func(t *testing.T) {
			l, cacheDir := smallLoader(t)
			l.report = func(string, ...any) {}
			l.module, _ = fakeModule(t, changed(name, []byte("wrong")))
			writeFiles(t, cacheDir, files)
			leaktest.Check(t, func() {
				for range 10 {
					if _, err := l.load(t.Context(), ""); (err == nil) != (what == "complete") {
						t.Fatalf("error %v", err)
					}
				}
			})
		})
	}
}
