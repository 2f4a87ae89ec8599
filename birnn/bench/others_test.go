package main

import (
	"math"
	"os"
	"runtime"
	"testing"
)

func TestOthers(t *testing.T) {
	before := parseLoad("cpu  100 10 50 1000 20 0 5 15 0 0\ncpu0 1 2 3\n", "77 (a ) name) S 1 77 77 0 -1 4194560 1 2 3 4 30 12 0 0 20 0")
	if want := (load{total: 1200, busy: 180, own: 42}); before != want {
		t.Errorf("got %+v, want %+v", before, want)
	}
	after := load{total: 1400, busy: 310, own: 142} // busy for 130 of 200, of which 100 are its own
	if got := others(before, after); math.Abs(got-0.15) > 1e-9 {
		t.Errorf("others took %v, want 0.15", got)
	}
	if got := others(load{}, load{}); got != 0 {
		t.Errorf("without /proc: %v", got)
	}
	if got := loadNow(os.Getpid()); runtime.GOOS == "linux" && got.total == 0 {
		t.Errorf("this machine's load is %+v", got)
	}
}
