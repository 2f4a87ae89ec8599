package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/bench/internal/protocol"
)

// worker is the process of a peer. It is stopped during the turns of others, so that none of its threads can spin.
type worker struct {
	cmd      *exec.Cmd
	requests *json.Encoder
	replies  *json.Decoder
	stdin    io.Closer
	stderr   *bytes.Buffer

	ready string  // the library and its version
	load  float64 // seconds until it was loaded
}

// startWorker starts the process and waits until its library is loaded.
func startWorker(cmd *exec.Cmd) (*worker, error) {
	w := &worker{cmd: cmd, stderr: new(bytes.Buffer)}
	cmd.Stderr = w.stderr
	cmd.WaitDelay = 5 * time.Second
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	w.requests, w.replies, w.stdin = json.NewEncoder(stdin), json.NewDecoder(stdout), stdin
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	first, err := w.reply()
	if err != nil {
		w.quit()
		return nil, err
	}
	w.ready, w.load = first.Ready, time.Since(start).Seconds()
	return w, nil
}

// ask sends a request and waits for the reply.
func (w *worker) ask(r protocol.Request) (protocol.Reply, error) {
	if err := w.requests.Encode(r); err != nil {
		return protocol.Reply{}, w.died(err)
	}
	return w.reply()
}

func (w *worker) reply() (protocol.Reply, error) {
	var r protocol.Reply
	if err := w.replies.Decode(&r); err != nil {
		return r, w.died(err)
	}
	if r.Error != "" {
		return r, errors.New(r.Error)
	}
	return r, nil
}

// died returns the error of a worker that does not reply: usually the last line that it printed.
func (w *worker) died(err error) error {
	_ = w.cmd.Process.Kill() // it may still be running, after an invalid reply
	_ = w.cmd.Wait()         // for stderr to be complete; the status does not matter
	lines := strings.Split(strings.TrimSpace(w.stderr.String()), "\n")
	if last := lines[len(lines)-1]; last != "" {
		return fmt.Errorf("the worker ended: %s", last)
	}
	return fmt.Errorf("the worker ended: %v, %w", w.cmd.ProcessState, err)
}

func (w *worker) pause() error  { return w.cmd.Process.Signal(syscall.SIGSTOP) }
func (w *worker) resume() error { return w.cmd.Process.Signal(syscall.SIGCONT) }

// quit ends the process and returns its peak memory in bytes, or zero if it is not known.
func (w *worker) quit() (peak int64) {
	if w.cmd.ProcessState != nil {
		return 0 // it has ended, and its PID may have been reused
	}
	peak = peakOf(w.cmd.Process.Pid)
	_ = w.resume()                                      // a stopped process does not read
	_ = w.requests.Encode(protocol.Request{Quit: true}) // fails if the process has died
	_ = w.stdin.Close()
	timer := time.AfterFunc(5*time.Second, func() { _ = w.cmd.Process.Kill() })
	defer timer.Stop()
	_ = w.cmd.Wait()
	return peak
}
