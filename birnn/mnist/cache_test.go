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
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// fakeModule is a folder as the Go module's, and a function that gives it and counts its calls.
func fakeModule(t *testing.T, files map[string][]byte) (module func(context.Context) (string, error), calls *atomic.Int64) {
	t.Helper()
	dir := t.TempDir()
	packed := map[string][]byte{}
	for name, content := range files {
		packed[name+".gz"] = gzipped(content)
	}
	writeFiles(t, filepath.Join(dir, "data"), packed)
	calls = new(atomic.Int64)
	return func(context.Context) (string, error) { calls.Add(1); return dir, nil }, calls
}

// fakeMirror serves files as NAME.gz below /mnist/, and counts the requests.
func fakeMirror(t *testing.T, files map[string][]byte) (address string, requests *atomic.Int64) {
	t.Helper()
	requests = new(atomic.Int64)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		name, _ := strings.CutPrefix(r.URL.Path, "/mnist/")
		content, ok := files[strings.TrimSuffix(name, ".gz")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Write(gzipped(content))
	}))
	t.Cleanup(s.Close)
	return s.URL + "/mnist/", requests
}

// wantCached checks that the cache holds the four files unpacked, and nothing else.
func wantCached(t *testing.T, cacheDir string) {
	t.Helper()
	if got := readFiles(t, cacheDir); !sameFiles(got, smallFiles) {
		t.Errorf("the cache holds %v, want the four files unpacked", slices.Sorted(maps.Keys(got)))
	}
}

func TestFetchFromModule(t *testing.T) {
	l, cacheDir := smallLoader(t)
	module, calls := fakeModule(t, smallFiles)
	l.module = module
	for range 2 {
		data, err := l.load(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		wantSmall(t, data)
		wantCached(t, cacheDir)
	}
	if calls.Load() != 1 {
		t.Errorf("the go command was asked %d times in two loads, want once", calls.Load())
	}
}

// TestFetchFromMirror: what the module can't give comes from the mirrors, in their order.
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
			data, err := l.load(t.Context(), "")
			if err != nil {
				t.Fatal(err)
			}
			wantSmall(t, data)
			wantCached(t, cacheDir)
		})
	}
}

func TestOfflineWithEverythingCached(t *testing.T) {
	l, cacheDir := smallLoader(t)
	module, calls := fakeModule(t, smallFiles)
	mirror, requests := fakeMirror(t, smallFiles)
	l.module, l.mirrors = module, []string{mirror}
	l.report = func(format string, args ...any) { t.Errorf("reported "+format, args...) }
	writeFiles(t, cacheDir, smallFiles)
	data, err := l.load(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	wantSmall(t, data)
	if calls.Load()+requests.Load() != 0 {
		t.Errorf("%d calls of the go command and %d requests, want none", calls.Load(), requests.Load())
	}
}

// TestPutByHand: files that a user puts into the cache as downloaded are used as they are.
func TestPutByHand(t *testing.T) {
	l, cacheDir := smallLoader(t)
	packed := map[string][]byte{}
	for name, content := range smallFiles {
		packed[name+".gz"] = gzipped(content)
	}
	writeFiles(t, cacheDir, packed)
	data, err := l.load(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	wantSmall(t, data)
}

func TestDamagedCache(t *testing.T) {
	const name = "train-images-idx3-ubyte"
	damaged := changed(name, smallFiles[name][:1000])

	t.Run("is fetched again", func(t *testing.T) {
		l, cacheDir := smallLoader(t)
		writeFiles(t, cacheDir, damaged)
		module, calls := fakeModule(t, smallFiles)
		l.module = module
		data, err := l.load(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		wantSmall(t, data)
		wantCached(t, cacheDir)
		if calls.Load() != 1 {
			t.Errorf("the module was asked for %d times, want once", calls.Load())
		}
	})
	t.Run("stays when nothing can be fetched", func(t *testing.T) {
		l, cacheDir := smallLoader(t)
		writeFiles(t, cacheDir, damaged)
		_, err := l.load(t.Context(), "")
		if !as[*UnavailableError](err) || !as[*FormatError](err) || !strings.Contains(err.Error(), filepath.Join(cacheDir, name)) {
			t.Errorf("got %v, want an *UnavailableError that names the damaged file", err)
		}
		if !sameFiles(readFiles(t, cacheDir), damaged) {
			t.Error("the cache was changed")
		}
	})
}

// TestNothingHelps: one error with every place and why it failed, and where the files can be put.
func TestNothingHelps(t *testing.T) {
	l, cacheDir := smallLoader(t)
	first, _ := fakeMirror(t, nil)
	second, _ := fakeMirror(t, changed("train-images-idx3-ubyte", []byte("wrong")))
	l.mirrors = []string{first, second}
	_, err := l.load(t.Context(), "")
	if !as[*UnavailableError](err) || !errors.Is(err, errNoModule) {
		t.Fatalf("got %v, want an *UnavailableError that wraps the reasons", err)
	}
	for _, part := range []string{first, second, "404", "wrong content", modulePath, errNoModule.Error(), cacheDir, "MNIST_DIR"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error lacks %q:\n%v", part, err)
		}
	}
	if n := strings.Count(err.Error(), "check the network"); n != 1 {
		t.Errorf("the advice comes %d times, want once:\n%v", n, err)
	}
	for name, content := range readFiles(t, cacheDir) { // others may have come before this one failed
		if !bytes.Equal(content, smallFiles[name]) || name == "train-images-idx3-ubyte" {
			t.Errorf("the cache holds %s, which is not right", name)
		}
	}
}

// TestFailsAtOnce: when one file can't be had, the user need not wait for the failure of the others.
func TestFailsAtOnce(t *testing.T) {
	l, _ := smallLoader(t)
	mirror, requests := fakeMirror(t, nil)
	l.mirrors = []string{mirror}
	if _, err := l.load(t.Context(), ""); !as[*UnavailableError](err) {
		t.Errorf("got %v, want an *UnavailableError", err)
	}
	if n := requests.Load(); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

func TestCacheThatCannotBeWritten(t *testing.T) {
	l, cacheDir := smallLoader(t)
	writeFiles(t, filepath.Dir(filepath.Dir(cacheDir)), map[string][]byte{"easy-gomlx": nil}) // a file where a folder belongs
	l.module, _ = fakeModule(t, smallFiles)
	mirror, requests := fakeMirror(t, smallFiles)
	l.mirrors = []string{mirror}
	_, err := l.load(t.Context(), "")
	if n := requests.Load(); n != 0 {
		t.Errorf("%d requests for what can't be stored, want none", n)
	}
	if err == nil || !strings.Contains(err.Error(), cacheDir) || !strings.Contains(err.Error(), "set EASY_GOMLX_CACHE") {
		t.Errorf("got %v, want an error that names %s and says to set EASY_GOMLX_CACHE", err, cacheDir)
	}
}

// TestLoadAtOnce: loaders share nothing but the folder, as processes do.
func TestLoadAtOnce(t *testing.T) {
	l, cacheDir := smallLoader(t)
	l.module, _ = fakeModule(t, smallFiles)
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			own := *l
			data, err := own.load(t.Context(), "")
			if err != nil {
				t.Error(err)
				return
			}
			wantSmall(t, data)
		})
	}
	group.Wait()
	wantCached(t, cacheDir)
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
