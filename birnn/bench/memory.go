package main

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"syscall"
)

// peakOf returns the peak resident memory of a running process in bytes, zero where the system has no /proc. (Of an ended one, Linux
// tells too much: what the process that started it had used by then counts as well.)
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

// peakOfEnded is peakOf for other systems.
func peakOfEnded(state *os.ProcessState) int64 {
	if state == nil {
		return 0
	}
	usage, ok := state.SysUsage().(*syscall.Rusage)
	switch {
	case !ok:
		return 0
	case runtime.GOOS == "darwin":
		return int64(usage.Maxrss)
	}
	return 1024 * int64(usage.Maxrss)
}
