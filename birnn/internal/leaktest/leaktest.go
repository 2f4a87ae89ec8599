// Package leaktest checks that a piece of code leaves no goroutine and no open file behind.
package leaktest

import (
	"os"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

// Check compares the numbers of goroutines and of open files before and after do, and allows five seconds for those that are about to end.
// The garbage collector is off meanwhile, because it closes forgotten files.
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
	t.Errorf("%d goroutines and %d open files, up from %d and %d:\n%s", g, f, goroutines, files, stacks[:runtime.Stack(stacks, true)])
}

// openFiles returns how many files and sockets this process has open; 0 if the system doesn't report it.
func openFiles(t testing.TB) int {
	t.Helper()
	if runtime.GOOS != "linux" {
		return 0
	}
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}
