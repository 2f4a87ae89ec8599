package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// measureHere measures workers of the test program.
func measureHere(t *testing.T, w work, names ...string) []result {
	t.Helper()
	dir := t.TempDir()
	w.Data, w.Network = filepath.Join(dir, "data"), filepath.Join(dir, "network")
	d := newData(w)
	if err := errors.Join(writeData(w.Data, d), writeNetwork(w, d)); err != nil {
		t.Fatal(err)
	}
	var chosen []peer
	for _, name := range names {
		p := peer{name: name, title: name}
		if known, err := peersNamed(name); err == nil {
			p = known[0]
		}
		chosen = append(chosen, p)
	}
	chosen = buildPredictors(t.Context(), chosen, dir, t.Logf)
	command := func(p peer) (*exec.Cmd, error) { return p.command(t.Context(), nil, dir, w) }
	results, err := measure(t.Context(), w, chosen, command, plan{rounds: 2, steps: 3, turn: 10}, t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

var tiny = work{Kind: train, Examples: 6, Batch: 6, Timesteps: 4, Input: 3, Hidden: 5, Classes: 4, Rate: 0.001}

func TestMeasure(t *testing.T) {
	results := measureHere(t, tiny, "fake", "cheat", "fake", "broken", "fake", "dying")
	for k, want := range []string{"", "not the same work: the loss of step 1", "", "no such library", "", "the worker ended: out of luck"} {
		r := results[k]
		if want == "" && r.Fault != "" || !strings.Contains(r.Fault, want) {
			t.Errorf("%s: the fault is %q, want %q", r.Peer, r.Fault, want)
		}
		if want != "" {
			continue
		}
		if len(r.Steps) != 2 || len(r.Steps[0]) != 3 || len(r.Steps[1]) != 3 {
			t.Errorf("%s: the times are %v, want 2 rounds of 3", r.Peer, r.Steps)
		}
		if len(r.Losses) != checkedSteps || r.Losses[4] != 2.0/5 || r.Library != "fake 1.0" {
			t.Errorf("%s: got %+v", r.Peer, r)
		}
		if runtime.GOOS == "linux" && r.Peak < 1e6 {
			t.Errorf("%s: the peak memory is %d bytes", r.Peer, r.Peak)
		}
	}
}

// TestMeasureOurs runs package birnn in a process of its own.
func TestMeasureOurs(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped with -short: needs XLA, whose plugin may have to be downloaded")
	}
	for _, r := range measureHere(t, tiny, ours) {
		if r.Fault != "" || len(r.Steps) != 2 {
			t.Errorf("%s: fault %q, times %v", r.Peer, r.Fault, r.Steps)
		}
	}
}

func TestParsePeak(t *testing.T) {
	if got := parsePeak([]byte("Name:\tbench\nVmPeak:\t  9 kB\nVmHWM:\t    1234 kB\nVmRSS:\t 12 kB\n")); got != 1234*1024 {
		t.Errorf("got %d", got)
	}
	if got := parsePeak([]byte("Name:\tbench\n")); got != 0 {
		t.Errorf("without VmHWM: got %d", got)
	}
}

// TestFiles: the program contains the Python peers.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, files); err != nil {
		t.Fatal(err)
	}
	for _, p := range peers {
		if p.env == "" {
			continue
		}
		for _, name := range []string{p.module + ".py", "worker.py"} {
			if _, err := os.Stat(filepath.Join(dir, "peers", name)); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestMeasureInfer runs package infer in programs of its own: their losses are those of package birnn.
func TestMeasureInfer(t *testing.T) {
	names := []string{"infer", "infer-go"}
	if _, err := exec.LookPath("node"); err == nil {
		names = append(names, "infer-wasm")
	} else {
		t.Logf("without WebAssembly: %v", err)
	}
	for _, kind := range []kind{eval, single} {
		w := tiny
		w.Kind, w.Batch = kind, 4
		want := result{Peer: ours, Losses: lossesOf(t, w, func(*work, *data) {})}
		results := measureHere(t, w, names...)
		if len(results) != len(names) {
			t.Fatalf("%s: %d results of %v", kind, len(results), names)
		}
		results = append(results, want)
		markOtherLosses(results)
		for _, r := range results {
			if r.Fault != "" || r.Peer != ours && len(r.Steps) != 2 {
				t.Errorf("%s, %s: %d rounds, fault %q", kind, r.Peer, len(r.Steps), r.Fault)
			}
		}
		if d := greatestDifference(results); d > 1e-6 {
			t.Errorf("%s: the losses differ by %v", kind, d)
		}
	}
}
