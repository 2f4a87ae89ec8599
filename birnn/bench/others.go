package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// load is the processor time used so far, in clock ticks.
type load struct {
	total, busy float64 // of all processors together
	own         float64 // by one process
}

// loadNow returns the load of the processors and of a process. It is zero if the system has no /proc.
func loadNow(pid int) load {
	all, err1 := os.ReadFile("/proc/stat")
	one, err2 := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err1 != nil || err2 != nil {
		return load{}
	}
	return parseLoad(string(all), string(one))
}

// parseLoad parses the first line of /proc/stat (user, nice, system, idle, iowait, irq, softirq, steal) and fields 14 and 15 of
// /proc/PID/stat (user, system), which follow a name that may contain anything.
func parseLoad(all, one string) load {
	var l load
	line, _, _ := strings.Cut(all, "\n")
	for k, field := range strings.Fields(line) {
		ticks, _ := strconv.ParseFloat(field, 64) // the first field is a name, and adds zero
		if k > 8 {
			break // guest time is included in user time
		}
		l.total += ticks
		if k != 4 && k != 5 {
			l.busy += ticks
		}
	}
	if fields := strings.Fields(one[strings.LastIndexByte(one, ')')+1:]); len(fields) > 12 {
		for _, field := range fields[11:13] {
			ticks, _ := strconv.ParseFloat(field, 64)
			l.own += ticks
		}
	}
	return l
}

// others returns the share of the processors' time that other processes used between two loads, from 0 to 1.
func others(before, after load) float64 {
	total := after.total - before.total
	if total <= 0 {
		return 0
	}
	return min(1, max(0, (after.busy-before.busy-(after.own-before.own))/total))
}

// busyShare is the share of others above which a machine is not quiet.
const busyShare = 0.15

// waitForQuiet waits, at most for the given patience, until others hardly use the processors, and returns the remaining patience. All
// workers are stopped meanwhile.
func waitForQuiet(ctx context.Context, patience time.Duration) time.Duration {
	for patience > 0 && ctx.Err() == nil {
		start, before := time.Now(), loadNow(os.Getpid())
		time.Sleep(200 * time.Millisecond)
		if others(before, loadNow(os.Getpid())) < busyShare {
			break
		}
		patience -= time.Since(start)
	}
	return patience
}
