package main

import (
	"bytes"
	"fmt"
	"os"
)

// peakOf returns the peak resident memory of a running process in bytes, or zero if the system has no /proc. (For a process that has
// ended, Linux also counts the memory of its parent when it started.)
func peakOf(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	return parsePeak(status)
}

// parsePeak reads VmHWM from a /proc/PID/status.
func parsePeak(status []byte) int64 {
	for line := range bytes.Lines(status) {
		var kilobytes int64
		if n, _ := fmt.Sscanf(string(line), "VmHWM: %d kB", &kilobytes); n == 1 {
			return 1024 * kilobytes
		}
	}
	return 0
}
