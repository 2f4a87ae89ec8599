package sequences

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"github.com/easy-gomlx/tutorials/birnn/internal/leaktest"
	"github.com/easy-gomlx/tutorials/birnn/internal/longtest"
	"github.com/easy-gomlx/tutorials/birnn/internal/pypi/pypitest"
	"github.com/easy-gomlx/tutorials/birnn/internal/smalldisk"
)

// TestFetch fetches into an empty cache, and then loads from there without a request or a report.
func TestFetch(t *testing.T) {
	l, cacheDir, requests := syntheticLoader(t)
	wantLoaded(t, l, "")
	wantCached(t, cacheDir)
	before := requests.Load()
	l.report = func(format string, args ...any) { t.Errorf("reported "+format, args...) }
	wantLoaded(t, l, "")
	if n := requests.Load(); n != before {
		t.Errorf("%d requests although all files are in the cache", n-before)
	}
}

// TestSets pads both sets to the longest sequence, whichever has it.
func TestSets(t *testing.T) {
	l, _, _ := syntheticLoader(t)
	train, test, err := l.sets(t.Context(), "", "Synthetic")
	if err != nil {
		t.Fatal(err)
	}
	if want := []float32{1, 0.1, 2, 0.2, 0, 0, 3, 0.3, 0, 0, 0, 0}; train.Time != 3 || test.Time != 3 || !slices.Equal(train.X, want) {
		t.Errorf("the training set has %d time steps and the test set %d, want 3; X is %v, want %v", train.Time, test.Time, train.X, want)
	}
	for k := range l.wheel.Files { // exchange the sets
		name := &l.wheel.Files[k].Name
		*name = strings.NewReplacer("TRAIN", "TEST", "TEST", "TRAIN").Replace(*name)
	}
	given := t.TempDir()
	writeFiles(t, given, names[1], synthetic[names[2]])
	if err := os.WriteFile(filepath.Join(given, names[2]), []byte(synthetic[names[1]]), 0o644); err != nil {
		t.Fatal(err)
	}
	if train, test, err = l.sets(t.Context(), given, "Synthetic"); err != nil || train.Time != 3 || test.Time != 3 {
		t.Errorf("exchanged: %v, %v, %v; want 3 time steps", train, test, err)
	}
}

func TestSeries(t *testing.T) {
	s, err := readSeries([]byte(synthetic["Synthetic.csv"]))
	if err != nil || !slices.Equal(s.Values, []float64{112, 118.5}) || !slices.Equal(s.Periods, []string{"1949-01", "1949-02"}) {
		t.Errorf("got %v, %v", s, err)
	}
}

// TestGivenDirectory is only read, whatever it lacks.
func TestGivenDirectory(t *testing.T) {
	const name = "Synthetic_TEST.ts"
	l, cacheDir, requests := syntheticLoader(t)
	given := t.TempDir()
	writeFiles(t, given, "", "")
	wantLoaded(t, l, given)
	for content, says := range map[string]string{
		"":                               "after 0 of",
		synthetic[name][1:]:              "it ends after",
		synthetic[name] + " ":            "longer than",
		strings.ToUpper(synthetic[name]): "SHA-256",
	} {
		writeFiles(t, given, name, content)
		_, err := l.load(t.Context(), given, names...)
		if !as[*CorruptError](err) || !strings.Contains(err.Error(), filepath.Join(given, name)) || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want a *CorruptError for %s with %q", err, name, says)
		}
	}
	for _, missing := range names[:2] {
		os.Remove(filepath.Join(given, missing))
	}
	var missing *MissingError
	if _, err := l.load(t.Context(), given, names...); !errors.As(err, &missing) || missing.Dir != given || !slices.Equal(missing.Files, names[:2]) {
		t.Errorf("got %v, want a *MissingError for %v", err, names[:2])
	}
	if _, err := l.load(t.Context(), filepath.Join(given, "none"), names...); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want that the directory does not exist", err)
	}
	if _, err := os.Stat(cacheDir); err == nil || requests.Load() > 0 {
		t.Errorf("the cache exists: %v; %d requests", err == nil, requests.Load())
	}
}

func TestCorruptCache(t *testing.T) {
	const name = "Synthetic_TRAIN.ts"
	l, cacheDir, _ := syntheticLoader(t)
	writeFiles(t, cacheDir, name, "corrupt")
	good := l.wheel
	l.wheel.SHA256 = strings.Repeat("0", 64)
	_, err := l.load(t.Context(), "", names...)
	if !as[*UnavailableError](err) || !as[*CorruptError](err) || !strings.Contains(err.Error(), filepath.Join(cacheDir, name)) {
		t.Errorf("with no source: got %v, want an *UnavailableError that names the corrupt file", err)
	}
	l.wheel = good
	var reported strings.Builder
	l.report = func(format string, args ...any) { fmt.Fprintf(&reported, format+"\n", args...) }
	wantLoaded(t, l, "")
	wantCached(t, cacheDir)
	if !strings.Contains(reported.String(), filepath.Join(cacheDir, name)) {
		t.Errorf("the corrupt file is not reported:\n%s", &reported)
	}
}

