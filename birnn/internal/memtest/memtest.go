// Package memtest checks how much memory a piece of code allocates.
package memtest

import (
	"runtime/metrics"
	"testing"
)

// Check fails the test if do allocates more than limit bytes. Other goroutines
// of the test program also allocate, so an excess counts only if it is repeated.
func Check(t testing.TB, limit int, do func()) {
	t.Helper()
	used := 0
	for range 3 {
		before := allocated()
		do()
		if used = int(allocated() - before); used <= limit {
			return
		}
	}
	t.Errorf("it allocated %d bytes; at most %d are allowed", used, limit)
}

// allocated returns how many bytes this program has allocated so far.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
