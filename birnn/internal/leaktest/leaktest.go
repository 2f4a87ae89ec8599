// Package leaktest holds that what has ended leaves no goroutine and no open file.
package leaktest

import (
	"os"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

// Check compares the numbers of goroutines and of open files before and after do, and gives what is about to end a moment to do so. The garbage
// collector, which closes forgotten files, is off meanwhile.
func Check(t testing.TB, do func()) {
	t.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	do()
	var g, f int
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if g, f = runtime.NumGoroutine(), openFiles(t); g <= goroutines && f <= files {
			return
		}
	}
	stacks := make([]byte, 16<<10)
	t.Errorf("%d goroutines and %d open files, before it were %d and %d:\n%s", g, f, goroutines, files, stacks[:runtime.Stack(stacks, true)])
}

// openFiles is the number of files, sockets among them, that this process has open; 0 where that can't be told.
func openFiles(t testing.TB) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil && runtime.GOOS == "linux" {
		t.Fatal(err)
	}
	return len(entries)
}