// TestWaitForAnotherProcess: what the process that holds the lock has fetched is not fetched again.
func TestWaitForAnotherProcess(t *testing.T) {
	l, cacheDir, requests := syntheticLoader(t)
	if err := os.MkdirAll(cacheDir, 0o755); err != nil {
		t.Fatal(err)
	}
	lock := flock.New(filepath.Join(cacheDir, "lock"))
	if err := lock.Lock(); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(100*time.Millisecond, func() {
		writeFiles(t, cacheDir, "", "")
		lock.Unlock()
	})
	wantLoaded(t, l, "")
	if n := requests.Load(); n != 0 {
		t.Errorf("%d requests, want none", n)
	}
}

// TestNoSource: the error says why, and where the files can be put.
func TestNoSource(t *testing.T) {
	l, cacheDir, _ := syntheticLoader(t)
	l.wheel.Project = "q"
	_, err := l.load(t.Context(), "", names...)
	if !as[*UnavailableError](err) || strings.Contains(err.Error(), "secret") {
		t.Fatalf("got %v, want an *UnavailableError without the password", err)
	}
	for _, part := range append([]string{"404", cacheDir, "PIP_INDEX_URL"}, names...) {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error lacks %q:\n%v", part, err)
		}
	}
}

func TestLoadStopsWithItsContext(t *testing.T) {
	l, _, _ := syntheticLoader(t)
	ctx, cancel := context.WithCancel(t.Context())
	l.report = func(string, ...any) { cancel() } // when it starts to fetch
	if _, err := l.load(ctx, "", names...); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if _, err := l.load(ctx, "", names...); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled before: got %v, want context.Canceled", err)
	}
}

// TestFullDisk: the error says what to do, and no temporary file is left.
func TestFullDisk(t *testing.T) {
	dir, inside := smalldisk.Inside(t, 64<<10)
	if !inside {
		return
	}
	l, _, _ := syntheticLoader(t)
	t.Setenv("EASY_GOMLX_CACHE", dir)
	filling := filepath.Join(dir, "filling")
	_ = os.WriteFile(filling, make([]byte, 64<<10), 0o644) // as much as fits
	_, err := l.load(t.Context(), "", names...)
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "EASY_GOMLX_CACHE") {
		t.Errorf("got %v, want ENOSPC and what to set", err)
	}
	if err := os.Remove(filling); err != nil {
		t.Fatal(err)
	}
	wantLoaded(t, l, "")
	wantCached(t, filepath.Join(dir, "sequences"))
}

func TestNothingLeaks(t *testing.T) {
	l, cacheDir, _ := syntheticLoader(t)
	given := t.TempDir()
	writeFiles(t, given, names[0], "corrupt")
	writeFiles(t, cacheDir, "", "")
	leaktest.Check(t, func() {
		for range 10 {
			wantLoaded(t, l, "")
			if _, err := l.load(t.Context(), given, names...); err == nil {
				t.Error("no error for a corrupt file")
			}
		}
	})
}

// TestLoadInProcessesAtOnce has processes, which share nothing but the directory, fetch at the same time.
func TestLoadInProcessesAtOnce(t *testing.T) {
	if os.Getenv("SEQUENCES_TEST_CHILD") != "" {
		w, _ := pypitest.Pack(t, inWheel())
		wantLoaded(t, &loader{wheel: w, report: t.Logf}, "")
		return
	}
	_, cacheDir, _ := syntheticLoader(t)
	longtest.AtOnce(t, 3, "SEQUENCES_TEST_CHILD=1")
	wantCached(t, cacheDir)
}

// TestSurvivesKilledLoads kills processes at random moments while they fetch: each file in the cache is correct, and the next load succeeds.
func TestSurvivesKilledLoads(t *testing.T) {
	if os.Getenv("SEQUENCES_TEST_CHILD") != "" {
		w, _ := pypitest.Pack(t, inWheel())
		longtest.UntilKilled(func() { (&loader{wheel: w, report: t.Logf}).load(t.Context(), "", names...) })
	}
	seed, rounds := rand.Uint64(), longtest.Rounds(6, 100)
	rng := rand.New(rand.NewPCG(seed, 1))
	l, cacheDir, _ := syntheticLoader(t)
	temporary := regexp.MustCompile(`^\..*[0-9]+$`)
	for round := range rounds {
		wait := func() { time.Sleep(time.Duration(rng.Int64N(int64(10 * time.Millisecond)))) }
		longtest.Kill(t, wait, "SEQUENCES_TEST_CHILD=1")
		entries, _ := os.ReadDir(cacheDir)
		for _, e := range entries {
			content, _ := os.ReadFile(filepath.Join(cacheDir, e.Name()))
			if want, ok := synthetic[e.Name()]; ok && string(content) != want ||
				!ok && e.Name() != "lock" && e.Name() != l.wheel.Name && !temporary.MatchString(e.Name()) {
				t.Errorf("round %d, seed %d: after the kill %s has %d bytes", round, seed, e.Name(), len(content))
			}
		}
		wantLoaded(t, l, "")
		if err := os.RemoveAll(cacheDir); err != nil {
			t.Fatal(err)
		}
	}
}
